/** Small questions to a server beside the conversation, on routes of its own. Loaded when there is one to ask. */
import type { HttpClient } from "../../net/index.ts";
import type { Endpoint } from "../../wire/index.ts";

export interface BesideOptions {
  readonly endpoint: Endpoint;
  /** Connections of their own, and to this machine only. */
  readonly openHttp: () => HttpClient;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** The JSON of an answer that says success, else undefined: whatever goes wrong here is no failure of the turn. */
export async function askBeside(
  path: string,
  json: object | undefined,
  { endpoint, openHttp, signal, timeoutMs }: BesideOptions,
): Promise<unknown> {
  const http = openHttp();
  const question = {
    url: besideUrl(endpoint, path),
    headers: { accept: "application/json", ...endpoint.headers },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    idleTimeoutMs: undefined,
  };
  try {
    const response =
      json === undefined
        ? await http.get(question)
        : await http.post({
            ...question,
            headers: { ...question.headers, "content-type": "application/json" },
            body: JSON.stringify(json),
          });
    const chunks: Uint8Array[] = [];
    let size = 0;
    await response.read((bytes) => {
      size += bytes.length;
      chunks.push(Buffer.from(bytes));
      return size > MOST_BYTES ? "enough" : "more";
    });
    const isGood = response.status >= 200 && response.status < 300 && size <= MOST_BYTES;
    return isGood ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : undefined;
  } catch {
    return undefined;
  } finally {
    http.close();
  }
}

/** Slots with their prompts in them are long. */
const MOST_BYTES = 4 * 2 ** 20;

/** Such routes are beside the API's `/v1`. */
function besideUrl({ baseUrl, queryParams }: Endpoint, path: string): string {
  const url = new URL(baseUrl);
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "") + path;
  url.hash = "";
  for (const [name, value] of Object.entries(queryParams)) {
    url.searchParams.set(name, value);
  }
  return url.href;
}
