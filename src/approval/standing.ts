/** How far the user's rules, the approvals of this session and the list of safe commands carry one command line. */
import type { PrefixRule } from "../protocol/index.ts";
import { type Classification, classifyCommand, type SimpleCommand } from "./command/classify.ts";
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
  const parts = await Promise.all((commands ?? []).map((simple) => judgePart(simple, known)));
  const whole = session.commandPlace(command);
  const together = commands === undefined ? "nothing" : leastOf(parts.map(({ granted }) => granted));
  const forbidding = findStrictRule(rules, seen, "forbid");
  // An answer of this session is newer than the rule that made us ask.
  const unanswered =
    whole === undefined ? seen.filter((words) => session.prefixPlace(words) === undefined) : [];
  const rule = forbidding ?? findStrictRule(rules, unanswered, "prompt");
  return { granted: mostOf([grantOf(whole), together]), rule, parts };
}

async function judgePart(simple: SimpleCommand, { rules, session }: Known): Promise<Part> {
  const isDangerous = simple.class.kind === "dangerous";
  const allowing = allowingRules(rules, simple.words);
  const isAllowed = isDangerous ? await someNamesDanger(allowing) : allowing.length > 0;
  const granted = mostOf([
    isDangerous ? "nothing" : grantOf(session.prefixPlace(simple.words)),
    isAllowed ? "on-escalation" : "nothing",
    simple.class.kind === "safe" ? "in-sandbox" : "nothing",
    // It stands before every second command, and does nothing by itself.
    simple.words[0] === "cd" ? "outside" : "nothing",
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
