import type { ToolAction, ToolOutcome } from "../../protocol/index.ts";

/** What the loop guard says to the model: what has happened, and what to do instead. */

interface Repeated {
  readonly count: number;
  readonly isPolling: boolean;
  readonly action: ToolAction;
  /** Of the last time, where it is known. */
  readonly outcome?: ToolOutcome;
}

export function callHint(repeated: Repeated): string {
  return `[loop guard: you have made this very call ${repeated.count} times and got this very result each time. ${instead(repeated)}]`;
}

export function callRefusal(repeated: Repeated): string {
  return `not run: you have made this very call ${repeated.count - 1} times, and its result does not change. ${instead(repeated)} Made once more, it ends the turn.`;
}

export function errorHint(count: number): string {
  return `[loop guard: ${count} different calls have failed with this very error. Another variation will fail, too: find its cause first, take another way, or tell the user what stands in the way.]`;
}

function instead({ isPolling, action, outcome }: Repeated): string {
  if (isPolling) {
    return "Nothing happens while you look: do something else, or tell the user what you are waiting for.";
  }
  if (outcome?.kind === "failed" && action.kind === "edit") {
    return "Read that part of the file and copy it exactly, or write the whole file.";
  }
  if (outcome?.kind === "failed" || (outcome?.kind === "command-exited" && outcome.exitCode !== 0)) {
    return "It will fail again: change its cause or its arguments, take another way, or tell the user what stands in the way.";
  }
  return "You know this result: use it, take the next step, or answer the user.";
}

export const AFTER_REPETITION =
  "Your last reply repeated itself without end and was cut off. Do not begin it again: go on with the next step. Make the next call, or answer the user in a few sentences.";

export const AFTER_ENDLESS_ARGUMENTS =
  "The arguments of your last call repeated themselves without end, so it was cut off and not run. Make a shorter call, or let a small script write what is long.";

export const AFTER_SILENCE =
  "Your last reply had neither text nor a tool call. Go on: make the next call, or answer the user.";

export const AFTER_ANNOUNCEMENT =
  "You announced a step, but your reply ended without a tool call. Make the call now. If nothing is left to do, or you can't go on, tell the user so.";

/** Templates drop thinking that no answer follows: what is worth keeping of it goes with the note. */
export function afterThinking(tokens: number, thoughts: string): string {
  const note = `You have thought for about ${tokens} tokens without an answer, so your thinking was cut off. Think no further: make the next call, or answer the user now with what you know.`;
  // Half of a pair of surrogates is no text that can be sent.
  const end = thoughts
    .trim()
    .slice(-MOST_THOUGHTS)
    .replace(/^[\udc00-\udfff]/, "");
  return end === "" ? note : `${note}\n\nYour thinking ended like this:\n${end}`;
}

const MOST_THOUGHTS = 4000;
