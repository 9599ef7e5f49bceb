import type { ModelError } from "../protocol/index.ts";
import type { WireApi } from "./codec.ts";

/**
 * The API to try instead, if the server as good as said that it does not speak this one. A config written for
 * today's Codex says `responses` of servers that know Chat Completions only; OpenAI serves some models on
 * `/responses` only.
 */
export function otherApi(error: ModelError, asked: WireApi): WireApi | undefined {
  if (error.wants !== undefined) {
    return error.wants === asked ? undefined : error.wants;
  }
  if (asked === "chat") {
    return undefined;
  }
  switch (error.kind) {
    case "not_found":
      return "chat";
    // A proxy that hands every path to Chat Completions asks for the field that Responses does not have.
    case "bad_request":
    case "unsupported_parameter":
      return error.status === 501 ||
        /\bmessages\b/.test(error.parameter ?? error.message) ||
        ITEMS_REFUSED.test(error.message)
        ? "chat"
        : undefined;
    // Servers that make a chat of the input: there, messages can be put another way.
    case "template":
      return "chat";
    case "server":
      return error.status === 501 ? "chat" : undefined;
    default:
      return undefined;
  }
}

/**
 * Local servers that know a part of the API only: llama.cpp ("Cannot determine type of 'item'"), and pydantic's words for
 * an item that vLLM's and SGLang's models have no place for.
 */
const ITEMS_REFUSED =
  /cannot determine type of 'item'|\('body', 'input'|\(body\.input\b|validation errors? for ResponsesRequest/i;
