import { asArray, asObject, asText, type JsonObject, parseJson } from "../json.ts";

/** What an error says: its words, and the objects it is made of, the outermost first, for codes and numbers. */
interface Said {
  readonly message: string | undefined;
  readonly objects: readonly JsonObject[];
}

/**
 * An error as servers put it: `{"error": {…}}`, `{"error": "…"}`, the same keys at the top (`object: "error"`),
 * FastAPI's `detail`, a list of one (Gemini), and any of these as text inside another, as gateways pass them on.
 */
export function readSaid(body: unknown): Said {
  const objects: JsonObject[] = [];
  return { message: wordsOf(body, objects, 0)?.slice(0, MAX_LENGTH), objects };
}

/** A hostile body may nest without end, or fill megabytes. */
const MAX_DEPTH = 8;
const MAX_ENTRIES = 20;
const MAX_OBJECTS = 40;
const MAX_LENGTH = 2000;
const MAX_JSON_LENGTH = 16_000;

/** In this order, the likeliest first. `Message` is AWS's. */
const WORD_KEYS = ["error", "message", "msg", "Message", "detail", "errors", "error_message", "details"];

function wordsOf(value: unknown, objects: JsonObject[], depth: number): string | undefined {
  if (depth > MAX_DEPTH) {
    return undefined;
  }
  if (typeof value === "string") {
    return wordsOfText(value.slice(0, MAX_JSON_LENGTH).trim(), objects, depth);
  }
  if (Array.isArray(value)) {
    const words = value.slice(0, MAX_ENTRIES).map((entry) => wordsOf(entry, objects, depth + 1) ?? "");
    return asText(words.filter((entry) => entry !== "").join("; "));
  }
  const object = asObject(value);
  return object === undefined ? undefined : wordsOfObject(object, objects, depth);
}

function wordsOfObject(object: JsonObject, objects: JsonObject[], depth: number): string | undefined {
  if (objects.length < MAX_OBJECTS) {
    objects.push(object);
  }
  let vague: string | undefined;
  const metadata = asObject(object["metadata"]);
  for (const value of [...WORD_KEYS.map((key) => object[key]), metadata?.["raw"]]) {
    const words = wordsOf(value, objects, depth + 1);
    if (words === undefined || words === vague) {
      continue;
    }
    if (!isVague(words)) {
      return withPlace(vague === undefined ? words : `${vague}: ${words}`, object);
    }
    vague ??= words;
  }
  return vague;
}

/** Pydantic tells apart from its message which part of the request it means. */
function withPlace(words: string, object: JsonObject): string {
  const place = asArray(object["loc"])
    .slice(0, MAX_ENTRIES)
    .filter((entry) => typeof entry === "string" || typeof entry === "number")
    .join(".");
  return place === "" ? words : `${words} (${place})`;
}

/** JSON inside a text is replaced by its words: `litellm.BadRequestError: OpenAIException - {"error":…}`. */
function wordsOfText(text: string, objects: JsonObject[], depth: number): string | undefined {
  const range = findJson(text);
  const inner = range === undefined ? undefined : parseJson(text.slice(range.start, range.end));
  if (range === undefined || (range.start > 0 && !isErrorLike(inner))) {
    return asText(text);
  }
  const words = wordsOf(inner, objects, depth + 1);
  if (words === undefined) {
    return asText(text);
  }
  const parts = [text.slice(0, range.start), words, text.slice(range.end)];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(" ");
}

/** From the first brace to the one that closes it, quoted text passed over; lists only when nothing precedes them. */
function findJson(text: string): { start: number; end: number } | undefined {
  const brace = text.indexOf("{");
  if (brace === -1) {
    return undefined;
  }
  const start = text.startsWith("[") ? 0 : brace;
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") {
        index += 1;
      } else if (character === '"') {
        inString = false;
      }
    } else if (character === '"') {
      inString = true;
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) {
        return { start, end: index + 1 };
      }
    }
  }
  return undefined;
}

/** A sentence may quote any JSON, the model's own arguments too; only an error in it is taken out. */
function isErrorLike(value: unknown): boolean {
  const object = asObject(value);
  return (
    object !== undefined &&
    (["error", "detail", "errors"].some((key) => object[key] !== undefined) ||
      (object["message"] !== undefined &&
        ["code", "type", "status"].some((key) => object[key] !== undefined)))
  );
}

/** Words of gateways and frameworks that say no more than the status does. */
const VAGUE = new Set([
  "api error",
  "bad request",
  "error",
  "an error occurred",
  "forbidden",
  "internal error",
  "internal server error",
  "invalid request",
  "invalid_request_error",
  "not found",
  "provider returned error",
  "request failed",
  "server error",
  "server_error",
  "service unavailable",
  "too many requests",
  "unauthorized",
  "unknown error",
  "unprocessable entity",
  "upstream error",
  "upstream request failed",
  "validation error",
]);

function isVague(words: string): boolean {
  return words.length < 40 && VAGUE.has(words.toLowerCase().replace(/[.!:]{1,3}$/, ""));
}
