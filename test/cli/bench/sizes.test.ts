import { expect, test } from "vitest";
import { benchPrompt, promptBytes } from "../../../src/cli/bench/prompts.ts";
import { parseSizes, sizeName } from "../../../src/cli/bench/sizes.ts";

test.each([
  [[], { ok: true, sizes: [] }],
  [["8k,1k", "1000"], { ok: true, sizes: [1_000, 8_000] }],
  [["1.5K, 250"], { ok: true, sizes: [250, 1_500] }],
  [["1k,"], { ok: false, wrong: "" }],
  [["99"], { ok: false, wrong: "99" }],
  [["3m"], { ok: false, wrong: "3m" }],
  [["0.1234k"], { ok: false, wrong: "0.1234k" }],
  [["9999999"], { ok: false, wrong: "9999999" }],
])("--sizes %j", (texts, expected) => {
  expect(parseSizes(texts)).toEqual(expected);
});

test.each([
  [1_000, "1k"],
  [1_500, "1.5k"],
  [32_000, "32k"],
  [1_234, "1234"],
  [250, "250"],
])("%d tokens are called %s", (tokens, name) => {
  expect(sizeName(tokens)).toBe(name);
});

test("a prompt has the size wanted, as the server counts", () => {
  for (const [tokens, bytesPerToken] of [
    [1_000, undefined],
    [1_000, 4.6],
    [8_000, 3.2],
  ] as const) {
    const prompt = benchPrompt({ tokens, seed: "1a2b3c4d", ...(bytesPerToken ? { bytesPerToken } : {}) });
    expect(promptBytes(prompt) / (bytesPerToken ?? 4) / tokens).toBeCloseTo(1, 1);
  }
  // One too small for what must be in it is that, and no more.
  expect(benchPrompt({ tokens: 10, seed: "x" }).cold).toMatch(/^\nRetell .* one$/);
});

test("two prompts differ from the first byte on, and warm from cold in the last word alone", () => {
  const [one, other] = ["11111111", "22222222"].map((seed) => benchPrompt({ tokens: 500, seed }));
  expect(one?.instructions[0]).not.toBe(other?.instructions[0]);
  expect(one?.cold.slice(0, 200)).not.toBe(other?.cold.slice(0, 200));
  expect(one?.warm).toBe(one?.cold.replace(/one$/, "two"));
  expect(benchPrompt({ tokens: 500, seed: "11111111" })).toEqual(one);
});
