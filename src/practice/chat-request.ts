/** The part of a chat request's body this server looks at. */
import type { ServerFace } from "./faces/index.ts";

export interface ChatRequest {
  /** What is wrong with it; the other fields are then empty. */
  readonly problem: string | null;
  /** Null: it names none. */
  readonly model: string | null;
  readonly messages: readonly unknown[];
  readonly tools: readonly unknown[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly returnProgress: boolean;
  /** Null: as many as it takes. */
  readonly mostTokens: number | null;
  /** Null: any. */
  readonly slot: number | null;
  /** How long the model is to stay afterwards. */
  readonly staysMs: number | null;
}

export function readChat(json: unknown, face: ServerFace | null): ChatRequest {
  const body = isObject(json) ? json : {};
  const options = isObject(body["stream_options"]) ? body["stream_options"] : {};
  const knowsSlots = face === "llamacpp" || face === null;
  const ttl = face === "lmstudio" ? count(body["ttl"]) : null;
  return {
    problem: problemOf(json),
    model: typeof body["model"] === "string" ? body["model"] : null,
    messages: Array.isArray(body["messages"]) ? body["messages"] : [],
    tools: Array.isArray(body["tools"]) ? body["tools"] : [],
    stream: body["stream"] === true,
    includeUsage: options["include_usage"] === true,
    returnProgress: body["return_progress"] === true,
    mostTokens: limitOf(body, face),
    slot: knowsSlots ? count(body["id_slot"]) : null,
    staysMs: ttl === null ? null : ttl * 1000,
  };
}

/** Which names a server knows, the first wins. */
function limitOf(body: Record<string, unknown>, face: ServerFace | null): number | null {
  switch (face) {
    case "llamacpp":
    case null:
      return count(body["n_predict"]) ?? count(body["max_completion_tokens"]) ?? count(body["max_tokens"]);
    case "ollama":
      return count(body["max_tokens"]);
    case "lmstudio":
    case "vllm":
      return count(body["max_completion_tokens"]) ?? count(body["max_tokens"]);
    default:
      return face satisfies never;
  }
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

/** Below zero means no limit and no wish. */
function count(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
