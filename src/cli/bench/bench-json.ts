/** Every figure, for programs. */
import type { Speed } from "../../protocol/index.ts";
import { type Figures, figuresOf, type Measurement, type ModelResult, type SizeResult } from "./result.ts";

export function asJson(results: readonly ModelResult[]): string {
  const models = results.map(({ model, provider, baseUrl, window, sizes, end }) => ({
    model,
    provider,
    base_url: baseUrl,
    context_window: window,
    status: end.type,
    error: end.type === "failed" ? end.explanation.message : undefined,
    sizes: sizes.map(sizeAsJson),
  }));
  const json = JSON.stringify({ models }, undefined, 2);
  return `${json.replace(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

/** What JSON itself leaves as it is, and a terminal may obey. */
const UNSAFE = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function sizeAsJson(size: SizeResult) {
  switch (size.type) {
    case "too-large":
      return { tokens: size.tokens, status: "too-large" };
    case "too-slow":
      return { tokens: size.tokens, status: "too-slow", estimate_ms: rounded(size.estimateMs) };
    case "measured": {
      const figures = figuresOf(size.runs);
      return {
        tokens: size.tokens,
        status: "measured",
        ...(figures === undefined ? {} : { median: figuresAsJson(figures) }),
        runs: size.runs.map(({ cold, warm }) => ({
          cold: measurementAsJson(cold),
          ...(warm === undefined ? {} : { warm: measurementAsJson(warm) }),
        })),
      };
    }
    default:
      return size satisfies never;
  }
}

function figuresAsJson({ coldMs, warmMs, prefill, decode }: Figures) {
  return {
    cold_first_token_ms: rounded(coldMs),
    warm_first_token_ms: warmMs === undefined ? undefined : rounded(warmMs),
    prefill: speedAsJson(prefill),
    decode: speedAsJson(decode),
  };
}

function measurementAsJson(measurement: Measurement) {
  const { firstTokenMs, totalMs, promptTokens, cachedTokens, outputTokens, prefill, decode } = measurement;
  return {
    first_token_ms: rounded(firstTokenMs),
    total_ms: rounded(totalMs),
    prompt_tokens: promptTokens,
    cached_tokens: cachedTokens,
    output_tokens: outputTokens,
    prefill: speedAsJson(prefill),
    decode: speedAsJson(decode),
  };
}

function speedAsJson(speed: Speed | undefined) {
  return speed === undefined
    ? undefined
    : { tokens_per_second: rounded(speed.tokensPerSecond), by: speed.by };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
