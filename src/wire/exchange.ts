import { type HttpClient, type HttpResponse, parseRetryAfter, TransportFailure } from "../net/index.ts";
import type { HistoryItem, ModelError } from "../protocol/index.ts";
import { type BodyReader, createBodyReader } from "./body/body-reader.ts";
import type { Codec } from "./codec.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { type Endpoint, endpointUrl, hideSecrets, shownUrl } from "./endpoint.ts";
import type { ModelEvent } from "./model-event.ts";
import type { ModelRequest } from "./model-request.ts";
import type { DecodedResponse, ThinkingStart } from "./response-decoder.ts";

/** How one request ended. `rejected`: before the answer began. `broken`: the answer did not come to its end. */
export type ExchangeEnd =
  | { readonly type: "completed"; readonly response: DecodedResponse; readonly body: string }
  | { readonly type: "rejected"; readonly error: ModelError; readonly body: string }
  | {
      readonly type: "broken";
      readonly error: ModelError;
      readonly body: string;
      readonly response: DecodedResponse;
      readonly partial: readonly HistoryItem[];
    }
  | { readonly type: "interrupted"; readonly partial: readonly HistoryItem[] };

export interface ExchangeOptions {
  readonly http: HttpClient;
  readonly codec: Codec;
  /** With what was learnt of the endpoint laid over it. */
  readonly dialect: Dialect;
  readonly thinkingStart: ThinkingStart;
  readonly signal: AbortSignal;
  readonly newCallId: () => string;
  /** Called in the moment something arrives, before the next read. */
  readonly emit: (event: ModelEvent) => void;
}

/** Sends one request and decodes its answer, whatever the API; the thin shell of I/O around the pure codecs. */
export async function exchange(
  request: ModelRequest,
  endpoint: Endpoint,
  options: ExchangeOptions,
): Promise<ExchangeEnd> {
  const { http, codec, dialect, signal } = options;
  const present = (error: ModelError) => presentable(error, endpoint, codec.path);
  const body = codec.encode(request, dialect);
  let response: HttpResponse;
  let loading: ReturnType<Codec["loadDecoder"]>;
  try {
    const posting = http.post({
      url: endpointUrl(endpoint, codec.path),
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        "accept-encoding": "identity",
        ...endpoint.sessionHeaders,
        ...endpoint.headers,
      },
      body,
      signal,
      idleTimeoutMs: endpoint.idleTimeoutMs,
    });
    // The decoder is loaded while the server reads the prompt: the request need not wait for it.
    loading = codec.loadDecoder();
    response = await posting;
    if (response.status < 200 || response.status >= 300) {
      return { type: "rejected", error: present(await readRejection(response)), body };
    }
  } catch (error) {
    if (signal.aborted) {
      return { type: "interrupted", partial: [] };
    }
    return { type: "rejected", error: present(transportError(error)), body };
  }

  const createDecoder = await loading;
  const decoder = createDecoder({
    offeredTools: request.tools,
    newCallId: options.newCallId,
    thinkingStart: options.thinkingStart,
  });
  const events: ModelEvent[] = [];
  const flush = () => {
    const count = events.length;
    for (const event of events) {
      options.emit(event);
    }
    events.length = 0;
    return count > 0;
  };
  const breakage = await readAnswer(response, { reader: createBodyReader(decoder, events), flush, signal });
  const decoded = decoder.end(events);
  flush();
  return judge(decoded, { body, breakage, aborted: signal.aborted, present });
}

/** Some servers leave the line open after the finish reason; usage, where it comes, follows at once. */
const FINISH_GRACE_MS = 3000;

interface Reading {
  readonly reader: BodyReader;
  /** Says whether there was anything to tell. */
  readonly flush: () => boolean;
  readonly signal: AbortSignal;
}

/** Reads to the end; returns why the connection broke, if that was the end. */
async function readAnswer(
  response: HttpResponse,
  { reader, flush, signal }: Reading,
): Promise<ModelError | undefined> {
  let expectsEnd = false;
  try {
    await response.read((bytes) => {
      const state = reader.push(bytes);
      const hasGrown = flush();
      // Comments to keep the line alive do not put the end off; a call that comes late does.
      if (state === "finishing" && (hasGrown || !expectsEnd)) {
        expectsEnd = true;
        response.expectEnd(FINISH_GRACE_MS);
      }
      return state === "ended" ? "enough" : "more";
    });
    reader.end();
    return undefined;
  } catch (error) {
    if (signal.aborted) {
      return undefined;
    }
    reader.breakOff();
    return transportError(error);
  }
}

/** An error as it may be shown and kept: no key in it, and no character that moves a cursor. */
function presentable(error: ModelError, endpoint: Endpoint, path: string): ModelError {
  const message = hideSecrets(endpoint, error.message).replace(/\p{Cc}+/gu, " ");
  return { ...error, message, url: shownUrl(endpoint, path) };
}

interface Circumstances {
  readonly body: string;
  readonly breakage: ModelError | undefined;
  readonly aborted: boolean;
  readonly present: (error: ModelError) => ModelError;
}

function judge(response: DecodedResponse, circumstances: Circumstances): ExchangeEnd {
  const { body, breakage, aborted, present } = circumstances;
  const isWhole = response.error === undefined && response.completion.finish !== "incomplete";
  // A connection that breaks after the finish reason has lost nothing.
  if (isWhole && !aborted) {
    return { type: "completed", response, body };
  }
  const partial = response.items.filter((item) => item.type !== "function_call");
  if (aborted) {
    return { type: "interrupted", partial };
  }
  const error: ModelError = response.error ??
    breakage ?? { kind: "incomplete", message: "the answer ended without a finish reason" };
  return { type: "broken", error: present(error), body, response, partial };
}

const MAX_ERROR_BYTES = 64 * 1024;

async function readRejection(response: HttpResponse): Promise<ModelError> {
  const { status, headers } = response;
  // A redirect's body is read, too: one that is left alone keeps its connection busy.
  const text = await readErrorText(response);
  if (status >= 300 && status < 400) {
    return { kind: "redirect", message: `redirected to ${headers["location"] ?? "nowhere"}`, status };
  }
  const { readErrorBody } = await import("./errors/error-body.ts");
  const retryAfterSeconds = parseRetryAfter(headers["retry-after"], Date.now());
  return {
    ...readErrorBody(text, status),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** As much as comes: if the connection breaks here, the status still says more than the breakage. */
async function readErrorText(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    await response.read((bytes) => {
      chunks.push(bytes);
      size += bytes.length;
      return size > MAX_ERROR_BYTES ? "enough" : "more";
    });
  } catch (error) {
    if (!(error instanceof TransportFailure)) {
      throw error;
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}

function transportError(error: unknown): ModelError {
  if (error instanceof TransportFailure) {
    return error.detail;
  }
  throw error;
}
