import { formatKey, type KeyPath, readKey } from "./dotted-key.ts";

/** Deeper keys have the line of what holds them; listing each step of a key of a million dots would take for ever. */
const DEEPEST = 16;

/**
 * Where the keys of a TOML file stand, which smol-toml does not say. The text is known to be valid TOML,
 * so this only has to find its way past values. Keys within a value (inline tables, arrays) are not listed:
 * their line is that of the key that holds them.
 */
export function keyLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const lineAt = lineCounter(text);
  let table: KeyPath = [];
  let index = skipBlank(text, 0);
  while (index < text.length) {
    const line = lineAt(index);
    if (text[index] === "[") {
      const header = readKey(text, index + (text[index + 1] === "[" ? 2 : 1));
      table = header.path;
      note(lines, [], table, line);
      index = skipLine(text, header.end);
    } else {
      const key = readKey(text, index);
      note(lines, table, key.path, line);
      index = skipValue(text, key.end);
    }
    index = skipBlank(text, index);
  }
  return lines;
}

/** Notes the path and the tables it opens on its way. Of several places the first counts. */
function note(lines: Map<string, number>, table: KeyPath, path: KeyPath, line: number): void {
  for (let length = 1; length <= Math.min(path.length, DEEPEST); length += 1) {
    const key = formatKey([...table.slice(0, DEEPEST), ...path.slice(0, length)]);
    if (!lines.has(key)) {
      lines.set(key, line);
    }
  }
}

/** Asked with rising indexes only, so that the whole file is counted once. */
function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let counted = 0;
  return (index) => {
    for (; counted < index; counted += 1) {
      if (text[counted] === "\n") {
        line += 1;
      }
    }
    return line;
  };
}

/** Past white space and comments. */
function skipBlank(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    if (text[index] === "#") {
      index = skipLine(text, index);
    } else if (/\s/.test(text[index] ?? "")) {
      index += 1;
    } else {
      break;
    }
  }
  return index;
}

function skipLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end + 1;
}

/** Past `= value`, to the end of the last line it takes. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  let index = start;
  while (index < text.length) {
    const character = text[index] ?? "";
    if (character === '"' || character === "'") {
      index = skipString(text, index, character);
    } else if (character === "#") {
      // The line break stays: it may be the one that ends the value.
      index = Math.max(index + 1, skipLine(text, index) - 1);
    } else if (character === "\n" && depth === 0) {
      return index + 1;
    } else {
      depth += bracketStep(character);
      index += 1;
    }
  }
  return index;
}

function bracketStep(character: string): number {
  if (character === "[" || character === "{") {
    return 1;
  }
  return character === "]" || character === "}" ? -1 : 0;
}

function skipString(text: string, start: number, quote: '"' | "'"): number {
  const triple = quote.repeat(3);
  const multiLine = text.startsWith(triple, start);
  const close = multiLine ? triple : quote;
  let index = start + close.length;
  while (index < text.length && !text.startsWith(close, index)) {
    index += quote === '"' && text[index] === "\\" ? 2 : 1;
  }
  index += close.length;
  // A multi-line string may end in up to two quotes of its own, right before the closing three.
  for (let extra = 0; multiLine && extra < 2 && text[index] === quote; extra += 1) {
    index += 1;
  }
  return index;
}
