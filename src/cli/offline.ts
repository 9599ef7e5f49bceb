/** `leat exec --offline`: leat contacts this machine alone, and the model's commands nobody. */
import type { Config } from "../config/index.ts";
import { isLoopback } from "../net/index.ts";
import type { Explanation } from "./explanation.ts";

/** Told before anything is sent, looked up or asked for, a key included. */
export function whyNotOffline({ provider }: Config): Explanation | undefined {
  const { hostname, origin } = new URL(provider.baseUrl);
  if (isLoopback(hostname)) {
    return undefined;
  }
  const isUnspecified = hostname === "0.0.0.0" || hostname === "[::]";
  return {
    message: `provider \`${provider.id}\` is at ${origin}, which --offline does not let leat contact.`,
    hint: isUnspecified
      ? `As an address to ask, write 127.0.0.1 in place of ${hostname}.`
      : "Only localhost, 127.0.0.1 and ::1 are: choose a provider on this machine (-c model_provider=lmstudio, ollama, llamacpp).",
  };
}

/** What the configuration gives to confined commands is taken back. */
export function withoutNetwork(config: Config): Config {
  return { ...config, workspaceWrite: { ...config.workspaceWrite, networkAccess: false } };
}
