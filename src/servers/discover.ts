import type { HttpClient } from "../net/index.ts";
import { identifyServer } from "./identify.ts";
import type { Identification, ServerIdentity } from "./identity.ts";
import { chatModels } from "./match-name.ts";

/** The ports on which model servers listen when nobody says otherwise; who listens is told by what answers, not by the port. */
export const LOCAL_PORTS: readonly number[] = [1234, 11434, 8080, 8000, 30000, 5000, 5001];

export interface FoundServer {
  readonly port: number;
  /** With `/v1`. */
  readonly baseUrl: string;
  readonly server: ServerIdentity;
}

/** Who is there. A port where nothing listens, or something that is no model server, is in none of the lists. */
export interface Discovery {
  /** Those with a loaded model first, then in the order of the ports. */
  readonly found: readonly FoundServer[];
  /** Ports of servers that tell nothing without a key. */
  readonly wantKey: readonly number[];
  /** Ports that took the connection and said nothing in time. */
  readonly silent: readonly number[];
}

export interface DiscoverOptions {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly ports?: readonly number[];
  readonly timeoutMs?: number;
}

/** With what is done around it, all of it stays below 300 ms, also where one of them never answers. */
const TIMEOUT_MS = 250;

/** Asks all ports of this machine at once, without a key. */
export async function discoverServers({
  http,
  signal,
  ports = LOCAL_PORTS,
  timeoutMs = TIMEOUT_MS,
}: DiscoverOptions): Promise<Discovery> {
  const asked = await Promise.all(
    ports.map(async (port) => {
      const baseUrl = `http://localhost:${port}/v1`;
      const address = { baseUrl, queryParams: {}, headers: {} };
      const result = await identifyServer(address, {
        http,
        signal,
        timeoutMs,
        about: "all",
        triesRoutes: true,
      });
      return { port, baseUrl, result };
    }),
  );
  const found = asked.flatMap(({ port, baseUrl, result }) =>
    result.type === "identified" ? [{ port, baseUrl, server: result.server }] : [],
  );
  const [loaded, others] = [found.filter(hasLoadedModel), found.filter((one) => !hasLoadedModel(one))];
  const portsWith = (is: (result: Identification) => boolean) =>
    asked.filter(({ result }) => is(result)).map(({ port }) => port);
  return {
    found: [...loaded, ...others],
    // 403 is also what other software says to strangers, such as AirPlay on port 5000 of a Mac.
    wantKey: portsWith((result) => result.type === "refused" && result.status === 401),
    silent: portsWith((result) => result.type === "silent"),
  };
}

function hasLoadedModel({ server }: FoundServer): boolean {
  return chatModels(server).some(({ state }) => state === "loaded");
}
