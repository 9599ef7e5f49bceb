import {
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  TransportFailure,
} from "../../src/net/index.ts";
import type { ModelError, ModelErrorKind } from "../../src/protocol/index.ts";

/** What the server does with one request. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly chunks: readonly (string | Buffer | Breakage)[];
    }
  | { readonly refuse: ModelErrorKind };

/** In place of a chunk: the connection breaks there, or a hook runs (to abort, say). */
type Breakage = { readonly break: ModelErrorKind } | { readonly run: () => void };

export interface ScriptedHttp extends HttpClient {
  readonly requests: HttpRequest[];
}

/** An HttpClient that plays one reply a request; the last one is repeated. Keeps the contract on aborts. */
export function scriptedHttp(replies: readonly Reply[]): ScriptedHttp {
  const requests: HttpRequest[] = [];
  return {
    requests,
    async post(request) {
      request.signal.throwIfAborted();
      requests.push(request);
      const reply = replies[Math.min(requests.length, replies.length) - 1];
      if (reply === undefined) {
        throw new Error("a request that no reply was written for");
      }
      if ("refuse" in reply) {
        throw new TransportFailure(failureOf(reply.refuse, request.url));
      }
      return respond(reply, request);
    },
    async get() {
      throw new Error("a request that no reply was written for");
    },
    close() {},
  };
}

function respond(reply: Extract<Reply, { chunks: unknown }>, request: HttpRequest): HttpResponse {
  return {
    status: reply.status ?? 200,
    headers: reply.headers ?? {},
    read: (take) => play(reply.chunks, request, take),
    expectEnd() {},
  };
}

async function play(
  chunks: readonly (string | Buffer | Breakage)[],
  request: HttpRequest,
  take: (bytes: Uint8Array) => "more" | "enough",
): Promise<void> {
  for (const chunk of chunks) {
    if (typeof chunk === "string" || Buffer.isBuffer(chunk)) {
      if (take(Buffer.from(chunk)) === "enough") {
        return;
      }
    } else if ("run" in chunk) {
      chunk.run();
    } else {
      throw new TransportFailure(failureOf(chunk.break, request.url));
    }
    request.signal.throwIfAborted();
  }
}

function failureOf(kind: ModelErrorKind, url: string): ModelError {
  return { kind, message: `played: ${kind}`, url };
}

/** A chunk of a Chat Completions stream. */
export function sse(value: object | string): string {
  return `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;
}

export function delta(fields: object, finish?: string): string {
  return sse({ choices: [{ index: 0, delta: fields, finish_reason: finish ?? null }] });
}

/** A whole answer of one word. */
export function textReply(text: string): Reply {
  return { chunks: [delta({ content: text }), delta({}, "stop"), sse("[DONE]")] };
}

export function errorReply(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return { status, headers, chunks: [JSON.stringify({ error: { message } })] };
}
