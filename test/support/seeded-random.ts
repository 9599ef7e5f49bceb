/** Mulberry32: small, and the same numbers in every run, so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Cuts bytes into pieces at random places. */
export function randomCuts(bytes: Buffer, random: () => number, longest = 40): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const length = 1 + Math.floor(random() ** 2 * longest);
    pieces.push(bytes.subarray(start, start + length));
    start += length;
  }
  return pieces;
}
