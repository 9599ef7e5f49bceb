/** Sends one reply over one open connection, at its pace, and stops at once when the client is gone. */
import type { ServerResponse } from "node:http";
import { finishReasonOf, messageOf, partsOf, type Tells, timingsOf, usageOf } from "./answer.ts";
import { cutReply } from "./cut-reply.ts";
import { nowMs, prefillDurationMs, tokenIntervalMs, wait } from "./pace.ts";
import type { Pace, RawReply, SemanticReply, StatusReply } from "./script.ts";
import type { PromptCount } from "./tokens.ts";

const PROGRESS_EVERY_MS = 100;
/** A reset throws away what the client's kernel has not handed over yet; this lets the client read first. */
const BEFORE_RESET_MS = 20;

/** One request being answered. */
export interface Exchange {
  readonly response: ServerResponse;
  /** Fires when the client closes the connection or the server stops. */
  readonly signal: AbortSignal;
  /** Told of each token, or raw chunk, as it leaves. */
  readonly onWrite: (write: { atMs: number; text: string }) => void;
  /** Told before a script's reply resets the connection, which is then not the client's doing. */
  readonly onReset: () => void;
  readonly id: string;
  readonly model: string;
  readonly pace: Pace;
  readonly messageCount: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** How the prompt is read, and what is told of it. */
export interface Reading {
  readonly prompt: PromptCount;
  /** Null: as the pace has it. */
  readonly tokensPerSecond: number | null;
  readonly showsProgress: boolean;
  readonly tells: Tells;
  /** The head of the answer comes before its first token. */
  readonly flushesHead: boolean;
  readonly mostTokens: number | null;
  /** Told how much of the prompt is read, from its beginning; also when the reading ends early. */
  readonly onRead: (tokens: number) => void;
}

/** What the script gives byte for byte. */
export async function playReply(reply: RawReply | StatusReply, exchange: Exchange): Promise<void> {
  return "chunks" in reply ? playRaw(reply, exchange) : playStatus(reply, exchange);
}

export async function playSemantic(full: SemanticReply, exchange: Exchange, reading: Reading): Promise<void> {
  const reply = cutReply(full, reading.mostTokens);
  const ownExchange = { ...exchange, pace: reply.pace ?? exchange.pace };
  return exchange.stream ? playStream(reply, ownExchange, reading) : playWhole(reply, ownExchange, reading);
}

async function playStream(reply: SemanticReply, exchange: Exchange, reading: Reading): Promise<void> {
  const { response, signal } = exchange;
  const prompt = promptOf(reply, reading);
  const chunk = (choices: readonly unknown[], extra?: Record<string, unknown>) =>
    send(
      exchange,
      `data: ${JSON.stringify({ ...envelope("chat.completion.chunk", exchange), choices, ...extra })}\n\n`,
    );
  const choice = (delta: unknown, finish: string | null) => [{ index: 0, delta, finish_reason: finish }];

  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  if (reading.flushesHead) {
    response.flushHeaders();
  }

  const started = nowMs();
  await prefill(reply, exchange, {
    ...reading,
    report: (progress) =>
      chunk([{ index: 0, delta: { role: "assistant", content: null } }], { prompt_progress: progress }),
  });
  if (signal.aborted) {
    return;
  }
  const promptMs = nowMs() - started;
  await chunk(choice({ role: "assistant", content: null }, null));

  const parts = partsOf(reply, exchange.messageCount);
  const decodeStarted = nowMs();
  let dueMs = decodeStarted;
  for (const [index, part] of parts.entries()) {
    // Waiting for a due time, not for an interval, keeps the stated rate in spite of late timers.
    dueMs += tokenIntervalMs(exchange.pace, index);
    await wait(dueMs - nowMs(), signal);
    if (signal.aborted) {
      return;
    }
    await chunk(choice(part.delta, null));
    exchange.onWrite({ atMs: nowMs(), text: part.text });
  }

  const decodeMs = nowMs() - decodeStarted;
  const usage =
    exchange.includeUsage || reply.usage ? usageOf(reply, prompt, parts.length, reading.tells) : null;
  const timings = timingsOf(reply, prompt, { tokens: parts.length, promptMs, decodeMs }, reading.tells);
  const finish = finishReasonOf(reply);
  // As llama.cpp does it: `timings` are on whichever chunk is the last.
  if (finish !== null) {
    await chunk(choice({}, finish), usage === null && timings ? { timings } : {});
  }
  if (usage !== null) {
    await chunk([], { usage, ...(timings ? { timings } : {}) });
  }
  if (reply.done !== false) {
    await send(exchange, "data: [DONE]\n\n");
  }
  response.end();
}

async function playWhole(reply: SemanticReply, exchange: Exchange, reading: Reading): Promise<void> {
  const { signal } = exchange;
  const prompt = promptOf(reply, reading);
  const started = nowMs();
  await prefill(reply, exchange, { ...reading, report: () => Promise.resolve() });
  const decodeStarted = nowMs();
  const tokens = partsOf(reply, exchange.messageCount).length;
  let speakingMs = 0;
  for (let index = 0; index < tokens; index++) {
    speakingMs += tokenIntervalMs(exchange.pace, index);
  }
  await wait(speakingMs, signal);
  if (signal.aborted) {
    return;
  }
  const decodeMs = nowMs() - decodeStarted;

  const usage = usageOf(reply, prompt, tokens, reading.tells);
  const predicted = { tokens, promptMs: decodeStarted - started, decodeMs };
  const timings = timingsOf(reply, prompt, predicted, reading.tells);
  sendJson(exchange.response, 200, {
    ...envelope("chat.completion", exchange),
    choices: [
      { index: 0, message: messageOf(reply, exchange.messageCount), finish_reason: finishReasonOf(reply) },
    ],
    ...(usage ? { usage } : {}),
    ...(timings ? { timings } : {}),
  });
}

function promptOf(reply: SemanticReply, reading: Reading): PromptCount {
  return reply.prefill ? { total: reply.prefill.tokens, cached: 0 } : reading.prompt;
}

/** llama.cpp's progress: `processed` includes the cached part, the last one says that all is read. */
async function prefill(
  reply: SemanticReply,
  { signal, pace }: Exchange,
  reading: Reading & { readonly report: (progress: Record<string, number>) => Promise<void> },
): Promise<void> {
  const durationMs = readingMs(reply, pace, reading);
  if (durationMs === null) {
    reading.onRead(reading.prompt.total);
    return;
  }
  const { total, cached } = promptOf(reply, reading);
  const started = nowMs();
  const report = async (processed: number) => {
    if (reading.showsProgress) {
      await reading.report({ total, cache: cached, processed, time_ms: Math.round(nowMs() - started) });
    }
  };
  for (let dueMs = 0; dueMs < durationMs && !signal.aborted; dueMs += PROGRESS_EVERY_MS) {
    await report(cached + Math.floor((total - cached) * (dueMs / durationMs)));
    await wait(started + Math.min(dueMs + PROGRESS_EVERY_MS, durationMs) - nowMs(), signal);
  }
  // Who leaves early leaves behind what was read by then, as a script's own count would have it.
  const share = signal.aborted && durationMs > 0 ? Math.min(1, (nowMs() - started) / durationMs) : 1;
  const { prompt } = reading;
  reading.onRead(prompt.cached + Math.floor((prompt.total - prompt.cached) * share));
  await report(total);
}

/** Null: no time at all, and nothing to show. */
function readingMs(reply: SemanticReply, pace: Pace, { prompt, tokensPerSecond }: Reading): number | null {
  if (reply.prefill) {
    return reply.prefill.ms;
  }
  const unread = prompt.total - prompt.cached;
  if (tokensPerSecond !== null) {
    return (unread / tokensPerSecond) * 1000;
  }
  return pace === "human" ? prefillDurationMs(unread) : null;
}

async function playStatus(reply: StatusReply, exchange: Exchange): Promise<void> {
  const { response, signal } = exchange;
  await wait(reply.delay_ms ?? 0, signal);
  if (signal.aborted) {
    return;
  }
  const isJson = typeof reply.body === "object";
  const body = isJson ? JSON.stringify(reply.body) : (reply.body ?? "");
  response.writeHead(reply.status, {
    "content-type": isJson ? "application/json" : "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    ...lowerCaseNames(reply.headers),
  });
  response.end(body);
}

async function playRaw(reply: RawReply, exchange: Exchange): Promise<void> {
  const { response, signal } = exchange;
  response.writeHead(reply.status ?? 200, {
    "content-type": "text/event-stream",
    ...lowerCaseNames(reply.headers),
  });
  response.flushHeaders();
  for (const chunk of reply.chunks) {
    if (signal.aborted) {
      return;
    }
    if (typeof chunk === "object" && "wait_ms" in chunk) {
      await wait(chunk.wait_ms, signal);
      continue;
    }
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.base64, "base64");
    await send(exchange, bytes);
    exchange.onWrite({ atMs: nowMs(), text: bytes.toString() });
    // A turn of the event loop, so that the next chunk is likely to be a read of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }

  const end = reply.end ?? "close";
  if (end === "close") {
    response.end();
  }
  if (end === "destroy") {
    await wait(BEFORE_RESET_MS, signal);
    exchange.onReset();
    response.socket?.resetAndDestroy();
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
  });
  response.end(text);
}

/** Waits where the client reads slower than the script speaks. */
async function send(exchange: Exchange, bytes: string | Buffer): Promise<void> {
  const { response, signal } = exchange;
  if (signal.aborted || bytes.length === 0 || response.write(bytes)) {
    return;
  }
  await new Promise<void>((resolve) => {
    const finish = () => {
      response.off("drain", finish);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    response.on("drain", finish);
    signal.addEventListener("abort", finish);
  });
}

function envelope(object: string, exchange: Exchange): Record<string, unknown> {
  return {
    id: exchange.id,
    object,
    created: Math.floor(Date.now() / 1000),
    model: exchange.model,
    system_fingerprint: "fp_leat_practice",
  };
}

function lowerCaseNames(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
