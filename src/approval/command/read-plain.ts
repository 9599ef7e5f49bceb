/**
 * Takes a script apart into commands, but only where it is certain that exactly these run with exactly these words.
 * The parser is forgiving and at times of another mind than bash (at `l\⏎s`, say), so its tree is not enough: every
 * character of the script must be accounted for.
 */
import type { Node } from "./parser.ts";
import { readWord, type Word } from "./words.ts";

const SEPARATORS = new Set(["&&", "||", ";", "|", "\n"]);
/** Changes nothing: output goes nowhere or into the other stream. Models write it after every second command. */
const HARMLESS_REDIRECT = /^(?:[012]?>>? ?\/dev\/null|&>>? ?\/dev\/null|[12]?>&[12]|0?< ?\/dev\/null)$/;
const BLANK = /^(?:[ \t]|\\\n)*[ \t](?:[ \t]|\\\n)*$/;
const BLANK_LINES = /^(?:[ \t\n]|\\\n)*$/;

interface Piece {
  readonly kind: "command" | "redirect" | "separator" | "comment";
  readonly start: number;
  readonly end: number;
}

/** Undefined where there is anything but plain commands joined by `&&`, `||`, `;`, `|` and line ends. */
export function readPlainCommands(program: Node, script: string): Word[][] | undefined {
  if (program.hasError) {
    return undefined;
  }
  const pieces: Piece[] = [];
  const commands: Word[][] = [];
  // A stack of its own: the tree of a long script is as deep as the script is long.
  const left: Node[] = [program];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    const { startIndex: start, endIndex: end } = node;
    if (SEPARATORS.has(node.type)) {
      pieces.push({ kind: "separator", start, end });
      continue;
    }
    switch (node.type) {
      case "program":
      case "list":
      case "pipeline":
      case "redirected_statement":
        for (const child of node.children.toReversed()) {
          if (child !== null) {
            left.push(child);
          }
        }
        break;
      case "command": {
        const words = readCommand(node, script);
        if (words === undefined || !words.every(({ isPlain }) => isPlain)) {
          return undefined;
        }
        commands.push(words);
        pieces.push({ kind: "command", start, end });
        break;
      }
      case "file_redirect":
        if (!HARMLESS_REDIRECT.test(script.slice(start, end))) {
          return undefined;
        }
        pieces.push({ kind: "redirect", start, end });
        break;
      case "comment":
        pieces.push({ kind: "comment", start, end });
        break;
      default:
        return undefined;
    }
  }
  return isCovered(pieces, script) ? commands : undefined;
}

/** Words with blanks between them and nothing else. */
function readCommand(node: Node, script: string): Word[] | undefined {
  const children = node.children.filter((child) => child !== null);
  for (const [index, child] of children.entries()) {
    const before = children[index - 1];
    if (before !== undefined && !BLANK.test(script.slice(before.endIndex, child.startIndex))) {
      return undefined;
    }
  }
  return children.map((child) => readWord(child, script));
}

/** Between two pieces stands what bash takes for a separation as well. */
function isCovered(unsorted: readonly Piece[], script: string): boolean {
  const pieces = [...unsorted].sort((a, b) => a.start - b.start);
  const start: Piece = { kind: "separator", start: 0, end: 0 };
  const end: Piece = { kind: "separator", start: script.length, end: script.length };
  return [...pieces, end].every((piece, index) => isSeparated(pieces[index - 1] ?? start, piece, script));
}

function isSeparated(before: Piece, piece: Piece, script: string): boolean {
  const gap = script.slice(before.end, piece.start);
  if (!BLANK_LINES.test(gap)) {
    return false;
  }
  const lines = gap.replaceAll("\\\n", "");
  // A line that goes on in the next one with no blank between: what is two words here may be one for bash.
  if (lines === "" && gap !== "") {
    return false;
  }
  switch (piece.kind) {
    case "separator":
      return before.kind !== "comment" || /^(?:\n|$)/.test(script.slice(before.end, before.end + 1));
    case "comment":
      return before.kind === "separator" || lines !== "";
    case "command":
      return before.kind === "separator" || lines.includes("\n");
    case "redirect":
      return (before.kind === "command" || before.kind === "redirect") && BLANK.test(gap);
    default:
      return piece.kind satisfies never;
  }
}
