/** How far the user's rules, the approvals of this session and the list of safe commands carry one command line. */
import type { PrefixRule } from "../protocol/index.ts";
import { type Classification, classifyCommand, type SimpleCommand } from "./command/classify.ts";
import { wholeScript } from "./command/shell.ts";
import { type Granted, mostOf, reaches } from "./decide.ts";
import { allowingRules, findStrictRule, type StrictRule } from "./rules.ts";
import type { SessionApprovals } from "./session-approvals.ts";
import type { Command, Place } from "./verdict.ts";

export interface Standing {
  readonly granted: Granted;
  /** The strictest rule that is not answered by an approval of this session. */
  readonly rule: StrictRule | undefined;
  /** The commands one by one, where they can be told apart. */
  readonly parts: readonly Part[];
}

interface Part extends SimpleCommand {
  readonly granted: Granted;
}

export interface Known {
  readonly rules: readonly PrefixRule[];
  readonly session: SessionApprovals;
}

export async function standingOf(
  command: Command,
  classification: Classification,
  known: Known,
): Promise<Standing> {
  const { rules, session } = known;
  const { commands, seen } = classification;
  const isScript = wholeScript(command.argv) !== undefined;
  const parts = await Promise.all(
    (commands ?? []).map(async (simple) => {
      const part = await judgePart(simple, known);
      // It stands before every second command of a script, and does nothing by itself; as a program, it may be anything.
      return isScript && simple.words[0] === "cd" ? { ...part, granted: "outside" as const } : part;
    }),
  );
  const whole = session.commandPlace(command);
  const most = isScript && !EVERYWHERE.test(command.argv[0] ?? "") ? "in-sandbox" : "outside";
  const together =
    commands === undefined ? "nothing" : leastOf([most, ...parts.map(({ granted }) => granted)]);
  const forbidding = findStrictRule(rules, seen, "forbid");
  // An answer of this session is newer than the rule that made us ask.
  const unanswered =
    whole === undefined ? seen.filter((words) => session.prefixPlace(words) === undefined) : [];
  const rule = forbidding ?? findStrictRule(rules, unanswered, "prompt");
  return { granted: mostOf([grantOf(whole), together]), rule, parts };
}

/** Of another name, a system may have no shell, and then what a command has put on the PATH would be run for it. */
const EVERYWHERE = /^(?:\/.*|(?:ba)?sh)$/s;

async function judgePart(simple: SimpleCommand, { rules, session }: Known): Promise<Part> {
  const isDangerous = simple.class.kind === "dangerous";
  const allowing = allowingRules(rules, simple.words);
  const isAllowed = isDangerous ? await someNamesDanger(allowing) : allowing.length > 0;
  const granted = mostOf([
    isDangerous ? "nothing" : grantOf(session.prefixPlace(simple.words)),
    isAllowed ? "on-escalation" : "nothing",
    simple.class.kind === "safe" ? "in-sandbox" : "nothing",
  ]);
  return { ...simple, granted };
}

/** `git push` is no leave for `git push --force`: what destroys must stand in the rule itself. */
async function someNamesDanger(rules: readonly PrefixRule[]): Promise<boolean> {
  const classes = await Promise.all(rules.map(({ prefix }) => classifyCommand(prefix)));
  return classes.some(({ kind }) => kind === "dangerous");
}

function grantOf(place: Place | undefined): Granted {
  switch (place) {
    case undefined:
      return "nothing";
    case "sandbox":
      return "in-sandbox";
    case "outside":
      return "outside";
    default:
      return place satisfies never;
  }
}

/** A script of no commands does nothing. */
function leastOf(grants: readonly Granted[]): Granted {
  return grants.reduce((least, granted) => (reaches(granted, least) ? least : granted), "outside");
}
