import { asArray, asNumber, asObject, asText, type JsonObject } from "../json.ts";

/** How long the server asks to wait, where only the body tells. A number of its own wins over the sentence. */
export function readRetryAfter(message: string, objects: readonly JsonObject[]): number | undefined {
  for (const object of objects) {
    const seconds = ownNumber(object) ?? retryDelay(object);
    if (seconds !== undefined && seconds >= 0) {
      return seconds;
    }
  }
  const text = SENTENCE.exec(message)?.[1];
  return text === undefined ? undefined : seconds(text);
}

/** `estimated_time`: Hugging Face, of a model that is being loaded; the others: OpenRouter and gateways. */
function ownNumber(object: JsonObject): number | undefined {
  const metadata = asObject(object["metadata"]);
  return (
    asNumber(object["retry_after"]) ??
    asNumber(object["retry_after_seconds"]) ??
    asNumber(metadata?.["retry_after_seconds"]) ??
    asNumber(object["estimated_time"])
  );
}

/** Google's RetryInfo: `"details": [{"@type": "…RetryInfo", "retryDelay": "17s"}]`. */
function retryDelay(object: JsonObject): number | undefined {
  for (const entry of asArray(object["details"]).slice(0, 20)) {
    const delay = asText(asObject(entry)?.["retryDelay"]);
    if (delay !== undefined) {
      return seconds(delay.slice(0, 40));
    }
  }
  return undefined;
}

/**
 * OpenAI and Groq "Please try again in 1m30.5s", "in 28ms"; Azure "Please retry after 26 seconds"; Gemini "Please
 * retry in 17.5s"; Moonshot "please try again after 1 seconds".
 */
const SENTENCE =
  /(?:try again|retry|wait|retrying|retry-after:?)(?: (?:your request|the request|for|again|at least))?(?: (?:in|after|for|about))? {0,2}((?:\d{1,9}(?:\.\d{1,9})? ?(?:ms|milliseconds?|h|hours?|m|min|mins|minutes?|s|sec|secs|seconds?)\b[ ,]{0,2}|\d{1,9}(?:\.\d{1,9})?[hms]){1,4})/i;

function seconds(text: string): number | undefined {
  let sum: number | undefined;
  for (const [, digits, unit] of text.matchAll(/(\d{1,9}(?:\.\d{1,9})?) ?([a-z]{1,12})/gi)) {
    const factor = UNIT_SECONDS.find(([start]) => unit?.toLowerCase().startsWith(start))?.[1];
    if (factor !== undefined) {
      sum = (sum ?? 0) + Number(digits) * factor;
    }
  }
  return sum === undefined ? undefined : Math.round(sum * 1000) / 1000;
}

/** By how the unit begins; `ms` and `mil…` before `m`. */
const UNIT_SECONDS: readonly (readonly [string, number])[] = [
  ["ms", 0.001],
  ["mil", 0.001],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
];
