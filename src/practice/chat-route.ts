/** One chat request: read it, choose its reply, record it, play the reply. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { decide } from "./mind/index.ts";
import { nowMs } from "./pace.ts";
import { errorBody, playReply } from "./play.ts";
import { describeReply, type RecordedRequest, recordRequest } from "./record.ts";
import { createReplyQueue } from "./reply-queue.ts";
import type { Pace, Reply, Script, StatusReply } from "./script.ts";
import { countPrompt, serializePrompt } from "./tokens.ts";

export interface ChatRouteOptions {
  readonly script: Script | null;
  /** Null: the name the request asks for. */
  readonly model: string | null;
  readonly pace: Pace;
  readonly stopping: AbortSignal;
  /** Keeps the record; returns the number of the request. */
  readonly onChat: (recorded: RecordedRequest) => number;
}

type ChatRoute = (body: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createChatRoute(options: ChatRouteOptions): ChatRoute {
  const queue = options.script ? createReplyQueue(options.script) : null;
  let previousPrompt: Buffer | null = null;
  let replyNumber = 0;

  return async (body, request, response) => {
    const json = parseJson(body);
    const chat = readChat(json);
    const reply = chat.problem !== null ? badRequest(chat.problem) : nextReply(body, chat);
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

    const prompt = serializePrompt(chat.messages, chat.tools);
    const count = countPrompt(prompt, previousPrompt);
    previousPrompt = prompt;
    await playReply(reply, {
      response,
      signal: gone.signal,
      onWrite: (write) => recorded.writes.push(write),
      onReset: () => {
        endedByScript = true;
      },
      id: `chatcmpl-practice-${number}`,
      model: options.model ?? chat.model,
      pace: options.pace,
      prompt: count,
      messageCount: chat.messages.length,
      stream: chat.stream,
      includeUsage: chat.includeUsage,
    });
  };

  function nextReply(body: string, chat: ChatRequest): Reply {
    replyNumber++;
    if (queue === null) {
      return decide(chat.messages, chat.tools);
    }
    const message = `The practice script has no reply ${replyNumber}.`;
    return queue.take(body) ?? { status: 500, body: errorBody(500, "server_error", message) };
  }
}

/** The part of the request body this server looks at. */
interface ChatRequest {
  /** What is wrong with it; the other fields are then empty. */
  readonly problem: string | null;
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly tools: readonly unknown[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

function readChat(json: unknown): ChatRequest {
  const body = isObject(json) ? json : {};
  const options = isObject(body["stream_options"]) ? body["stream_options"] : {};
  return {
    problem: problemOf(json),
    model: typeof body["model"] === "string" ? body["model"] : "leat-practice",
    messages: Array.isArray(body["messages"]) ? body["messages"] : [],
    tools: Array.isArray(body["tools"]) ? body["tools"] : [],
    stream: body["stream"] === true,
    includeUsage: options["include_usage"] === true,
  };
}

function problemOf(json: unknown): string | null {
  if (json === undefined) {
    return "The body is not JSON.";
  }
  if (!isObject(json)) {
    return "The body is not a JSON object.";
  }
  return Array.isArray(json["messages"]) ? null : "`messages` must be a list.";
}

function badRequest(message: string): StatusReply {
  return { status: 400, body: errorBody(400, "invalid_request_error", message) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
