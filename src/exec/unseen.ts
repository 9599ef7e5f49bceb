/** What the model writes and nobody sees: hidden thinking, a call until it is whole. A line that moves tells that it does. */
import { formatCount, formatSeconds, formatSpeed } from "../figures/index.ts";
import type { Look } from "./output.ts";
import { cutToWidth } from "./text-width.ts";

export interface Unseen {
  readonly what: "thinking" | "writing a call";
  characters: number;
}

/** English and code; only the server can count. */
const CHARACTERS_PER_TOKEN = 4;
/** Before that a speed jumps about. */
const LEAST_SECONDS = 2;

/** `writing a call · 12 s · ≈340 tokens · ≈31 tok/s` */
export function unseenLine({ what, characters }: Unseen, elapsedMs: number, look: Look): string {
  const { separator, about, ellipsis } = look.signs;
  const tokens = Math.round(characters / CHARACTERS_PER_TOKEN);
  const seconds = elapsedMs / 1000;
  const parts = [what, formatSeconds(seconds)];
  if (tokens > 0) {
    parts.push(`${about}${formatCount(tokens)} tokens`);
  }
  if (tokens > 0 && seconds >= LEAST_SECONDS) {
    parts.push(`${about}${formatSpeed(tokens / seconds)}`);
  }
  return cutToWidth(parts.join(separator), look.columns, ellipsis);
}
