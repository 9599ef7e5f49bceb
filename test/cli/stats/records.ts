import type { StatsRecord } from "../../../src/cli/stats/record.ts";

/** A response of a day in November 2026. */
export function response(day: number, more: Partial<StatsRecord> = {}): StatsRecord {
  return {
    at: `2026-11-${String(day).padStart(2, "0")}T10:00:00.000Z`,
    session: `s${day}`,
    provider: "lmstudio",
    host: "localhost:1234",
    server: "lmstudio",
    model: "qwen3-30b",
    input_tokens: 2000,
    cached_tokens: 1500,
    output_tokens: 100,
    first_token_ms: 1000 + day,
    prefill_tokens_per_second: 400,
    prefill_by: "server",
    decode_tokens_per_second: 40 + day,
    decode_by: "server",
    ...more,
  };
}
