import { type HttpClient, type HttpResponse, parseRetryAfter, TransportFailure } from "../../net/index.ts";
import type { HistoryItem, ModelError } from "../../protocol/index.ts";
import { type Endpoint, endpointUrl } from "../endpoint.ts";
import type { ModelEvent } from "../model-event.ts";
import type { ModelRequest } from "../model-request.ts";
import { createSseParser } from "../sse.ts";
import { type ChatDecoder, createChatDecoder, type DecodedResponse } from "./decode.ts";
import { encodeChatBody } from "./encode.ts";
import { readErrorBody } from "./error-body.ts";
import { asObject, parseJson } from "./json.ts";

/** How one request ended. `rejected`: before the answer began. `broken`: the answer did not come to its end. */
export type AttemptEnd =
  | { readonly type: "completed"; readonly response: DecodedResponse }
  | { readonly type: "rejected"; readonly error: ModelError }
  | { readonly type: "broken"; readonly error: ModelError; readonly partial: readonly HistoryItem[] }
  | { readonly type: "interrupted"; readonly partial: readonly HistoryItem[] };

export interface AttemptOptions {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly asksForUsage: boolean;
  readonly newCallId: () => string;
}

/** Sends one request and decodes its answer; the thin shell of I/O around the pure codecs. */
export async function* attemptChat(
  request: ModelRequest,
  endpoint: Endpoint,
  options: AttemptOptions,
): AsyncGenerator<ModelEvent, AttemptEnd, void> {
  const url = endpointUrl(endpoint, "/chat/completions");
  const { http, signal, asksForUsage, newCallId } = options;
  let response: HttpResponse;
  try {
    response = await http.post({
      url,
      headers: { "content-type": "application/json", accept: "text/event-stream", ...endpoint.headers },
      body: encodeChatBody(request, { dialect: endpoint.dialect, asksForUsage }),
      signal,
      idleTimeoutMs: endpoint.idleTimeoutMs,
    });
    if (response.status < 200 || response.status >= 300)
      return { type: "rejected", error: await readRejection(response, url) };
  } catch (error) {
    if (signal.aborted) return { type: "interrupted", partial: [] };
    return { type: "rejected", error: transportError(error) };
  }

  const offeredToolNames = new Set(request.tools.map((tool) => tool.name));
  const decoder = createChatDecoder({ offeredToolNames, newCallId });
  const events: ModelEvent[] = [];
  let breakage: ModelError | undefined;
  try {
    for await (const _ of decodeBody(response, decoder, events)) {
      for (const event of events) yield event;
      events.length = 0;
    }
  } catch (error) {
    breakage = signal.aborted ? undefined : transportError(error);
  }
  const decoded = decoder.end(events);
  for (const event of events) yield event;
  return judge(decoded, { breakage, aborted: signal.aborted, url });
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
  for await (const bytes of response.body) {
    // A body that starts with a brace or a tag is one JSON value or a page, whatever its content type says.
    if (!started) {
      const first = firstByte(bytes);
      if (first === undefined) continue;
      started = true;
      if (first === BRACE || first === ANGLE) whole = [];
    }
    if (whole !== undefined) {
      whole.push(bytes);
      continue;
    }
    for (const frame of parser.push(bytes)) decoder.push(frame, events);
    yield;
    if (decoder.ended) return;
  }
  if (whole === undefined) for (const frame of parser.end()) decoder.push(frame, events);
  else pushWhole(Buffer.concat(whole).toString("utf8"), decoder, events);
  yield;
}

const BRACE = 0x7b;
const ANGLE = 0x3c;

/** The first byte that is neither white space nor part of a byte-order mark. */
function firstByte(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}

function pushWhole(text: string, decoder: ChatDecoder, events: ModelEvent[]): void {
  const body = asObject(parseJson(text));
  if (body !== undefined) decoder.pushBody(body, events);
  else decoder.push({ event: "error", data: readErrorBody(text, undefined).message }, events);
}

function judge(
  decoded: DecodedResponse,
  circumstances: { breakage: ModelError | undefined; aborted: boolean; url: string },
): AttemptEnd {
  const { breakage, aborted, url } = circumstances;
  const isWhole = decoded.error === undefined && decoded.completion.finish !== "incomplete";
  // A connection that breaks after the finish reason has lost nothing.
  if (isWhole && !aborted) return { type: "completed", response: decoded };
  const partial = decoded.items.filter((item) => item.type !== "function_call");
  if (aborted) return { type: "interrupted", partial };
  const error: ModelError = decoded.error ??
    breakage ?? { kind: "incomplete", message: "the answer ended without a finish reason" };
  return { type: "broken", error: { url, ...error }, partial };
}

const MAX_ERROR_BYTES = 64 * 1024;

async function readRejection(response: HttpResponse, url: string): Promise<ModelError> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    return { kind: "redirect", message: `redirected to ${headers["location"] ?? "nowhere"}`, status, url };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ERROR_BYTES) break;
  }
  const error = readErrorBody(Buffer.concat(chunks).toString("utf8"), status);
  const retryAfterSeconds = parseRetryAfter(headers["retry-after"], Date.now());
  return { ...error, url, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

function transportError(error: unknown): ModelError {
  if (error instanceof TransportFailure) return error.detail;
  throw error;
}
