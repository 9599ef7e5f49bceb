import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { inSeconds } from "../duration.ts";
import { type Answer, type Ask, userSays } from "../question.ts";
import { judgeFailure, type Unanswered } from "./answer-failure.ts";

const ID = "model.cancel";
const WHAT = "cancelling";

export type CancelEvidence =
  | { readonly type: "unanswered"; readonly answer: Unanswered }
  /** The long answer was over before it could be cancelled. */
  | { readonly type: "too-short" }
  /** llama.cpp tells which slots are busy: absent where ours was still busy at the end of the wait. */
  | { readonly type: "slots"; readonly freedAfterMs?: number; readonly waitedMs: number }
  /** Another question at once: `usualMs` is what the first token of such a one takes. */
  | { readonly type: "next"; readonly next: Answer; readonly usualMs: number };

export interface CancelOptions {
  /** Slots at work now; undefined where the server does not tell. */
  readonly countBusySlots: () => Promise<number | undefined>;
  /** The quickest first token of a small prompt so far. */
  readonly usualMs: number;
  readonly signal: AbortSignal;
  /** How long a slot may stay busy. */
  readonly longestWaitMs: number;
}

const POLL_MS = 50;

export async function checkCancel(ask: Ask, options: CancelOptions): Promise<CancelEvidence> {
  const cancel = new AbortController();
  let busy: Promise<number | undefined> = Promise.resolve(undefined);
  const long = await ask({
    instructions: "You do what you are asked at full length.",
    items: [userSays("Count from 1 to 400 in words, a line each. Leave none out.")],
    cancel: cancel.signal,
    onFirst() {
      busy = options.countBusySlots();
      void busy.finally(() => cancel.abort());
    },
  });
  if (long.type === "answered") {
    return { type: "too-short" };
  }
  if (long.type !== "cancelled" || options.signal.aborted) {
    return { type: "unanswered", answer: long };
  }
  const busyBefore = await busy;
  if (busyBefore !== undefined && busyBefore > 0) {
    return await waitForSlot(busyBefore, options);
  }
  const next = await ask({
    instructions: "You answer with one word.",
    items: [userSays("Say yes.")],
  });
  return { type: "next", next, usualMs: options.usualMs };
}

async function waitForSlot(
  busyBefore: number,
  { countBusySlots, signal, longestWaitMs }: CancelOptions,
): Promise<CancelEvidence> {
  const startedMs = performance.now();
  for (;;) {
    const now = await countBusySlots();
    const waitedMs = performance.now() - startedMs;
    if (now !== undefined && now < busyBefore) {
      return { type: "slots", freedAfterMs: waitedMs, waitedMs };
    }
    if (waitedMs > longestWaitMs || signal.aborted) {
      return { type: "slots", waitedMs };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const HINT =
  "After Ctrl-C the next prompt waits until the server has written the whole cancelled answer. A proxy in between may keep the connection open.";

export function judgeCancel(evidence: CancelEvidence, context: ExplainContext): Check {
  switch (evidence.type) {
    case "unanswered":
      return { ...judgeFailure({ id: ID, what: WHAT, context }, evidence.answer), status: "unknown" };
    case "too-short":
      return {
        id: ID,
        status: "unknown",
        message: `${WHAT}: the long answer was over before it could be cancelled`,
      };
    case "slots": {
      const { freedAfterMs, waitedMs } = evidence;
      return freedAfterMs === undefined
        ? {
            id: ID,
            status: "warn",
            message: `${WHAT}: the slot is still busy ${inSeconds(waitedMs)} after its request was closed`,
            hint: HINT,
            data: { freed: false },
          }
        : {
            id: ID,
            status: "ok",
            message: `${WHAT}: the slot is free within ${inSeconds(freedAfterMs)}`,
            data: { freed: true, freed_after_ms: Math.round(freedAfterMs) },
          };
    }
    case "next":
      return judgeNext(evidence, context);
    default:
      return evidence satisfies never;
  }
}

function judgeNext({ next, usualMs }: CancelEvidence & { type: "next" }, context: ExplainContext): Check {
  if (next.type !== "answered") {
    return {
      ...judgeFailure({ id: ID, what: `${WHAT}, the request after it`, context }, next),
      status: "unknown",
    };
  }
  const tookMs = next.pace.firstMs ?? next.pace.totalMs;
  const data = { next_first_token_ms: Math.round(tookMs), usual_first_token_ms: Math.round(usualMs) };
  return tookMs <= Math.max(usualMs * 3, usualMs + 2_000)
    ? {
        id: ID,
        status: "ok",
        message: `${WHAT}: the next answer began after ${inSeconds(tookMs)}, as usual`,
        data,
      }
    : {
        id: ID,
        status: "warn",
        message: `${WHAT}: the next answer began only after ${inSeconds(tookMs)} (usual: ${inSeconds(usualMs)})`,
        hint: HINT,
        data,
      };
}
