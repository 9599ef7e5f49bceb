import type { HttpClient, HttpRequest, HttpResponse } from "../../net/index.ts";
import type { LogLevel } from "./level.ts";
import type { Fields } from "./line.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Fields;
  /** What only the level `trace` shows: what the user, the model and the files say. */
  readonly content?: Fields;
}

export interface RequestLog {
  wrapHttp(http: HttpClient): HttpClient;
  /** The first token of the request under way has come; called with every delta. */
  seeToken(): void;
}

/** When each request left, and what came when; one at a time of those to the model is under way. */
export function createRequestLog(write: (entry: LogEntry) => void, now: () => number): RequestLog {
  let count = 0;
  let current: Call | undefined;

  function begin(method: string, request: HttpRequest): Call {
    count += 1;
    return beginCall(request, { number: count, method }, { write, now });
  }

  return {
    wrapHttp: (http) => ({
      async post(request) {
        current = begin("POST", request);
        return await follow(current, request.signal, http.post(request));
      },
      async get(request) {
        return await follow(begin("GET", { ...request, body: "" }), request.signal, http.get(request));
      },
      close: () => http.close(),
    }),
    seeToken: () => current?.seeToken(),
  };
}

async function follow(call: Call, signal: AbortSignal, answer: Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return call.watch(await answer);
  } catch (error) {
    call.end(signal.aborted ? "aborted" : "no answer", error);
    throw error;
  }
}

interface Call {
  watch(response: HttpResponse): HttpResponse;
  seeToken(): void;
  end(how: RequestEnd, error?: unknown): void;
}

/** `left`: leat had read enough, as after `[DONE]`. */
type RequestEnd = "complete" | "left" | "aborted" | "broken" | "no answer";

function beginCall(
  request: HttpRequest,
  { number, method }: { readonly number: number; readonly method: string },
  { write, now }: { readonly write: (entry: LogEntry) => void; readonly now: () => number },
): Call {
  const startedMs = now();
  const elapsedMs = () => now() - startedMs;
  // All that is known of it so far; the last line holds it all.
  let facts: Fields = { request: number };
  let bytesDown = 0;
  let sawToken = false;

  function note(event: string, more: Fields): void {
    facts = { ...facts, ...more };
    write({ level: "debug", event, fields: { request: number, ...more } });
  }

  note("request-sent", {
    method,
    url: withoutQuery(request.url),
    bytes_up: Buffer.byteLength(request.body),
  });

  function end(how: RequestEnd, error?: unknown): void {
    const isGood = how === "complete" || how === "left";
    write({
      level: isGood || how === "aborted" ? "info" : "warn",
      event: "request-ended",
      fields: {
        ...facts,
        bytes_down: bytesDown,
        end_ms: elapsedMs(),
        end: how,
        ...(isGood || how === "aborted" ? {} : { error }),
      },
    });
  }

  return {
    end,
    seeToken() {
      if (!sawToken) {
        sawToken = true;
        note("first-token", { first_token_ms: elapsedMs() });
      }
    },
    watch(response) {
      const type = response.headers["content-type"];
      note("response-headers", {
        status: response.status,
        ...(type === undefined ? {} : { content_type: type }),
        headers_ms: elapsedMs(),
      });
      return {
        status: response.status,
        headers: response.headers,
        expectEnd: (withinMs) => response.expectEnd(withinMs),
        async read(take) {
          let how: RequestEnd = "complete";
          let failure: unknown;
          try {
            await response.read((bytes) => {
              if (bytesDown === 0) {
                note("first-byte", { first_byte_ms: elapsedMs() });
              }
              bytesDown += bytes.length;
              const wants = take(bytes);
              how = wants === "enough" ? "left" : how;
              return wants;
            });
          } catch (error) {
            how = request.signal.aborted ? "aborted" : "broken";
            failure = error;
            throw error;
          } finally {
            end(how, failure);
          }
        },
      };
    },
  };
}

/** Nor the credentials: keys may stand in both. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
