import type { LoopError, ToolAction, ToolOutcome } from "../../protocol/index.ts";
import { callPrint, errorPrint, type ResultPrints, resultPrints } from "./fingerprint.ts";
import { mayHaveChanged } from "./may-change.ts";

/** What was called, and what came of it. */
export interface CallReport {
  readonly name: string;
  /** As the model wrote them. */
  readonly arguments: string;
  readonly action: ToolAction;
  readonly outcome: ToolOutcome;
  /** What the model reads of it. */
  readonly output: string;
}

/** `count`: how many times now, this one included. */
export type Verdict =
  | { readonly kind: "run" }
  | {
      readonly kind: "refuse";
      readonly count: number;
      readonly action: ToolAction;
      readonly isPolling: boolean;
    }
  | { readonly kind: "stop"; readonly action: ToolAction; readonly error: LoopError };

export type Finding =
  | { readonly kind: "notice-call"; readonly count: number }
  | { readonly kind: "hint-call"; readonly count: number; readonly isPolling: boolean }
  | { readonly kind: "hint-error"; readonly count: number }
  | { readonly kind: "stop"; readonly error: LoopError };

/** The memory of one turn: sums and numbers only, none of them kept for ever. */
export interface CallWatch {
  /** The calls that follow were made without knowing of one another's results. */
  beginResponse(): void;
  before(call: { readonly name: string; readonly arguments: string }): Verdict;
  after(report: CallReport): Finding | undefined;
  /** The model no longer has its earlier results before it, and may ask for them again. */
  forget(): void;
}

/** How many times the same, until something is done about it. The call after `hint` is refused, and the next one ends the turn. */
interface Ladder {
  readonly notice: number;
  readonly hint: number;
}

const USUAL: Ladder = { notice: 3, hint: 4 };
/** For who waits for something, and for results that differ by times only. */
const PATIENT: Ladder = { notice: 8, hint: 12 };
/** Different calls that fail with the same error: a hint each time this many have. */
const ERRORS = { hint: 6, stop: 12 };
/** What lies further back is no longer a loop. It must hold the ladder of several calls that take turns. */
const WINDOW_CALLS = 60;
const MOST_REMEMBERED = 1000;

interface CallRecord {
  readonly action: ToolAction;
  readonly isPolling: boolean;
  readonly strict: Streak;
  readonly loose: Streak;
  /** The response in which it was refused first, since it was last run. */
  refusedIn?: number;
  refusals: number;
}

/** The same print, at these calls of the turn. */
interface Streak {
  readonly print: string;
  readonly places: number[];
}

