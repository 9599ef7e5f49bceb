/** One response as a line of `leat/stats.jsonl`: figures and names, nothing that anyone wrote. */
import type { AgentEvent, ServerKind } from "../../protocol/index.ts";

export interface StatsRecord {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly session?: string;
  readonly provider?: string;
  /** Host and port. */
  readonly host?: string;
  readonly server?: ServerKind;
  readonly model: string;
  /** The number of the request in its turn. */
  readonly request?: number;
  readonly input_tokens?: number;
  /** Of the input, those that were in the server's cache. */
  readonly cached_tokens?: number;
  readonly output_tokens?: number;
  readonly reasoning_tokens?: number;
  readonly first_token_ms?: number;
  readonly total_ms?: number;
  readonly prefill_tokens?: number;
  readonly prefill_tokens_per_second?: number;
  readonly prefill_by?: "server" | "clock";
  readonly decode_tokens_per_second?: number;
  readonly decode_by?: "server" | "clock";
  readonly context_tokens?: number;
  readonly context_window?: number;
}

/** What is the same for all responses of a session. */
export type StatsPlace = Required<Pick<StatsRecord, "session" | "provider" | "host" | "model">>;

type Completed = Extract<AgentEvent, { type: "response-completed" }>;

export function recordOf(
  { usage, timing, context }: Completed,
  facts: StatsPlace & Pick<StatsRecord, "at" | "server" | "request">,
): StatsRecord {
  const { prefill, decode } = timing;
  return withoutUndefined({
    ...facts,
    input_tokens: usage.inputTokens,
    cached_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    first_token_ms: rounded(timing.firstTokenMs),
    total_ms: rounded(timing.totalMs),
    prefill_tokens: prefill?.tokens,
    prefill_tokens_per_second: rounded(prefill?.tokensPerSecond),
    prefill_by: prefill?.by,
    decode_tokens_per_second: rounded(decode?.tokensPerSecond),
    decode_by: decode?.by,
    context_tokens: context.tokens,
    context_window: context.window,
  });
}

/** Undefined for a line that is none: cut off by a full disk, or edited by hand. Fields of the wrong type count as absent. */
export function parseRecord(line: string): StatsRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const fields = new Map(Object.entries(value));
  const [at, model] = [fields.get("at"), fields.get("model")];
  if (typeof at !== "string" || Number.isNaN(Date.parse(at)) || typeof model !== "string") {
    return undefined;
  }
  const known = [...fields].filter(([name, field]) => FIELDS[name]?.(field) === true);
  return { ...Object.fromEntries(known), at, model };
}

const isCount = (value: unknown) => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isText = (value: unknown) => typeof value === "string";
const isMeasurer = (value: unknown) => value === "server" || value === "clock";

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  session: isText,
  provider: isText,
  host: isText,
  server: isText,
  request: isCount,
  input_tokens: isCount,
  cached_tokens: isCount,
  output_tokens: isCount,
  reasoning_tokens: isCount,
  first_token_ms: isCount,
  total_ms: isCount,
  prefill_tokens: isCount,
  prefill_tokens_per_second: isCount,
  prefill_by: isMeasurer,
  decode_tokens_per_second: isCount,
  decode_by: isMeasurer,
  context_tokens: isCount,
  context_window: isCount,
};

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10;
}

function withoutUndefined(
  record: { readonly [Key in keyof StatsRecord]: StatsRecord[Key] | undefined },
): StatsRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as unknown as StatsRecord;
}
