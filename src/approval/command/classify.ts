/** Puts a command line into one of three classes, and tells what of it approvals and rules need to know. */
import { inspectScript, inspectWords } from "./inspect.ts";
import { isSafe } from "./safe.ts";
import { wholeScript } from "./shell.ts";
import type { Word } from "./words.ts";

type CommandClass =
  /** Known to change nothing. */
  | { readonly kind: "safe" }
  /** Destroys for good; `what` names the part. */
  | { readonly kind: "dangerous"; readonly what: string }
  /** Everything else, also what can't be read with certainty. */
  | { readonly kind: "unknown" };

export interface SimpleCommand {
  readonly words: readonly string[];
  readonly class: CommandClass;
}

export type Classification = CommandClass & {
  /** The commands that run, one by one: only where it is certain that nothing else runs, and no danger lies between them. */
  readonly commands?: readonly SimpleCommand[];
  /** Every command that can be seen, those inside others too. */
  readonly seen: readonly (readonly string[])[];
};

const SAFE: CommandClass = { kind: "safe" };
const UNKNOWN: CommandClass = { kind: "unknown" };

export async function classifyCommand(argv: readonly string[]): Promise<Classification> {
  const script = wholeScript(argv);
  const { plain, seen, danger } =
    script === undefined ? await inspectWords(argv) : await inspectScript(script);
  const commands =
    plain === undefined || danger?.isBetween ? undefined : await Promise.all(plain.map(classifySimple));
  return { ...classOf(commands, danger?.what), ...(commands === undefined ? {} : { commands }), seen };
}

async function classifySimple(command: readonly Word[]): Promise<SimpleCommand> {
  const words = command.map(({ text }) => text);
  if (isSafe(words, { hasPattern: command.some(({ isPattern }) => isPattern) })) {
    return { words, class: SAFE };
  }
  const { danger } = await inspectWords(words);
  return { words, class: danger === undefined ? UNKNOWN : { kind: "dangerous", what: danger.what } };
}

/** A script of comments alone runs nothing. */
function classOf(commands: readonly SimpleCommand[] | undefined, danger: string | undefined): CommandClass {
  if (danger !== undefined) {
    return { kind: "dangerous", what: danger };
  }
  return commands?.every((command) => command.class.kind === "safe") ? SAFE : UNKNOWN;
}
