import type { DialectLesson, LeatError, Notice } from "../protocol/index.ts";
import { formatCount, formatDuration } from "./format.ts";
import { tierSentence } from "./sandbox-tier-text.ts";

export function noticeText(notice: Notice, explain: (error: LeatError) => { message: string }): string {
  switch (notice.kind) {
    case "retry": {
      const { attempt, maxAttempts, delayMs, error } = notice;
      return `retry ${attempt} of ${maxAttempts} in ${formatDelay(delayMs)}: ${explain(error).message}`;
    }
    case "model-loading":
      return `${explain(notice.error).message}; waiting until it is there`;
    case "empty-answer":
      return "the model ended without an answer; it is told to go on";
    case "parameter-dropped":
      return `the server refused \`${notice.parameter}\`; left out from now on`;
    case "api-changed":
      return `${API_NAMES[notice.from]} does not work here (${notice.error.message}); ${API_NAMES[notice.to]} is used from now on`;
    case "dialect-learnt":
      return LESSONS[notice.lesson];
    case "output-truncated":
      return "the model stopped at its output limit; what came so far is kept";
    case "content-filtered":
      return "the server's content filter stopped the answer";
    case "nameless-calls":
      return notice.count === 1
        ? "a tool call could not be read and was not run"
        : `${formatCount(notice.count)} tool calls could not be read and were not run`;
    case "sandbox-missing":
      return explain(notice.error).message;
    case "sandbox-replaced":
      return tierSentence(notice.tier);
    case "arguments-repaired":
      return `the arguments of ${notice.name} were mended: ${notice.repairs.join(", ")}`;
    case "arguments-asked":
      return `the arguments of ${notice.name} can't be read, for the second time; the model is asked for them alone`;
    case "unreadable-events":
      return `${formatCount(notice.count)} ${notice.count === 1 ? "event" : "events"} of the server could not be read and ${notice.count === 1 ? "was" : "were"} left out`;
    default:
      return notice satisfies never;
  }
}

/** Short waits differ by tenths of a second: `0.2 s`. */
function formatDelay(ms: number): string {
  return ms < 1000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : formatDuration(ms);
}

const API_NAMES = { chat: "the Chat Completions API", responses: "the Responses API" } as const;

/** What happens from now on. */
const LESSONS: Readonly<Record<DialectLesson, string>> = {
  "system-role-refused":
    "the model's template knows no system message; its text goes in front of the first user message from now on",
  "roles-must-alternate":
    "the model's template wants user and assistant to take turns; messages are put so from now on",
  "tools-not-streamed":
    "the server does not stream answers when there are tools; they come whole from now on",
  "tools-in-prompt":
    "the server does not take tools for this model; they are described in the prompt from now on",
  "reasoning-replayed":
    "the model wants its thinking back; it is sent with every answer in the history from now on",
  "reasoning-not-replayed": "the server refused thinking in the history; it is left out from now on",
  "max-tokens-renamed": "the server knows the output limit by another name; that is used from now on",
  "call-ids-rewritten": "the server refused the ids of tool calls; they are rewritten from now on",
  "results-named": "the server wants the tool's name beside its result; it is sent from now on",
  "text-beside-calls-left-out":
    "the model's template takes no text beside tool calls; it is left out of the history from now on",
  "calls-one-by-one":
    "the model's template takes one tool call a message; parallel calls are put one after the other from now on",
  "reasoning-sealed":
    "the server keeps no items and takes thinking back encrypted only; it is sent so from now on",
  "null-content-refused": "the server refused messages without text; they carry an empty text from now on",
  "content-parts-refused": "the server takes text only; pictures are left out from now on",
  "content-strings-refused": "the server wants content in parts; it is sent so from now on",
};
