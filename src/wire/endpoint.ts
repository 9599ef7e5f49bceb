import type { Dialect } from "./dialects/dialect.ts";

/** Everything the wire must know about where requests go. Holds secrets: never log it. */
export interface Endpoint {
  readonly providerId: string;
  /** As configured; `/chat/completions` is put after it. */
  readonly baseUrl: string;
  readonly queryParams: Readonly<Record<string, string>>;
  /** Authorization and the configured headers, ready to send. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dialect: Dialect;
  /** Retries of a request whose answer had not begun. */
  readonly requestMaxRetries: number;
  /** Retries of a response whose stream broke. */
  readonly streamMaxRetries: number;
  /** Longest silence, in milliseconds; undefined on loopback, where a long prefill is silent. */
  readonly idleTimeoutMs: number | undefined;
}

/** The request URL: the path goes behind that of the base, the parameters beside those it may have. */
export function endpointUrl(endpoint: Endpoint, path: string): string {
  const url = new URL(endpoint.baseUrl);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  url.hash = "";
  for (const [name, value] of Object.entries(endpoint.queryParams)) {
    url.searchParams.set(name, value);
  }
  return url.href;
}

/** The same for people to read: without the query and the credentials, where keys may stand. */
export function shownUrl(endpoint: Endpoint, path: string): string {
  const url = new URL(endpointUrl(endpoint, path));
  return `${url.origin}${url.pathname}`;
}

/** Some servers quote the key they refuse. Values shorter than any key are left alone. */
export function hideSecrets(endpoint: Endpoint, text: string): string {
  const { username, password } = new URL(endpoint.baseUrl);
  const values = [
    ...Object.values(endpoint.headers),
    ...Object.values(endpoint.queryParams),
    decodeURIComponent(username),
    decodeURIComponent(password),
  ];
  return values
    .map((value) => value.slice(value.lastIndexOf(" ") + 1))
    .filter((secret) => secret.length >= 8)
    .reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
}
