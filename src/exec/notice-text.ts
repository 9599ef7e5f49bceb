import { formatCount, formatDuration } from "../figures/index.ts";
import type { DialectLesson, LeatError, Notice } from "../protocol/index.ts";
import { cacheMissText } from "./cache-text.ts";
import { safeLine } from "./safe-text.ts";
import { tierSentence } from "./sandbox-tier-text.ts";
import { snapshotObstacle } from "./snapshot-text.ts";
import { truncationText, windowLearntText } from "./window-text.ts";

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
    case "slot-queued":
      return `queued: ${slotsText(notice)}; Ctrl-C ends the wait`;
    case "prewarmed":
      return prewarmText(notice, explain);
    case "window-learnt":
      return windowLearntText(notice);
    case "context-truncated":
      return truncationText(notice);
    case "cache-missed":
      return cacheMissText(notice);
    case "output-truncated":
      return "the model stopped at its output limit; what came so far is kept";
    case "content-filtered":
      return "the server's content filter stopped the answer";
    case "nameless-calls":
      return notice.count === 1
        ? "a tool call could not be read and was not run"
        : `${formatCount(notice.count)} tool calls could not be read and were not run`;
    case "background-ended":
      return notice.commands.length === 1
        ? `ended, as it was left running in the background: ${safeLine(notice.commands[0] ?? "")}`
        : `ended, as they were left running in the background: ${notice.commands.map(safeLine).join("; ")}`;
    case "rules-unreadable":
      return `${explain(notice.error).message}; none of the rules allows anything until then`;
    case "rule-not-kept":
      return `the rule counts for this session only: ${explain(notice.error).message}`;
    case "no-snapshot":
      return `this turn can't be undone: ${snapshotObstacle(notice.reason).message}`;
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
    case "repeated-call":
      return repeatedCallText(notice);
    case "repeated-error":
      return `${formatCount(notice.count)} different calls have failed with the same error; the model is told to take another way`;
    case "repeated-text":
      return `the model repeats itself in ${PLACES[notice.place]} (${shortened(notice.unit)}): cut off, and it is told to go on`;
    case "reasoning-cut":
      return `the model has thought for about ${formatCount(notice.tokens)} tokens: cut off, and it is told to answer now`;
    case "unfinished-answer":
      return notice.step === "told"
        ? "the model announced a step and did not take it; it is told to go on"
        : "the model announced a step once more and did not take it";
    default:
      return notice satisfies never;
  }
}

function slotsText({ slots, holders }: Extract<Notice, { kind: "slot-queued" }>): string {
  const pids = `pid ${holders.join(", ")}`;
  return slots === 1
    ? `the server's only slot is used by another leat session (${pids})`
    : `all ${formatCount(slots)} slots of the server are used by other leat sessions (${pids})`;
}

function prewarmText(
  notice: Extract<Notice, { kind: "prewarmed" }>,
  explain: (error: LeatError) => { message: string },
): string {
  const time = `${(notice.elapsedMs / 1000).toFixed(1)} s`;
  switch (notice.end) {
    case "read": {
      const { tokens, cached } = notice;
      const what = tokens === undefined ? "the prompt" : `${formatCount(tokens)} tokens`;
      return `prewarmed ${what} in ${time}${cached ? `, ${formatCount(cached)} of them from the cache` : ""}`;
    }
    case "cut": {
      const { tokens, total } = notice;
      const what =
        tokens === undefined || total === undefined
          ? ""
          : `: ${formatCount(tokens)} of ${formatCount(total)} tokens are read`;
      return `prewarming was cut short by the prompt after ${time}${what}`;
    }
    case "failed":
      return `prewarming failed after ${time}: ${explain(notice.error).message}`;
    default:
      return notice satisfies never;
  }
}

function repeatedCallText({ name, count, step }: Extract<Notice, { kind: "repeated-call" }>): string {
  const what = `the same call of ${name.slice(0, MOST_NAME_LENGTH)}, with the same result, for the ${formatCount(count)}${ordinalEnding(count)} time`;
  switch (step) {
    case "noticed":
      return what;
    case "hinted":
      return `${what}; the model is told to do something else`;
    case "refused":
      return `${what}: not run`;
    default:
      return step satisfies never;
  }
}

function ordinalEnding(count: number): string {
  const isTeen = count % 100 >= 11 && count % 100 <= 13;
  return (isTeen ? undefined : ["th", "st", "nd", "rd"][count % 10]) ?? "th";
}

const PLACES = { reasoning: "its thinking", text: "its answer", arguments: "a call" } as const;
const MOST_UNIT_LENGTH = 40;
/** Names are whatever the model wrote. */
const MOST_NAME_LENGTH = 100;

/** On one line. */
function shortened(unit: string): string {
  const line = JSON.stringify(unit.slice(0, MOST_UNIT_LENGTH));
  return unit.length > MOST_UNIT_LENGTH ? `${line} and so on` : line;
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
