import type { OutputLimit } from "./tool.ts";

/** A twelfth of the window, at four bytes a token: what Codex allows where the window is that of a usual local model. */
const BYTES_OF_A_TOKEN = 4;
const SHARE_OF_WINDOW = 12;
const LIMITS = { leastBytes: 2_560, usualBytes: 10_240, mostBytes: 16_384, usualLines: 256 };

/** What the user asks for must still leave the model something to read, and room in its window and our memory. */
const SHARE_ASKED = 2;
const ASKED = { leastBytes: 1_024, mostBytes: 262_144 };

/** What one tool's output may take of the prompt. `outputTokens`: the user's own limit. */
export function outputLimitFor(
  contextWindow: number | undefined,
  outputTokens: number | undefined,
): OutputLimit {
  const windowBytes = contextWindow === undefined ? undefined : contextWindow * BYTES_OF_A_TOKEN;
  if (outputTokens !== undefined) {
    const most = Math.min(ASKED.mostBytes, (windowBytes ?? Number.POSITIVE_INFINITY) / SHARE_ASKED);
    return limitOf(clamp(outputTokens * BYTES_OF_A_TOKEN, ASKED.leastBytes, most));
  }
  const bytes = windowBytes === undefined ? LIMITS.usualBytes : windowBytes / SHARE_OF_WINDOW;
  return limitOf(clamp(bytes, LIMITS.leastBytes, LIMITS.mostBytes));
}

function limitOf(bytes: number): OutputLimit {
  return { bytes, lines: Math.floor((LIMITS.usualLines * bytes) / LIMITS.usualBytes) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.floor(Math.max(least, Math.min(most, value)));
}
