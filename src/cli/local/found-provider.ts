import type { Config, FoundProvider } from "../../config/index.ts";
import type { ServerKind } from "../../protocol/index.ts";
import type { FoundServer } from "../../servers/index.ts";
import { SERVER_NAMES } from "../server-names.ts";

/**
 * A server that was found, as a provider: the one that is configured for that address; else the built-in one of its kind at
 * the port where it is; else one named after its kind. A configured provider of another address never lends its key.
 */
export function asProvider(found: FoundServer, model: string, { providers }: Config): FoundProvider {
  const { baseUrl, port, server } = found;
  const there = providers.find((one) => one.isConfigured === true && isAt(one.baseUrl, port));
  if (there !== undefined) {
    return { id: there.id, model };
  }
  const kind = builtInIdOf(server.kind);
  const isTaken = (id: string) => providers.some((one) => one.id === id && one.isConfigured === true);
  const id = isTaken(kind) ? `${kind}-${port}` : kind;
  return { id, model, table: { name: SERVER_NAMES[server.kind], baseUrl } };
}

/** A router is llama.cpp, too. */
export function builtInIdOf(kind: ServerKind): string {
  return kind === "llamacpp-router" ? "llamacpp" : kind;
}

/** The API of that port of this machine, however it is spelled. */
function isAt(baseUrl: string | undefined, port: number): boolean {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) {
    return false;
  }
  const url = new URL(baseUrl);
  return (
    ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) &&
    url.protocol === "http:" &&
    url.port === String(port)
  );
}
