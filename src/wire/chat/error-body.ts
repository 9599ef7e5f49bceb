import type { ModelError, ModelErrorKind } from "../../protocol/index.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "./json.ts";
import { readOverflowCounts } from "./overflow-counts.ts";

/**
 * An error as servers put it: `{"error": {…}}`, `{"error": "…"}`, the same keys at the top (`object: "error"`),
 * FastAPI's `detail`, or a page of HTML from a proxy. The kind goes by what is said, whatever the status.
 */
export function readErrorBody(text: string, status: number | undefined): ModelError {
  const body = parseJson(text);
  const object = asObject(body);
  if (object !== undefined) {
    return errorFromJson(object, status);
  }
  const title = titleOfHtml(text);
  // A page that comes as a success is somebody's web interface: the same request would bring it again.
  if (title !== undefined && status === undefined) {
    return { kind: "not_found", message: title };
  }
  const message = title ?? text.trim().slice(0, 500);
  return buildError(message === "" ? defaultMessage(status) : message, {}, status);
}

/** The error of a stream event or of a body that is JSON. */
export function errorFromJson(object: JsonObject, status: number | undefined): ModelError {
  const error = asObject(object["error"]);
  const source = error ?? object;
  const message =
    messageOf(asText(object["error"])) ??
    messageOf(source["message"]) ??
    messageOf(object["detail"]) ??
    defaultMessage(status);
  return buildError(message, source, status ?? numericCode(source["code"]));
}

/** Says whether an event is an error, so that one inside a 200 stream is not mistaken for an answer. */
export function holdsError(object: JsonObject): boolean {
  return (
    asObject(object["error"]) !== undefined ||
    asText(object["error"]) !== undefined ||
    object["object"] === "error"
  );
}

/** A hostile body may nest without end, or fill megabytes. */
const MAX_DEPTH = 5;
const MAX_ENTRIES = 20;
const MAX_LENGTH = 2000;

function messageOf(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) {
    return undefined;
  }
  if (typeof value === "string") {
    return asText(value.slice(0, MAX_LENGTH).trim());
  }
  const inner = (entry: unknown) => messageOf(entry, depth + 1);
  if (Array.isArray(value)) {
    const messages = value.slice(0, MAX_ENTRIES).map((entry) => inner(entry) ?? "");
    return asText(messages.join("; ").slice(0, MAX_LENGTH));
  }
  const object = asObject(value);
  if (object === undefined) {
    return undefined;
  }
  const location = asArray(object["loc"]).slice(0, MAX_ENTRIES).map(String).join(".");
  const message = inner(object["msg"]) ?? inner(object["message"]) ?? inner(object["detail"]);
  return message === undefined || location === "" ? message : `${message} (${location})`;
}

function buildError(message: string, source: JsonObject, status: number | undefined): ModelError {
  const code = [source["code"], source["type"]].map(shortWord).join(" ");
  const kind = kindOf(message, code, status);
  const parameter = kind === "unsupported_parameter" ? refusedParameter(message) : undefined;
  return {
    kind,
    message,
    ...(status === undefined ? {} : { status }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(kind === "context_overflow" ? readOverflowCounts(source, message) : {}),
  };
}

/**
 * First match wins. Template errors come first because servers send them as 400, 404 and 500; pace comes before
 * load, because "rate limit" messages speak of queues, too.
 */
const BY_WORDS: readonly (readonly [ModelErrorKind, RegExp])[] = [
  ["reasoning_replay_required", /reasoning_content.{0,200}must be passed back/i],
  [
    "template",
    /(?<!--)jinja|template ?error|roles? must alternate|system message must be|only user(?:, | and )assistant|unexpected message role|system role not supported/i,
  ],
  [
    "tools_unsupported",
    /does not support tools|tools param requires|cannot use tools with stream|tool.?choice.{0,100}requires.{0,100}enable-auto-tool-choice/i,
  ],
  [
    "unsupported_parameter",
    /extra_forbidden|extra inputs are not permitted|stream_options|unsupported parameter|unrecognized (?:request argument|field)|unknown (?:parameter|field)|think value/i,
  ],
  [
    "quota",
    /insufficient_quota|exceeded your current quota|billing|credit balance|insufficient (?:credits|balance)/i,
  ],
  ["rate_limit", /rate.?limit|too many requests|tokens per minute|requests per minute/i],
  [
    "context_overflow",
    /exceed_context_size|context_length_exceeded|exceeds? the (?:available |model's )?(?:maximum )?context|context size has been exceeded|maximum context length|does not fit in context|greater than the context length|model_context_window_exceeded|prompt is too long/i,
  ],
  ["model_not_loaded", /no models? (?:is |are )?(?:currently )?loaded|model is not loaded/i],
  ["model_loading", /loading model|model is (?:still )?loading|currently loading/i],
  [
    "model_not_found",
    /model_not_found|model .{0,200}(?:not found|does not exist)|no such model|unknown model|try pulling it/i,
  ],
  ["auth", /invalid.?api.?key|incorrect api key|authentication|unauthorized/i],
  ["overloaded", /overloaded|server is busy|at capacity|no (?:free |available )?slots?/i],
];

function kindOf(message: string, code: string, status: number | undefined): ModelErrorKind {
  const words = `${message} ${code}`;
  const named = BY_WORDS.find(([, pattern]) => pattern.test(words));
  if (named !== undefined) {
    return named[0];
  }
  if (status === 401 || status === 403) {
    return "auth";
  }
  if (status === 402) {
    return "quota";
  }
  if (status === 404 || status === 405) {
    return "not_found";
  }
  if (status === 429) {
    return "rate_limit";
  }
  if (status === 503 || status === 529) {
    return "overloaded";
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return "bad_request";
  }
  return "server";
}

function refusedParameter(message: string): string | undefined {
  if (/think value/i.test(message)) {
    return "reasoning_effort";
  }
  return /stream_options|return_progress/.exec(message)?.[0];
}

/** A code or type: a word or a number; anything else says nothing. */
function shortWord(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 100) : "";
}

function numericCode(code: unknown): number | undefined {
  const number = Number(code);
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined;
}

function titleOfHtml(text: string): string | undefined {
  if (!/^\s*</.test(text)) {
    return undefined;
  }
  return /<title>([^<]{1,300})<\/title>/i.exec(text)?.[1]?.trim() ?? "the answer is an HTML page";
}

function defaultMessage(status: number | undefined): string {
  return status === undefined ? "an error without a message" : `HTTP status ${status} without a message`;
}
