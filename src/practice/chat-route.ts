/** One chat request: read it, choose its reply, record it, wait for model and slot, play the reply. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ChatRequest, parseJson, readChat } from "./chat-request.ts";
import { errorBody } from "./error-body.ts";
import type { ServerFace } from "./faces/index.ts";
import { decide } from "./mind/index.ts";
import type { ModelStore, StoredModel } from "./model-store.ts";
import { nowMs } from "./pace.ts";
import { type Exchange, playReply, playSemantic } from "./play.ts";
import { describeReply, type RecordedRequest, recordRequest } from "./record.ts";
import { badRequest, refuseLength, refuseLoading, refuseModel } from "./refusals.ts";
import { createReplyQueue } from "./reply-queue.ts";
import type { Pace, Reply, Script, SemanticReply } from "./script.ts";
import { BYTES_PER_TOKEN, countPrompt, serializePrompt } from "./tokens.ts";

export interface ChatRouteOptions {
  readonly script: Script | null;
  readonly face: ServerFace | null;
  readonly store: ModelStore;
  /** The window holds for those, too, who are told of none. */
  readonly limitsWindow: boolean;
  readonly pace: Pace;
  /** Null: as the pace has it. */
  readonly prefillTokensPerSecond: number | null;
  readonly stopping: AbortSignal;
  /** Keeps the record; returns the number of the request. */
  readonly onChat: (recorded: RecordedRequest) => number;
}

type ChatRoute = (body: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createChatRoute(options: ChatRouteOptions): ChatRoute {
  const { face, store } = options;
  const queue = options.script ? createReplyQueue(options.script) : null;
  let replyNumber = 0;

  return async (body, request, response) => {
    const json = parseJson(body);
    const chat = readChat(json, face);
    const model = chat.model === null ? store.main : store.find(chat.model);
    const prompt = serializePrompt(chat.messages, chat.tools);
    const reply = refusal(chat, model, prompt) ?? nextReply(body, chat);
    const recorded = recordRequest(request, { body, json, reply: describeReply(reply) });
    const number = options.onChat(recorded);

    const gone = new AbortController();
    let endedByScript = false;
    response.once("close", () => {
      const endedHere = response.writableEnded || endedByScript || options.stopping.aborted;
      if (!endedHere) {
        recorded.abortedAtMs = nowMs();
      }
      gone.abort();
    });

    const exchange: Exchange = {
      response,
      signal: gone.signal,
      onWrite: (write) => recorded.writes.push(write),
      onReset: () => {
        endedByScript = true;
      },
      id: `chatcmpl-practice-${number}`,
      model: options.script?.model ?? chat.model ?? "leat-practice",
      pace: options.pace,
      messageCount: chat.messages.length,
      stream: chat.stream,
      includeUsage: chat.includeUsage,
    };
    if ("chunks" in reply || "status" in reply) {
      return playReply(reply, exchange);
    }
    await speak(reply, exchange, { chat, prompt, model: model ?? store.main, number, recorded });
  };

  function refusal(chat: ChatRequest, model: StoredModel | null, prompt: Buffer): Reply | null {
    if (chat.problem !== null) {
      return badRequest(chat.problem);
    }
    const { total } = countPrompt(prompt, null);
    const { window } = model ?? store.main;
    return (
      refuseLoading(face, store) ??
      refuseModel(face, chat.model ?? "", model) ??
      (options.limitsWindow ? refuseLength(face, { tokens: total, window, stream: chat.stream }) : null)
    );
  }

  function nextReply(body: string, chat: ChatRequest): Reply {
    if (queue === null) {
      return decide(chat.messages, chat.tools);
    }
    // Who wants a token at most warms the cache; what the script has to say is for those who listen.
    if (chat.mostTokens !== null && chat.mostTokens <= 1) {
      return queue.takeMeant(body) ?? { text: "…" };
    }
    replyNumber++;
    const message = `The practice script has no reply ${replyNumber}.`;
    return queue.take(body) ?? { status: 500, body: errorBody(500, "server_error", message) };
  }

  interface Asked {
    readonly chat: ChatRequest;
    readonly prompt: Buffer;
    readonly model: StoredModel;
    readonly number: number;
    readonly recorded: RecordedRequest;
  }

  /** Waits in silence, as the servers do, for the model to be loaded and for a slot. */
  async function speak(reply: SemanticReply, exchange: Exchange, asked: Asked): Promise<void> {
    const { chat, model, number, recorded } = asked;
    const { signal } = exchange;
    await store.load(model, signal);
    const endUse = store.use(model);
    const read = options.limitsWindow ? fitting(asked.prompt, model.window) : asked.prompt;
    const lease = await model.slots.take(read, { task: number, slot: chat.slot, signal });
    try {
      if (lease === null) {
        return;
      }
      recorded.slot = lease.slot;
      if (chat.staysMs !== null) {
        store.staysFor(model, chat.staysMs);
      }
      await playSemantic(reply, exchange, {
        prompt: lease.count,
        tokensPerSecond: options.prefillTokensPerSecond,
        showsProgress: showsProgress(chat),
        tells: tellsOf(face),
        flushesHead: face === null,
        mostTokens: chat.mostTokens,
        onRead: lease.hasRead,
      });
    } finally {
      lease?.release();
      endUse();
    }
  }

  /** As itself it shows what there is to see at human pace, asked or not; a plain client is to see it, too. */
  function showsProgress(chat: ChatRequest): boolean {
    switch (face) {
      case "llamacpp":
        return chat.returnProgress;
      case "ollama":
      case "lmstudio":
      case "vllm":
        return false;
      case null:
        return chat.returnProgress || options.prefillTokensPerSecond === null;
      default:
        return face satisfies never;
    }
  }
}

/** Ollama drops what is too much from the front, without a word. The others have refused it before. */
function fitting(prompt: Buffer, window: number): Buffer {
  return prompt.subarray(Math.max(0, prompt.length - window * BYTES_PER_TOKEN));
}

function tellsOf(face: ServerFace | null): "timings" | "cached" | "total" {
  switch (face) {
    case "llamacpp":
    case null:
      return "timings";
    case "vllm":
      return "cached";
    case "ollama":
    case "lmstudio":
      return "total";
    default:
      return face satisfies never;
  }
}
