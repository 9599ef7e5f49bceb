import { describe, expect, test } from "vitest";
import type { ToolSpec } from "../../src/protocol/index.ts";
import { createChatDecoder } from "../../src/wire/chat/decode.ts";
import { readErrorBody } from "../../src/wire/errors/error-body.ts";
import type { DecoderOptions, ResponseDecoder, ThinkingStart } from "../../src/wire/response-decoder.ts";
import { createResponsesDecoder } from "../../src/wire/responses/decode.ts";
import { BYTE_MUTATIONS, randomPieces, VALUE_MUTATIONS } from "../support/mutations.ts";
import { type Replayed, replay, runnableCalls } from "../support/replay.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { loadVectors, type Vector } from "../support/vectors.ts";

/** Every recorded stream, mistreated: decoding never throws, never hangs, and never runs what did not come whole. */

interface Sample {
  readonly name: string;
  readonly vector: Vector;
  readonly bytes: Buffer;
  /** Made once: the tables of markers are kept by this very list. */
  readonly tools: readonly ToolSpec[];
  readonly createDecoder: (options: DecoderOptions) => ResponseDecoder;
}

function samplesOf(vectors: readonly Vector[], createDecoder: Sample["createDecoder"]): Sample[] {
  return vectors.map((vector) => {
    const pieces = vector.chunks.map((chunk) => Buffer.from(chunk, vector.encoding ?? "utf8"));
    const tools = (vector.request.tools ?? []).map(({ function: { name, parameters } }) => ({
      name,
      description: "",
      parameters,
    }));
    return { name: vector.name, vector, bytes: Buffer.concat(pieces), tools, createDecoder };
  });
}

const samples = [
  ...samplesOf(loadVectors(), createChatDecoder),
  ...samplesOf(loadVectors("responses"), createResponsesDecoder),
];
const streams = samples.filter(({ vector }) => vector.http.status === 200);
const refusals = samples.filter(({ vector }) => vector.http.status !== 200);

const STARTS: readonly ThinkingStart[] = ["tagged", "likely-open", "open"];

function startOf(index: number): ThinkingStart {
  return STARTS[index % STARTS.length] ?? "tagged";
}

function decoderFor({ tools, createDecoder }: Sample, thinkingStart: ThinkingStart): ResponseDecoder {
  let id = 0;
  return createDecoder({
    offeredTools: tools,
    newCallId: () => `made_${++id}`,
    thinkingStart,
  });
}

/** Holds of whatever came: the shape is kept, and nothing is made out of nothing. */
function expectSane(outcome: Replayed, bytes: Buffer): void {
  const { items, completion, error, events } = outcome;
  const said = events.reduce((sum, event) => sum + ("text" in event ? event.text.length : 0), 0);
  // An escape makes six bytes one character, a broken byte one character; a thing is told twice if it is reclassified.
  expect(said).toBeLessThanOrEqual(2 * bytes.length + 100);
  expect(() => JSON.stringify({ items, completion, error })).not.toThrow();
  for (const item of items) {
    if (item.type === "function_call") {
      expect([typeof item.name, typeof item.arguments, typeof item.call_id]).toEqual([
        "string",
        "string",
        "string",
      ]);
      expect(item.name).not.toBe("");
    }
  }
  const ids = items.flatMap((item) => (item.type === "function_call" ? [item.call_id] : []));
  expect(new Set(ids).size).toBe(ids.length);
  if (error !== undefined) {
    expect(error.message).not.toBe("");
    expect(error.message.length).toBeLessThan(5000);
  }
  expect("polluted" in {}).toBe(false);
}

describe.each(Object.entries({ ...BYTE_MUTATIONS, ...VALUE_MUTATIONS }))("%s", (name, mutate) => {
  const random = seededRandom(name.length * 7919);

  test("streams", () => {
    // Each kind of mistreatment takes every other stream, and not the same ones as the kind before.
    for (const [index, sample] of streams.filter((_, place) => (place + name.length) % 2 === 0).entries()) {
      const changed = mutate(sample.bytes, random);
      const how = random() < 0.5 ? "ends" : "breaks";
      const decoder = decoderFor(sample, startOf(index));
      expectSane(replay(decoder, randomPieces(changed, random), how), changed);
    }
  });

  test("bodies of refusals", () => {
    for (const { vector, bytes } of refusals) {
      for (let round = 0; round < 5; round += 1) {
        const error = readErrorBody(mutate(bytes, random).toString("utf8"), vector.http.status);
        expect(error.message).not.toBe("");
        expect(error.message.length).toBeLessThan(5000);
      }
    }
  });
});

/** Where a decoder's state changes, a byte to either side, and some places more. */
function cutsOf(bytes: Buffer, random: () => number): number[] {
  const ends = [...bytes.keys()].filter((index) => bytes[index] === 0x0a || bytes[index] === 0x0d);
  const chosen = ends.filter((_, index) => index >= ends.length - 5 || random() < 5 / ends.length);
  const others = Array.from({ length: 6 }, () => Math.floor(random() * bytes.length));
  const cuts = new Set([...chosen.flatMap((end) => [end - 1, end, end + 1]), ...others]);
  return [...cuts].filter((cut) => cut >= 0 && cut < bytes.length);
}

describe("cut anywhere, only calls of the whole answer are run, as they stand there", () => {
  test.each(streams)("$name", (sample) => {
    const { bytes } = sample;
    const wholes = STARTS.map((start) => runnableCalls(replay(decoderFor(sample, start), [bytes])));
    const wrong = cutsOf(bytes, seededRandom(11)).flatMap((cut, index) => {
      const start = startOf(index);
      const whole = wholes[STARTS.indexOf(start)] ?? [];
      return (["ends", "breaks"] as const).flatMap((how) => {
        const outcome = replay(decoderFor(sample, start), [bytes.subarray(0, cut)], how);
        const calls = runnableCalls(outcome);
        const isPrefix = calls.every((call, place) => call === whole[place]);
        return isPrefix ? [] : [{ cut, start, how, calls, whole }];
      });
    });
    expect(wrong).toEqual([]);
  });
});
