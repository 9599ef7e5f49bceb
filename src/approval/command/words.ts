/** What a shell makes of one word, as far as that can be known without running anything. */
import type { Node } from "./parser.ts";

export interface Word {
  /** Quotes and escapes taken away; where something is expanded, the text as it stands. */
  readonly text: string;
  /** It is certain that the program gets this very text, or the file names that this pattern matches. */
  readonly isPlain: boolean;
  /** A pattern of file names, which may become several words. */
  readonly isPattern: boolean;
}

/**
 * `=x` is a path to zsh, `~` a home, braces make several words; `#` at the start is a comment. What is not listed here is
 * not plain: a shell may see more in it than we do.
 */
const PLAIN_BARE = /^(?:[\p{L}\p{M}\p{N}_./:@%+,^!-]|\\[^\n])(?:[\p{L}\p{M}\p{N}_./:=@%+,^~!#-]|\\[^\n])*$/u;
/** A file can be called `-exec`: only a pattern that begins with a letter, a digit, `_`, `.` or `/` can't become an option. */
const PLAIN_PATTERN = /^[\p{L}\p{N}_./][\p{L}\p{M}\p{N}_./:=@%+,^*?[\]~-]*$/u;
/** bash puts a home in the place of a `~` at the start, also at that of what looks like a value. */
const TILDE = /(?:^|[=:])~/;
const PLAIN_QUOTED = /^(?:[^$`"\\]|\\[\s\S])*$/;

export function readWord(node: Node, script: string): Word {
  const raw = script.slice(node.startIndex, node.endIndex);
  switch (node.type) {
    case "word":
    case "number":
      return bareWord(raw);
    case "raw_string":
      return plainWord(raw.slice(1, -1));
    case "string": {
      const inside = raw.slice(1, -1);
      return raw.startsWith('"') && PLAIN_QUOTED.test(inside)
        ? plainWord(inside.replace(/\\([$`"\\\n])/g, (_, character) => (character === "\n" ? "" : character)))
        : openWord(raw.startsWith('"') ? inside : raw);
    }
    case "ansi_c_string":
      return openWord(decodeAnsiC(raw.slice(2, -1)));
    case "command_name":
    case "concatenation":
      return joined(node, script);
    default:
      return openWord(raw);
  }
}

export function plainWord(text: string): Word {
  return { text, isPlain: true, isPattern: false };
}

/** A word whose text is only what can be seen of it. */
function openWord(text: string): Word {
  return { text, isPlain: false, isPattern: false };
}

function bareWord(raw: string): Word {
  if (TILDE.test(raw)) {
    return openWord(raw);
  }
  if (PLAIN_BARE.test(raw)) {
    return plainWord(raw.replace(/\\([\s\S])/gu, "$1"));
  }
  return PLAIN_PATTERN.test(raw)
    ? { text: raw, isPlain: true, isPattern: true }
    : openWord(raw.replace(/\\([\s\S])/gu, (_, character) => (character === "\n" ? "" : character)));
}

/** Parts that do not touch each other are no one word, whatever the parser says. */
function joined(node: Node, script: string): Word {
  const parts = node.children.filter((child) => child !== null);
  const words = parts.map((part) => readWord(part, script));
  const touching = parts.every(
    (part, index) => index === 0 || parts[index - 1]?.endIndex === part.startIndex,
  );
  return {
    text: words.map(({ text }) => text).join(""),
    isPlain: touching && words.every(({ isPlain }) => isPlain),
    isPattern: words.some(({ isPattern }) => isPattern),
  };
}

const ANSI_C: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  v: "\v",
};

/** `$'\x72m'` is `rm`: decoded only to see what it says, never to trust it. */
function decodeAnsiC(inside: string): string {
  return inside.replace(
    /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|([0-7]{1,3})|([\s\S]))/gi,
    (_, hex, short, long, octal, letter) => {
      if (letter !== undefined) {
        return ANSI_C[letter] ?? letter;
      }
      const code =
        octal === undefined ? Number.parseInt(hex ?? short ?? long, 16) : Number.parseInt(octal, 8) & 0xff;
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    },
  );
}
