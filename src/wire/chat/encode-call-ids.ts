import type { Dialect } from "../dialects/dialect.ts";

/** The ids of one message's calls as the server takes them, distinct within it. */
export type CallIds = (ids: readonly string[]) => readonly string[];

/**
 * The same id always becomes the same, another one another. What an id becomes depends on those before it
 * only, so that a longer history changes nothing that was sent.
 */
export function createCallIds(style: Dialect["callIds"]): CallIds {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const rewrite = (id: string): string => {
    const known = given.get(id);
    if (known !== undefined) {
      return known;
    }
    let candidate = isAcceptable(id, style) ? id : shortened(id, style, 0);
    for (let attempt = 1; taken.has(candidate); attempt += 1) {
      candidate = shortened(id, style, attempt);
    }
    given.set(id, candidate);
    taken.add(candidate);
    return candidate;
  };
  return (ids) => {
    const distinct = makeDistinct(ids);
    return style === "verbatim" ? distinct : distinct.map(rewrite);
  };
}

/** Two calls of one response with one id (LocalAI#9722): results could not be told apart. */
function makeDistinct(ids: readonly string[]): readonly string[] {
  const used = new Set(ids);
  const copies = new Map<string, number>();
  return ids.map((id) => {
    let number = (copies.get(id) ?? 0) + 1;
    let distinct = id;
    if (number > 1) {
      for (distinct = `${id}_${number}`; used.has(distinct); distinct = `${id}_${number}`) {
        number += 1;
      }
    }
    copies.set(id, number);
    used.add(distinct);
    return distinct;
  });
}

function isAcceptable(id: string, style: Dialect["callIds"]): boolean {
  switch (style) {
    case "verbatim":
      return true;
    case "plain":
      return /^[A-Za-z0-9_-]{1,40}$/.test(id);
    case "nine-alphanumeric":
      return /^[A-Za-z0-9]{9}$/.test(id);
    default:
      return style satisfies never;
  }
}

function shortened(id: string, style: Dialect["callIds"], attempt: number): string {
  const hash = hashOf(attempt === 0 ? id : `${attempt}:${id}`);
  return style === "nine-alphanumeric" ? hash : `${id.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 30)}_${hash}`;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Nine letters and digits. FNV-1a, two lanes with different seeds; collisions are looked for by the caller. */
function hashOf(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 13);
  }
  let rest = BigInt(low >>> 0) * 2n ** 32n + BigInt(high >>> 0);
  let digits = "";
  for (let place = 0; place < 9; place += 1) {
    digits += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return digits;
}
