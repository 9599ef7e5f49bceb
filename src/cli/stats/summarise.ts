import type { StatsRecord } from "./record.ts";

/** One model at one address, over the time asked about. */
export interface ModelSummary {
  readonly model: string;
  readonly provider?: string;
  readonly host?: string;
  readonly server?: string;
  readonly responses: number;
  readonly sessions: number;
  readonly firstTokenMs: Spread;
  /** Tokens a second; `byClock`: at least one of the figures is the clock's. */
  readonly prefill: Spread & { readonly byClock: boolean };
  readonly decode: Spread & { readonly byClock: boolean };
  /** Of the input whose cache count is known, in [0, 1]. */
  readonly cachedShare?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The oldest first; no bucket for a time without a response. */
  readonly buckets: readonly Bucket[];
}

/** Of no values, all are absent. */
interface Spread {
  readonly count: number;
  readonly median?: number;
  readonly p90?: number;
}

/** A day, or a session where all is of one day. */
export interface Bucket {
  /** ISO 8601 of its first response. */
  readonly at: string;
  readonly responses: number;
  /** Medians. */
  readonly firstTokenMs?: number;
  readonly prefill?: number;
  readonly decode?: number;
}

export interface StatsChoice {
  readonly model?: string;
  readonly provider?: string;
  /** Unix milliseconds: nothing older counts. */
  readonly since?: number;
}

/** The model that answered most often comes first. */
export function summarise(records: readonly StatsRecord[], choice: StatsChoice): ModelSummary[] {
  const groups = groupBy(
    records.filter((record) => isChosen(record, choice)),
    ({ model, provider, host }) => JSON.stringify([model, provider, host]),
  );
  return groups.map(summaryOf).sort((one, other) => other.responses - one.responses);
}

function isChosen({ model, provider, at }: StatsRecord, choice: StatsChoice): boolean {
  return (
    (choice.model === undefined || model === choice.model) &&
    (choice.provider === undefined || provider === choice.provider) &&
    (choice.since === undefined || Date.parse(at) >= choice.since)
  );
}

function summaryOf(unsorted: readonly [StatsRecord, ...StatsRecord[]]): ModelSummary {
  const records = [...unsorted].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const last = records.at(-1) ?? unsorted[0];
  const counted = records.filter(({ cached_tokens }) => cached_tokens !== undefined);
  const countedInput = sum(counted, "input_tokens");
  const { model, provider, host, server } = last;
  return {
    model,
    ...(provider === undefined ? {} : { provider }),
    ...(host === undefined ? {} : { host }),
    ...(server === undefined ? {} : { server }),
    responses: records.length,
    sessions: new Set(records.map(({ session }) => session)).size,
    firstTokenMs: spread(values(records, "first_token_ms")),
    prefill: {
      ...spread(values(records, "prefill_tokens_per_second")),
      byClock: records.some(({ prefill_by }) => prefill_by === "clock"),
    },
    decode: {
      ...spread(values(records, "decode_tokens_per_second")),
      byClock: records.some(({ decode_by }) => decode_by === "clock"),
    },
    ...(countedInput > 0 ? { cachedShare: Math.min(1, sum(counted, "cached_tokens") / countedInput) } : {}),
    inputTokens: sum(records, "input_tokens"),
    outputTokens: sum(records, "output_tokens"),
    buckets: bucketsOf(records),
  };
}

function bucketsOf(records: readonly StatsRecord[]): Bucket[] {
  const day = ({ at }: StatsRecord) => new Date(at).toISOString().slice(0, 10);
  const isOneDay = new Set(records.map(day)).size < 2;
  return groupBy(records, (record) => (isOneDay ? (record.session ?? "") : day(record))).map((group) => ({
    at: group[0].at,
    responses: group.length,
    ...named("firstTokenMs", spread(values(group, "first_token_ms")).median),
    ...named("prefill", spread(values(group, "prefill_tokens_per_second")).median),
    ...named("decode", spread(values(group, "decode_tokens_per_second")).median),
  }));
}

function named<Name extends string>(
  name: Name,
  value: number | undefined,
): { readonly [Key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]: number });
}

/** In the order in which the groups began. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return [...groups.values()];
}

type NumericField = {
  [Key in keyof StatsRecord]-?: StatsRecord[Key] extends number | undefined ? Key : never;
}[keyof StatsRecord];

function values(records: readonly StatsRecord[], field: NumericField): number[] {
  return records.map((record) => record[field]).filter((value) => value !== undefined);
}

function sum(records: readonly StatsRecord[], field: NumericField): number {
  return values(records, field).reduce((total, value) => total + value, 0);
}

function spread(unsorted: readonly number[]): Spread {
  const sorted = [...unsorted].sort((one, other) => one - other);
  const [median, p90] = [quantile(sorted, 0.5), quantile(sorted, 0.9)];
  return median === undefined || p90 === undefined ? { count: 0 } : { count: sorted.length, median, p90 };
}

/** The nearest value that was measured: nobody has seen one in between. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
