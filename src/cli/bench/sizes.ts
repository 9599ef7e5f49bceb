/** Prompt sizes, as they are typed and shown. */

/** Without `--sizes`. */
export const USUAL_SIZES: readonly number[] = [1_000, 8_000, 32_000];

const [LEAST, MOST] = [100, 2_000_000];

/** `1k,8k` or `1500`: tokens, the smallest first. */
export function parseSizes(
  texts: readonly string[],
): { readonly ok: true; readonly sizes: readonly number[] } | { readonly ok: false; readonly wrong: string } {
  const sizes = new Set<number>();
  for (const word of texts.flatMap((text) => text.split(",")).map((text) => text.trim())) {
    const [, digits, thousands] = /^(\d+(?:\.\d+)?)(k?)$/i.exec(word) ?? [];
    const size = Number(digits) * (thousands === "" ? 1 : 1_000);
    if (!(Number.isInteger(size) && size >= LEAST && size <= MOST)) {
      return { ok: false, wrong: word };
    }
    sizes.add(size);
  }
  return { ok: true, sizes: [...sizes].sort((left, right) => left - right) };
}

export function sizeName(tokens: number): string {
  return tokens >= 1_000 && tokens % 100 === 0 ? `${tokens / 1_000}k` : String(tokens);
}
