import type { TokenUsage } from "../protocol/index.ts";

/** Adds two usages; a count known on one side only is that side's, since unknown is not zero. */
export function addUsage(left: TokenUsage, right: TokenUsage): TokenUsage {
  const sum: { -readonly [Key in keyof TokenUsage]: TokenUsage[Key] } = { ...left };
  for (const key of Object.keys(right) as (keyof TokenUsage)[]) {
    sum[key] = (left[key] ?? 0) + (right[key] ?? 0);
  }
  return sum;
}
