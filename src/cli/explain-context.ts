import type { Config } from "../config/index.ts";
import type { ExplainContext } from "./explanation.ts";

/** What the user chose, as far as hints may name it. */
export function explainContext(config: Config): ExplainContext {
  const { provider, profile, model } = config;
  const url = new URL(provider.baseUrl);
  return {
    providerId: provider.id,
    providerName: provider.name,
    // Without credentials, which may stand in the URL.
    baseUrl: `${url.origin}${url.pathname}`,
    model,
    ...(profile === undefined ? {} : { profile }),
    ...(provider.envKey === undefined ? {} : { envKey: provider.envKey }),
    hasBearerToken: provider.bearerToken !== undefined,
  };
}
