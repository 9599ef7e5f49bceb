/** Which lines of a new text are lines of the old one. */

/** A stretch of lines: the same in both, or `removed` of the old ones with `added` new ones in their place. */
export type Stretch =
  | { readonly kind: "same"; readonly oldFrom: number; readonly count: number }
  | {
      readonly kind: "changed";
      readonly oldFrom: number;
      readonly removed: number;
      readonly newFrom: number;
      readonly added: number;
    };

/** The work is the product of both lengths; beyond this only what both begin and end with counts as the same. */
const MAX_WORK = 250_000;

export function alignLines(oldLines: readonly string[], newLines: readonly string[]): Stretch[] {
  const isSame = (a: number, b: number) => oldLines[a]?.trimEnd() === newLines[b]?.trimEnd();
  const shorter = Math.min(oldLines.length, newLines.length);
  let head = 0;
  while (head < shorter && isSame(head, head)) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && isSame(oldLines.length - 1 - tail, newLines.length - 1 - tail)) {
    tail += 1;
  }
  const [oldEnd, newEnd] = [oldLines.length - tail, newLines.length - tail];
  const pairs =
    (oldEnd - head) * (newEnd - head) <= MAX_WORK ? commonLines(head, oldEnd, newEnd, isSame) : [];
  const all = [
    ...Array.from({ length: head }, (_, index) => [index, index] as const),
    ...pairs,
    ...Array.from({ length: tail }, (_, index) => [oldEnd + index, newEnd + index] as const),
  ];
  return toStretches(all, oldLines.length, newLines.length);
}

/** The longest common subsequence, as pairs of indexes. */
function commonLines(
  from: number,
  oldEnd: number,
  newEnd: number,
  isSame: (a: number, b: number) => boolean,
): (readonly [number, number])[] {
  const width = newEnd - from + 1;
  const lengths = new Uint32Array((oldEnd - from + 1) * width);
  const at = (a: number, b: number) => (a - from) * width + (b - from);
  for (let a = oldEnd - 1; a >= from; a -= 1) {
    for (let b = newEnd - 1; b >= from; b -= 1) {
      lengths[at(a, b)] = isSame(a, b)
        ? (lengths[at(a + 1, b + 1)] ?? 0) + 1
        : Math.max(lengths[at(a + 1, b)] ?? 0, lengths[at(a, b + 1)] ?? 0);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [a, b] = [from, from];
  while (a < oldEnd && b < newEnd) {
    if (isSame(a, b)) {
      pairs.push([a, b]);
      a += 1;
      b += 1;
    } else if ((lengths[at(a + 1, b)] ?? 0) >= (lengths[at(a, b + 1)] ?? 0)) {
      a += 1;
    } else {
      b += 1;
    }
  }
  return pairs;
}

function toStretches(
  pairs: readonly (readonly [number, number])[],
  oldLength: number,
  newLength: number,
): Stretch[] {
  const stretches: Stretch[] = [];
  let [oldNext, newNext] = [0, 0];
  const change = (oldTo: number, newTo: number) => {
    const [removed, added] = [oldTo - oldNext, newTo - newNext];
    if (removed > 0 || added > 0) {
      stretches.push({ kind: "changed", oldFrom: oldNext, removed, newFrom: newNext, added });
    }
  };
  for (const [a, b] of pairs) {
    change(a, b);
    const last = stretches.at(-1);
    if (last?.kind === "same" && last.oldFrom + last.count === a) {
      stretches[stretches.length - 1] = { ...last, count: last.count + 1 };
    } else {
      stretches.push({ kind: "same", oldFrom: a, count: 1 });
    }
    oldNext = a + 1;
    newNext = b + 1;
  }
  change(oldLength, newLength);
  return stretches;
}
