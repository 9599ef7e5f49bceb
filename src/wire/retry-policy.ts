import { isLoopback } from "../net/index.ts";
import type { ModelError } from "../protocol/index.ts";
import type { Endpoint } from "./endpoint.ts";

/** How often this kind of failure may be tried again. A plain 4xx never is: the same request fails again. */
export function maxRetries(error: ModelError, layer: "request" | "stream", endpoint: Endpoint): number {
  const budget = layer === "request" ? endpoint.requestMaxRetries : endpoint.streamMaxRetries;
  switch (error.kind) {
    case "disconnected":
    case "idle_timeout":
    case "incomplete":
    case "model_loading":
    case "rate_limit":
    case "overloaded":
      return budget;
    case "server":
      return isRefusal(error) ? 0 : budget;
    // Nothing listens: on this machine that will not change within seconds, and the user wants to know.
    case "connection_refused":
      return isLoopback(new URL(endpoint.baseUrl).hostname) ? 0 : budget;
    case "host_not_found":
    case "unreachable":
      return Math.min(1, budget);
    case "host_not_allowed":
    case "tls":
    case "redirect":
    case "empty_answer":
    case "context_overflow":
    case "model_not_loaded":
    case "model_not_found":
    case "tools_unsupported":
    case "unsupported_parameter":
    case "template":
    case "reasoning_replay_required":
    case "quota":
    case "auth":
    case "not_found":
      return 0;
    case "bad_request":
      return MODEL_MADE.test(error.message) ? Math.min(MODEL_MADE_RETRIES, budget) : 0;
    default:
      return error.kind satisfies never;
  }
}

/**
 * Groq answers 400, or ends its stream with one, when the model wrote a call that Groq could not read ("Failed to call a
 * function … See 'failed_generation'", opencode#1018): the model may do better the next time.
 */
const MODEL_MADE = /failed_generation|tool call validation failed/i;
const MODEL_MADE_RETRIES = 2;

function isRefusal(error: ModelError): boolean {
  return error.status !== undefined && error.status < 500;
}
