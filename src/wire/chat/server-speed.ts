import { asNumber, asObject, type JsonObject } from "../json.ts";
import type { ServerSpeed } from "../model-event.ts";
import { countOf, readUsage } from "./usage.ts";

/**
 * The server's own figures of its speed, whatever shape it gives them: llama.cpp's `timings` (milliseconds), durations beside the
 * counts in `usage` (Groq, TabbyAPI: seconds), Ollama's native fields (nanoseconds), LM Studio's `stats`. Undefined: none of them.
 */
export function readServerSpeed(chunk: JsonObject): ServerSpeed | undefined {
  return (
    speedOf(readLlamaCpp(chunk)) ??
    speedOf(readUsageTimes(chunk)) ??
    speedOf(readOllama(chunk)) ??
    speedOf(readLmStudio(chunk))
  );
}

/** In tokens, and in seconds or tokens a second. */
interface Figures {
  readonly read?: number | undefined;
  readonly readSeconds?: number | undefined;
  readonly readSpeed?: number | undefined;
  readonly written?: number | undefined;
  readonly writeSeconds?: number | undefined;
  readonly writeSpeed?: number | undefined;
}

function readLlamaCpp(chunk: JsonObject): Figures | undefined {
  const timings = asObject(chunk["timings"]);
  return (
    timings && {
      read: countOf(timings["prompt_n"]),
      readSpeed: asNumber(timings["prompt_per_second"]),
      readSeconds: scaled(timings["prompt_ms"], 1e-3),
      written: countOf(timings["predicted_n"]),
      writeSpeed: asNumber(timings["predicted_per_second"]),
      writeSeconds: scaled(timings["predicted_ms"], 1e-3),
    }
  );
}

function readUsageTimes(chunk: JsonObject): Figures | undefined {
  const usage = asObject(chunk["usage"]) ?? asObject(asObject(chunk["x_groq"])?.["usage"]);
  if (usage === undefined) {
    return undefined;
  }
  const counts = readUsage({ usage });
  return {
    // Without a word on the cache, nobody knows how many of them were read in that time.
    read:
      counts?.inputTokens === undefined || counts.cachedInputTokens === undefined
        ? undefined
        : counts.inputTokens - counts.cachedInputTokens,
    readSeconds: scaled(usage["prompt_time"], 1),
    written: counts?.outputTokens,
    writeSeconds: scaled(usage["completion_time"], 1),
  };
}

function readOllama(chunk: JsonObject): Figures {
  return {
    read: countOf(chunk["prompt_eval_count"]),
    readSeconds: scaled(chunk["prompt_eval_duration"], 1e-9),
    written: countOf(chunk["eval_count"]),
    writeSeconds: scaled(chunk["eval_duration"], 1e-9),
  };
}

function readLmStudio(chunk: JsonObject): Figures | undefined {
  const stats = asObject(chunk["stats"]);
  return stats && { writeSpeed: asNumber(stats["tokens_per_second"]) };
}

function speedOf(figures: Figures | undefined): ServerSpeed | undefined {
  if (figures === undefined) {
    return undefined;
  }
  const { read, written } = figures;
  const readSpeed = known(figures.readSpeed) ?? quotient(read, figures.readSeconds);
  const writeSpeed = known(figures.writeSpeed) ?? quotient(written, figures.writeSeconds);
  if ((readSpeed === undefined || read === undefined) && writeSpeed === undefined) {
    return undefined;
  }
  return {
    ...(readSpeed === undefined || read === undefined
      ? {}
      : { prefill: { tokens: read, tokensPerSecond: readSpeed } }),
    ...(writeSpeed === undefined ? {} : { decodeTokensPerSecond: writeSpeed }),
  };
}

function scaled(value: unknown, factor: number): number | undefined {
  const number = asNumber(value);
  return number === undefined ? undefined : number * factor;
}

function quotient(tokens: number | undefined, seconds: number | undefined): number | undefined {
  return tokens === undefined || seconds === undefined ? undefined : known(tokens / seconds);
}

/** A speed of nothing in no time is none. */
function known(speed: number | undefined): number | undefined {
  return speed !== undefined && Number.isFinite(speed) && speed > 0 ? speed : undefined;
}
