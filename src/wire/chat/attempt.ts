import { type HttpClient, type HttpResponse, parseRetryAfter, TransportFailure } from "../../net/index.ts";
import type { HistoryItem, ModelError } from "../../protocol/index.ts";
import { type Endpoint, endpointUrl, hideSecrets, shownUrl } from "../endpoint.ts";
import type { ModelEvent } from "../model-event.ts";
import type { ModelRequest } from "../model-request.ts";
import { createSseParser } from "../sse.ts";
import type { ChatDecoder, DecodedResponse } from "./decode.ts";
import { type DroppableParameter, encodeChatBody } from "./encode.ts";
import { readErrorBody } from "./error-body.ts";

/** How one request ended. `rejected`: before the answer began. `broken`: the answer did not come to its end. */
export type AttemptEnd =
  | { readonly type: "completed"; readonly response: DecodedResponse }
  | { readonly type: "rejected"; readonly error: ModelError }
  | { readonly type: "broken"; readonly error: ModelError; readonly partial: readonly HistoryItem[] }
  | { readonly type: "interrupted"; readonly partial: readonly HistoryItem[] };

export interface AttemptOptions {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly refused: ReadonlySet<DroppableParameter>;
  readonly newCallId: () => string;
}

/** Sends one request and decodes its answer; the thin shell of I/O around the pure codecs. */
export async function* attemptChat(
  request: ModelRequest,
  endpoint: Endpoint,
  options: AttemptOptions,
): AsyncGenerator<ModelEvent, AttemptEnd, void> {
  const { http, signal, refused, newCallId } = options;
  const present = (error: ModelError) => presentable(error, endpoint);
  let response: HttpResponse;
  let decoding: Promise<typeof import("./decode.ts")>;
  try {
    const posting = http.post({
      url: endpointUrl(endpoint, PATH),
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        "accept-encoding": "identity",
        ...endpoint.headers,
      },
      body: encodeChatBody(request, { dialect: endpoint.dialect, refused }),
      signal,
      idleTimeoutMs: endpoint.idleTimeoutMs,
    });
    // The decoder is loaded while the server reads the prompt: the request need not wait for it.
    decoding = import("./decode.ts");
    response = await posting;
    if (response.status < 200 || response.status >= 300) {
      return { type: "rejected", error: present(await readRejection(response)) };
    }
  } catch (error) {
    if (signal.aborted) {
      return { type: "interrupted", partial: [] };
    }
    return { type: "rejected", error: present(transportError(error)) };
  }

  const { createChatDecoder } = await decoding;
  const decoder = createChatDecoder({ offeredTools: request.tools, newCallId });
  const events: ModelEvent[] = [];
  let breakage: ModelError | undefined;
  try {
    for await (const _ of decodeBody(response, decoder, events)) {
      for (const event of events) {
        yield event;
      }
      events.length = 0;
    }
  } catch (error) {
    breakage = signal.aborted ? undefined : transportError(error);
  }
  const decoded = decoder.end(events);
  for (const event of events) {
    yield event;
  }
  return judge(decoded, { breakage, aborted: signal.aborted, present });
}

const PATH = "/chat/completions";

/** An error as it may be shown and kept: no key in it, and no character that moves a cursor. */
function presentable(error: ModelError, endpoint: Endpoint): ModelError {
  const message = hideSecrets(endpoint, error.message).replace(/\p{Cc}+/gu, " ");
  return { ...error, message, url: shownUrl(endpoint, PATH) };
}

/** Feeds the decoder; yields after each read, so that what it brought is given out at once. */
async function* decodeBody(
  response: HttpResponse,
  decoder: ChatDecoder,
  events: ModelEvent[],
): AsyncGenerator<void, void, void> {
  const parser = createSseParser();
  let whole: Uint8Array[] | undefined;
  let started = false;
  let expectsEnd = false;
  let size = 0;
  for await (const bytes of response.body) {
    // A body that starts with a brace or a tag is one JSON value or a page, whatever its content type says.
    const first = started ? 0 : firstByte(bytes);
    if (!started && first !== -1) {
      started = true;
      if (bytes[first] === BRACE || bytes[first] === ANGLE) {
        whole = [];
      }
    }
    if (whole !== undefined) {
      whole.push(bytes.subarray(first));
      size += bytes.length;
      if (size > MAX_WHOLE_BYTES) {
        return decoder.push({ event: "error", data: "an answer without end" }, events);
      }
      continue;
    }
    for (const frame of parser.push(bytes)) {
      decoder.push(frame, events);
    }
    yield;
    if (decoder.ended) {
      return;
    }
    if (decoder.finishing && !expectsEnd) {
      expectsEnd = true;
      response.expectEnd(FINISH_GRACE_MS);
    }
  }
  if (whole === undefined) {
    for (const frame of parser.end()) {
      decoder.push(frame, events);
    }
  } else {
    decoder.pushBody(Buffer.concat(whole).toString("utf8"), events);
  }
  yield;
}

/** Some servers leave the line open after the finish reason; usage, where it comes, follows at once. */
const FINISH_GRACE_MS = 3000;

const MAX_WHOLE_BYTES = 64 * 2 ** 20;

const BRACE = 0x7b;
const ANGLE = 0x3c;

/** Where the first byte stands that is neither white space nor part of a byte-order mark; -1 if there is none. */
function firstByte(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}

function judge(
  decoded: DecodedResponse,
  circumstances: {
    breakage: ModelError | undefined;
    aborted: boolean;
    present: (error: ModelError) => ModelError;
  },
): AttemptEnd {
  const { breakage, aborted, present } = circumstances;
  const isWhole = decoded.error === undefined && decoded.completion.finish !== "incomplete";
  // A connection that breaks after the finish reason has lost nothing.
  if (isWhole && !aborted) {
    return { type: "completed", response: decoded };
  }
  const partial = decoded.items.filter((item) => item.type !== "function_call");
  if (aborted) {
    return { type: "interrupted", partial };
  }
  const error: ModelError = decoded.error ??
    breakage ?? { kind: "incomplete", message: "the answer ended without a finish reason" };
  return { type: "broken", error: present(error), partial };
}

const MAX_ERROR_BYTES = 64 * 1024;

async function readRejection(response: HttpResponse): Promise<ModelError> {
  const { status, headers } = response;
  // A redirect's body is read, too: one that is left alone keeps its connection busy.
  const text = await readErrorText(response);
  if (status >= 300 && status < 400) {
    return { kind: "redirect", message: `redirected to ${headers["location"] ?? "nowhere"}`, status };
  }
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
    for await (const chunk of response.body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ERROR_BYTES) {
        break;
      }
    }
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
