import { type HttpClient, type HttpResponse, TransportFailure } from "../net/index.ts";
import type { ModelError } from "../protocol/index.ts";
import type { Answer, Question, Route } from "./adapter.ts";

/** Where a server is. The headers hold its key: they go to this address and nowhere else. */
export interface ServerAddress {
  /** As configured, as a rule with `/v1`. */
  readonly baseUrl: string;
  readonly queryParams: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AskOptions {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

export type Asked =
  | { readonly type: "answer"; readonly answer: Answer }
  | { readonly type: "failed"; readonly error: ModelError }
  /** Aborted, which is also how the time given ends. */
  | { readonly type: "aborted" };

/** One question. Never throws: a server that answers nonsense, or nothing, is an outcome like any other. */
export async function ask(
  address: ServerAddress,
  { route, json }: Question,
  { http, signal }: AskOptions,
): Promise<Asked> {
  const url = urlOf(address, route);
  // A silent server is given up by the signal.
  const request = { url, headers: { accept: "application/json", ...address.headers }, signal };
  const asked = { ...request, idleTimeoutMs: undefined };
  try {
    const response =
      json === undefined
        ? await http.get(asked)
        : await http.post({
            ...asked,
            headers: { ...asked.headers, "content-type": "application/json" },
            body: JSON.stringify(json),
          });
    const body = await readJson(response);
    const software = response.headers["server"];
    return { type: "answer", answer: { status: response.status, software, json: body } };
  } catch (error) {
    if (signal.aborted) {
      return { type: "aborted" };
    }
    if (error instanceof TransportFailure) {
      return { type: "failed", error: error.detail };
    }
    throw error;
  }
}

/** `models` belongs to the API under the base URL; everything else of a server is beside that API's `/v1`. */
export function urlOf({ baseUrl, queryParams }: ServerAddress, route: Route): string {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  const [path = "", query = ""] = route.split("?");
  url.pathname = route === "models" ? `${base}/models` : `${base.replace(/\/v1$/, "")}${path}`;
  url.hash = "";
  for (const [name, value] of [...new URLSearchParams(query), ...Object.entries(queryParams)]) {
    url.searchParams.set(name, value);
  }
  return url.href;
}

/** Enough for a thousand models; what is longer is no list. */
const MOST_BYTES = 4 * 2 ** 20;

async function readJson(response: HttpResponse): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  await response.read((bytes) => {
    size += bytes.length;
    chunks.push(Buffer.from(bytes));
    return size > MOST_BYTES ? "enough" : "more";
  });
  if (size > MOST_BYTES) {
    return undefined;
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