export function createCallWatch(): CallWatch {
  /** By the print of the call; only since something changed. */
  const records = new Map<string, CallRecord>();
  const errors = new Map<string, { readonly calls: Map<string, number>; hintedIn?: number }>();
  /** Every call there was: what is done for the second time changes nothing that counts, such as an edit to and fro. */
  const known = new Set<string>();
  let responses = 0;
  let calls = 0;

  function before(call: { readonly name: string; readonly arguments: string }): Verdict {
    const record = records.get(callPrint(call.name, call.arguments));
    if (record === undefined || !isSpent(record)) {
      return { kind: "run" };
    }
    const { action, isPolling } = record;
    calls += 1;
    record.refusals += 1;
    const count = Math.max(record.strict.places.length, record.loose.places.length) + record.refusals;
    if (record.refusedIn !== undefined && record.refusedIn < responses) {
      const problem = { type: "repeated_call", name: call.name, subject: subjectOf(action), count } as const;
      return { kind: "stop", action, error: { kind: "loop", problem } };
    }
    record.refusedIn ??= responses;
    return { kind: "refuse", count, action, isPolling };
  }

  function isSpent(record: CallRecord): boolean {
    return (
      (!record.isPolling && recent(record.strict, calls) >= USUAL.hint) ||
      recent(record.loose, calls) >= PATIENT.hint
    );
  }

  function after(report: CallReport): Finding | undefined {
    const { action, outcome, output } = report;
    if (outcome.kind === "aborted") {
      return undefined;
    }
    calls += 1;
    const print = callPrint(report.name, report.arguments);
    if (!known.has(print) && mayHaveChanged(action, outcome)) {
      forget();
    }
    remember(known, print);
    const prints = outcome.kind === "failed" ? FAILED : resultPrints(output);
    const last = records.get(print);
    const record: CallRecord = {
      action,
      isPolling: isPolling(report),
      strict: extend(last?.strict, prints.strict, calls),
      loose: extend(last?.loose, prints.loose, calls),
      refusals: 0,
    };
    records.set(print, record);
    forgetOld();
    const error = errorPrint(outcome, output);
    return (error === undefined ? undefined : noteError(error, print, report)) ?? judge(record);
  }

  function judge({ isPolling, strict, loose }: CallRecord): Finding | undefined {
    for (const [streak, ladder] of [[strict, USUAL] as const, [loose, PATIENT] as const]) {
      const count = streak.places.length;
      if (ladder === USUAL && isPolling) {
        continue;
      }
      if (count === ladder.hint) {
        return { kind: "hint-call", count, isPolling };
      }
      if (count === ladder.notice) {
        return { kind: "notice-call", count };
      }
    }
    return undefined;
  }

  /** One and the same call is the other ladder's. */
  function noteError(error: string, print: string, { outcome, output }: CallReport): Finding | undefined {
    const record = errors.get(error) ?? { calls: new Map<string, number>() };
    errors.set(error, record);
    const isNew = !record.calls.has(print);
    record.calls.set(print, calls);
    const count = record.calls.size;
    if (!isNew || count < ERRORS.hint) {
      return undefined;
    }
    if (count >= ERRORS.stop && record.hintedIn !== undefined && record.hintedIn < responses) {
      const message = outcome.kind === "failed" ? outcome.message : output;
      return { kind: "stop", error: { kind: "loop", problem: { type: "repeated_error", message, count } } };
    }
    if (count % ERRORS.hint !== 0) {
      return undefined;
    }
    record.hintedIn ??= responses;
    return { kind: "hint-error", count };
  }

  function forgetOld(): void {
    const oldest = calls - WINDOW_CALLS;
    for (const [print, { loose }] of records) {
      if ((loose.places.at(-1) ?? 0) <= oldest) {
        records.delete(print);
      }
    }
    for (const [error, { calls: places }] of errors) {
      for (const [print, place] of places) {
        if (place <= oldest) {
          places.delete(print);
        }
      }
      if (places.size === 0) {
        errors.delete(error);
      }
    }
  }

  function forget(): void {
    records.clear();
    errors.clear();
  }

  return {
    beginResponse() {
      responses += 1;
    },
    before,
    after,
    forget,
  };
}

/** The same call that fails again has failed again, in whatever words: some errors count the attempts. */
const FAILED: ResultPrints = { strict: "failed", loose: "failed" };

function extend(streak: Streak | undefined, print: string, place: number): Streak {
  const places = streak?.print === print ? streak.places.filter((at) => at > place - WINDOW_CALLS) : [];
  return { print, places: [...places, place] };
}

function recent({ places }: Streak, now: number): number {
  return places.filter((at) => at > now - WINDOW_CALLS).length;
}

/** The oldest is forgotten first. */
function remember(known: Set<string>, print: string): void {
  known.add(print);
  for (const oldest of known) {
    if (known.size <= MOST_REMEMBERED) {
      break;
    }
    known.delete(oldest);
  }
}

/** Calls that are made again and again on purpose, to see whether something has happened. */
function isPolling({ action }: CallReport): boolean {
  return (
    action.kind === "poll" || (action.kind === "command" && /(?:^|[\s;&|(])sleep\s/.test(action.command))
  );
}

function subjectOf(action: ToolAction): string {
  switch (action.kind) {
    case "command":
      return action.command;
    case "read":
    case "image":
      return action.path;
    case "search":
      return action.pattern ?? action.glob ?? "";
    case "poll":
      return action.command ?? action.id;
    case "edit":
      return action.paths.join(", ");
    case "plan":
    case "invalid":
      return "";
    default:
      return action satisfies never;
  }
}
