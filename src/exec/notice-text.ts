import type { LeatError, Notice } from "../protocol/index.ts";
import { formatCount, formatDuration } from "./format.ts";

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
    case "output-truncated":
      return "the model stopped at its output limit; what came so far is kept";
    case "content-filtered":
      return "the server's content filter stopped the answer";
    case "invalid-calls":
      return `not run, because it did not arrive whole: ${notice.names.map((name) => name ?? "a call without a name").join(", ")}`;
    case "sandbox-missing":
      return explain(notice.error).message;
    case "arguments-repaired":
      return `the arguments of ${notice.name} were mended: ${notice.repairs.join(", ")}`;
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
