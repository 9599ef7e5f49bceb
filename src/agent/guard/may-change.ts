import type { ToolAction, ToolOutcome } from "../../protocol/index.ts";

/**
 * Whether a call may have changed what other calls see. Only a guess by the first words, good enough to tell a repair
 * from another look: nothing is allowed or refused by it but the same call once more.
 */
export function mayHaveChanged(action: ToolAction, outcome: ToolOutcome): boolean {
  if (outcome.kind === "files-changed") {
    return outcome.changes.length > 0;
  }
  return (
    outcome.kind === "command-exited" &&
    outcome.exitCode === 0 &&
    action.kind === "command" &&
    !onlyLooks(action.command)
  );
}

function onlyLooks(command: string): boolean {
  const plain = command.replace(/\d?>(?:&\d|\s?\/dev\/null)/g, "");
  return !CHANGES.test(plain) && plain.split(/\|\||&&|[|;&\n]/).every((part) => LOOKS.test(part));
}

const CHANGES = /[>`]|\$\(|<<|\s-(?:delete|exec|execdir|ok)\b/;
const LOOKS =
  /^\s*(?:$|(?:cd|cat|bat|ls|head|tail|grep|egrep|fgrep|rg|find|fd|pwd|wc|echo|which|type|file|stat|tree|sort|uniq|cut|nl|test|true|du|df|ps|date|diff|sed\s+-n|git\s+(?:status|diff|log|show|blame|grep|ls-files|rev-parse))(?:\s|$))/;
