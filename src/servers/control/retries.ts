/** A pull is tried again as long as it gets on: a download of hours outlives more than one broken connection. */
import { retryDelayMs, sleep } from "../../net/index.ts";
import type { ModelErrorKind } from "../../protocol/index.ts";
import type { PullEnd, PullFailure, PullNews, PullOptions } from "./control.ts";
import type { PullProgress } from "./pull-event.ts";
import { isPassing } from "./pull-refusal.ts";

/** In a row, without a byte more than ever before. */
const MOST_TRIES = 5;

export interface Attempt {
  readonly onNews: (news: PullNews) => void;
}

export async function withRetries(
  attempt: (attempt: Attempt) => Promise<PullEnd>,
  { signal, onNews, delayMs = usualDelayMs }: PullOptions,
): Promise<PullEnd> {
  let mostBytes = 0;
  let failures = 0;
  let hasBegun = false;
  const listen = (news: PullNews) => {
    hasBegun = true;
    if (news.type === "progress" && isFurther(news.progress, mostBytes)) {
      mostBytes = news.progress.doneBytes;
      failures = 0;
    }
    onNews(news);
  };
  for (;;) {
    const end = await attempt({ onNews: listen });
    if (signal.aborted) {
      return { type: "interrupted" };
    }
    if (end.type !== "broken" && end.type !== "refused") {
      return end;
    }
    failures++;
    // A server that was never there is not waited for.
    if (failures >= MOST_TRIES || !(hasBegun && mayPass(end))) {
      return end;
    }
    const wait = delayMs(failures);
    onNews({ type: "retry", failure: end, attempt: failures, most: MOST_TRIES - 1, delayMs: wait });
    await sleep(wait, signal);
    if (signal.aborted) {
      return { type: "interrupted" };
    }
  }
}

function isFurther({ doneBytes }: PullProgress, mostBytes: number): boolean {
  return doneBytes > mostBytes;
}

/** 0.8, 1.6, 3.2 and 6.4 seconds: a server that restarts is back by then. */
function usualDelayMs(attempt: number): number {
  return retryDelayMs(attempt + 2, undefined, Math.random());
}

function mayPass(failure: PullFailure): boolean {
  return failure.type === "refused" ? isPassing(failure.refusal) : PASSING.has(failure.error.kind);
}

const PASSING: ReadonlySet<ModelErrorKind> = new Set([
  "connection_refused",
  "unreachable",
  "disconnected",
  "idle_timeout",
  "incomplete",
]);
