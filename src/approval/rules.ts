/** The user's rules by the beginning of a command. */
import { basename } from "node:path";
import type { PrefixRule } from "../protocol/index.ts";

/** A rule that takes something away. */
export type StrictRule = PrefixRule & { readonly decision: "forbid" | "prompt" };

/**
 * A rule with this decision for any of the commands that can be seen. It goes by the program's name: who forbids `rm`
 * means `/bin/rm` as well.
 */
export function findStrictRule(
  rules: readonly PrefixRule[],
  seen: readonly (readonly string[])[],
  decision: StrictRule["decision"],
): StrictRule | undefined {
  const isStrict = (rule: PrefixRule): rule is StrictRule => rule.decision === decision;
  return rules.filter(isStrict).find(({ prefix }) => seen.some((words) => isMeant(words, prefix)));
}

function isMeant([program = "", ...args]: readonly string[], prefix: readonly string[]): boolean {
  return startsWith([program, ...args], prefix) || startsWith([basename(program), ...args], prefix);
}

/** Rules that allow this command, by its words as they are: `./npm` is not `npm`. */
export function allowingRules(rules: readonly PrefixRule[], words: readonly string[]): readonly PrefixRule[] {
  return rules.filter((rule) => rule.decision === "allow" && startsWith(words, rule.prefix));
}

export function startsWith(words: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length > 0 && prefix.every((word, index) => words[index] === word);
}
