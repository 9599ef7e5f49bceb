/** Longer names are no slip of the finger, and comparing them would take long. */
const LONGEST_NAME = 64;

/**
 * The candidate a mistyped name was most likely meant to be. A name that is close to the first words of a
 * candidate counts as well: `lokal` for `local-oss`.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) {
    return undefined;
  }
  const typed = normalized(name);
  let best: string | undefined;
  let bestDistance = reach(typed) + 1;
  for (const candidate of candidates) {
    const distance = distanceToCandidate(typed, normalized(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The same as a field of an error, left out where nothing is near. */
export function nearestField(name: string, candidates: Iterable<string>): { readonly nearest?: string } {
  const found = nearest(name, candidates);
  return found === undefined ? {} : { nearest: found };
}

/** Codex users write `-` for `_` and the other way round. */
function normalized(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

function reach(name: string): number {
  if (name.length <= 3) {
    return 1;
  }
  return Math.max(2, Math.floor(name.length / 3));
}

/** `limit` or more means: too far, whatever it is. */
function distanceToCandidate(name: string, candidate: string, limit: number): number {
  const whole = editDistance(name, candidate, limit);
  if (name.length < 3 || candidate[name.length] !== "_") {
    return whole;
  }
  return Math.min(whole, 1 + editDistance(name, candidate.slice(0, name.length), limit));
}

/** Levenshtein's distance, row by row. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) {
    return limit;
  }
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const replaced = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? limit;
}
