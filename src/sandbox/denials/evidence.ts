/**
 * What the output of a failed command names as the reason: candidates only, which `denials.ts` checks against the
 * policy and the disk. English messages and the names of errors; a program that speaks another language says nothing.
 */
import { type NetworkEvidence, networkEvidence, type SocketEvidence } from "./network-evidence.ts";
import { type PathEvidence, pathEvidence } from "./path-evidence.ts";

export type Evidence = PathEvidence | NetworkEvidence | SocketEvidence;

/** A command tells why it failed near its end, and sometimes at once; what is between is not looked at. */
const HEAD_LENGTH = 16 * 1024;
const TAIL_LENGTH = 48 * 1024;
const MAX_LINE_LENGTH = 1000;
const MAX_FOUND = 64;

/** A test that fails quotes what it expected, a diff or a search what stands in a file. */
const QUOTATION =
  /\b(?:expect(?:ed|s|ing)?|assert\w*|should|received|actual(?:ly)?|to(?:Throw|Equal|Be|Match|Contain)\w*)\b|^\s*(?:[+>|]|-(?!\w)|\d+ ?[|│]|[✓✔×✗✘✖]|(?:not )?ok \d)|^\S+:\d+:\S|^\s*(?:\/\/|#|\*|\$ )/i;

export function findEvidence(output: string): Evidence[] {
  const found: Evidence[] = [];
  for (const part of partsToRead(output)) {
    const lines = part.split(/\r\n|\r|\n/).map(plainLine);
    for (let index = 0; index < lines.length && found.length < MAX_FOUND; index += 1) {
      const line = lines[index] ?? "";
      if (line.length > MAX_LINE_LENGTH || QUOTATION.test(line)) {
        continue;
      }
      const evidence = networkEvidence(line) ?? pathEvidence(lines, index);
      if (evidence !== undefined) {
        found.push(evidence);
      }
    }
  }
  return found;
}

function partsToRead(output: string): string[] {
  return output.length <= HEAD_LENGTH + TAIL_LENGTH
    ? [output]
    : [output.slice(0, HEAD_LENGTH), output.slice(-TAIL_LENGTH)];
}

/** Without colours and other commands to the terminal. */
function plainLine(line: string): string {
  return line.replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))/g, "");
}
