import type { EndRule } from "./format.ts";

/**
 * Collects a body until its end. Looks at every character once, however the text is cut, so that a long
 * body that comes a byte at a time, or never ends, costs no more than its length.
 */
export interface EndFinder {
  /** Undefined as long as the end has not come. */
  push(text: string): { readonly body: string; readonly rest: string } | undefined;
  /** What was collected, if the text ends here. */
  drain(): string;
  readonly length: number;
}

export function createEndFinder(rule: EndRule): EndFinder {
  const closes = rule.closes ?? [];
  const before = rule.before ?? [];
  const regions = new Map(rule.regions ?? []);
  const skip = rule.brackets?.skip ?? [];
  const quotes = [...(rule.quotes ?? "")];
  const brackets = rule.brackets === undefined ? [] : ["{", "[", "}", "]"];
  const tokens = [...closes, ...before, ...regions.keys(), ...skip, ...quotes, ...brackets];
  const outside = anyOf(tokens);
  const partial = partialFinder(tokens);
  const partialClose = new Map(
    [...regions.values()].map((close) => [close, partialFinder([close])] as const),
  );
  const parts: string[] = [];
  let length = 0;
  let carry = "";
  let depth = rule.brackets?.depth ?? 0;
  let inside: { readonly type: "quote" | "region"; readonly close: string } | undefined;

  function push(text: string): { body: string; rest: string } | undefined {
    const window = carry + text;
    // A bracket at the end may become a longer marker, so it has to wait as well.
    const held = partial(window);
    let position = 0;
    for (;;) {
      if (inside !== undefined) {
        const end =
          inside.type === "region"
            ? after(window, inside.close, position)
            : afterQuote(window, inside.close, position);
        if (end === undefined) {
          return keep(window, Math.min(heldInside(window, position), window.length - position));
        }
        inside = undefined;
        position = end;
      }
      outside.lastIndex = position;
      const match = outside.exec(window);
      if (match === null || match.index >= window.length - held) {
        return keep(window, Math.min(held, window.length - position));
      }
      const token = match[0];
      position = match.index + token.length;
      const regionClose = regions.get(token);
      if (closes.includes(token)) {
        return finish(window, match.index, position);
      }
      if (before.includes(token)) {
        return finish(window, match.index, match.index);
      }
      if (regionClose !== undefined) {
        inside = { type: "region", close: regionClose };
      } else if (quotes.includes(token)) {
        inside = { type: "quote", close: token };
      } else if (token === "{" || token === "[") {
        depth += 1;
      } else if (token === "}" || token === "]") {
        depth -= 1;
        if (depth <= 0) {
          return finish(window, position, position);
        }
      }
    }
  }

  function heldInside(window: string, from: number): number {
    return inside?.type === "region"
      ? (partialClose.get(inside.close)?.(window) ?? 0)
      : trailingBackslashes(window, from);
  }

  function keep(window: string, held: number): undefined {
    const cut = window.length - held;
    parts.push(window.slice(0, cut));
    length += cut;
    carry = window.slice(cut);
  }

  function finish(window: string, bodyEnd: number, restStart: number): { body: string; rest: string } {
    return { body: parts.join("") + window.slice(0, bodyEnd), rest: window.slice(restStart) };
  }

  return {
    push,
    drain: () => parts.join("") + carry,
    get length() {
      return length;
    },
  };
}

/** A pattern of literal alternatives, the longest first; it matches nothing if there is none. */
export function anyOf(literals: readonly string[]): RegExp {
  const longestFirst = [...new Set(literals)].sort((a, b) => b.length - a.length);
  const source = longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|");
  return new RegExp(source === "" ? "(?!)" : source, "g");
}

/** A function that tells how many characters at the end of a text may be the beginning of one of the markers. */
export function partialFinder(markers: readonly string[]): (text: string) => number {
  const longest = Math.max(0, ...markers.map((marker) => marker.length));
  const firstCharacters = new Set(markers.map((marker) => marker[0]));
  return (text) => {
    for (let start = Math.max(0, text.length - longest + 1); start < text.length; start += 1) {
      if (firstCharacters.has(text[start])) {
        const tail = text.slice(start);
        if (markers.some((marker) => marker.length > tail.length && marker.startsWith(tail))) {
          return tail.length;
        }
      }
    }
    return 0;
  };
}

function after(text: string, marker: string, from: number): number | undefined {
  const index = text.indexOf(marker, from);
  return index === -1 ? undefined : index + marker.length;
}

function afterQuote(text: string, quote: string, from: number): number | undefined {
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\") {
      index += 1;
    } else if (character === quote) {
      return index + 1;
    }
  }
  return undefined;
}

/** One, if the last backslash has nothing yet that it escapes. */
function trailingBackslashes(text: string, from: number): 0 | 1 {
  let count = 0;
  for (let index = text.length - 1; index >= from && text[index] === "\\"; index -= 1) {
    count += 1;
  }
  return count % 2 === 1 ? 1 : 0;
}
