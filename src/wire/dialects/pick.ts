import type { Dialect } from "./dialect.ts";
import { generic } from "./generic.ts";
import { groq } from "./groq.ts";
import { llamacpp } from "./llamacpp.ts";
import { openai } from "./openai.ts";

/** Where the requests go, as far as the configuration tells. */
export interface EndpointIdentity {
  readonly providerId: string;
  readonly hostname: string;
}

/** The host decides before the provider's name: a table named `openai` may well point at a local server. */
export function pickDialect(endpoint: EndpointIdentity): Dialect {
  const host = endpoint.hostname.toLowerCase();
  if (isWithin(host, "openai.com") || isWithin(host, "openai.azure.com")) {
    return openai;
  }
  if (isWithin(host, "groq.com")) {
    return groq;
  }
  if (endpoint.providerId === "llamacpp") {
    return llamacpp;
  }
  return generic;
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
