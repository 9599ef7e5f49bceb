import type { EndpointFacts, EndpointMemory } from "../protocol/index.ts";
import type { Dialect } from "./dialects/dialect.ts";

/** Everything the wire must know about where requests go. Holds secrets: never log it. */
export interface Endpoint {
  readonly providerId: string;
  /** As configured; the path of the API is put after it. */
  readonly baseUrl: string;
  readonly queryParams: Readonly<Record<string, string>>;
  /** Authorization and the configured headers, ready to send. */
  readonly headers: Readonly<Record<string, string>>;
  /** Which session it is, for routers that keep a session on one machine; no secret. */
  readonly sessionHeaders?: Readonly<Record<string, string>>;
  /** The API as configured; what the server taught goes before it. */
  readonly wireApi: "chat" | "responses";
  readonly dialect: Dialect;
  /** Retries of a request whose answer had not begun. */
  readonly requestMaxRetries: number;
  /** Retries of a response whose stream broke. */
  readonly streamMaxRetries: number;
  /** Longest silence, in milliseconds; undefined on loopback, where a long prefill is silent. */
  readonly idleTimeoutMs: number | undefined;
}

type Place = Pick<Endpoint, "baseUrl" | "queryParams">;

/** The request URL: the path goes behind that of the base, the parameters beside those it may have. */
export function endpointUrl(endpoint: Place, path: string): string {
  const url = new URL(endpoint.baseUrl);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  url.hash = "";
  for (const [name, value] of Object.entries(endpoint.queryParams)) {
    url.searchParams.set(name, value);
  }
  return url.href;
}

/** The same for people to read: without the query and the credentials, where keys may stand. */
export function shownUrl(endpoint: Place, path: string): string {
  const url = new URL(endpointUrl(endpoint, path));
  return `${url.origin}${url.pathname}`;
}

/** Under which name facts about the endpoint are kept. Without credentials, since it is written down. */
export function memoryPlace(endpoint: Place): string {
  return shownUrl(endpoint, "");
}

/** What was learnt of this endpoint and model in earlier runs. */
export function rememberedFacts(endpoint: Place, model: string, memory: EndpointMemory): EndpointFacts {
  return memory.get(memoryPlace(endpoint), model);
}

/** Some servers quote the key they refuse. */
export function hideSecrets(endpoint: Endpoint, text: string): string {
  return secretsOf(endpoint).reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
}

/** What must not be shown or written down. Values shorter than any key are left alone. */
export function secretsOf({ baseUrl, headers, queryParams }: Endpoint): string[] {
  const { username, password } = new URL(baseUrl);
  const { "user-agent": _, ...others } = headers;
  const sent = [...Object.values(others), ...Object.values(queryParams)];
  return [
    // Before the key stands how it is meant, as in `Bearer …`.
    ...sent.map((value) => value.slice(value.lastIndexOf(" ") + 1)),
    decodeURIComponent(username),
    decodeURIComponent(password),
  ].filter((secret) => secret.length >= 8);
}
