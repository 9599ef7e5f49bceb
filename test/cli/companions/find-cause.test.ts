import { expect, test } from "vitest";
import { findCause, type Miss } from "../../../src/cli/companions/find-cause.ts";
import type { CacheMissCause } from "../../../src/protocol/index.ts";

const SAME = { sharedPart: 1 };
const CHANGE = { part: "tools", name: "shell" } as const;
const SECOND_MS = 1_000;

/** Ten thousand tokens were sent before, and the server has none of them, though it had some of others. */
const GONE: Miss = {
  expected: 10_000,
  cached: 0,
  comparison: SAME,
  pauseMs: 2 * SECOND_MS,
  hasEverCached: true,
  model: "qwen3-8b",
  isLocal: true,
  facts: { kind: "llamacpp", slots: 1 },
};

test.each<[string, Partial<Miss>, CacheMissCause | undefined]>([
  ["another client took the slot", {}, { type: "dropped", slots: 1 }],
  ["nobody knows who answers", { facts: {} }, { type: "dropped" }],
  [
    "the prompt is another from the start",
    { comparison: { sharedPart: 0, change: CHANGE } },
    { type: "prompt-changed", change: CHANGE },
  ],
  [
    "the prompt changed in the middle, and was used so far",
    { comparison: { sharedPart: 0.5, change: CHANGE }, cached: 4_900 },
    { type: "prompt-changed", change: CHANGE },
  ],
  [
    "the prompt changed near its end, and the server has nothing at all",
    { comparison: { sharedPart: 0.9, change: CHANGE } },
    { type: "dropped", slots: 1 },
  ],
  ["a model with a sliding window", { model: "openai/gpt-oss-20b" }, { type: "sliding-window" }],
  ["one that keeps a state", { model: "Qwen3.5-35B-A3B-UD-Q4_K_XL" }, { type: "sliding-window" }],
  ["in Ollama", { model: "gemma3:27b", facts: { kind: "ollama" } }, { type: "sliding-window" }],
  [
    "but vLLM has a cache for those",
    { model: "openai/gpt-oss-20b", facts: { kind: "vllm" } },
    { type: "dropped" },
  ],
  [
    "ten minutes without a question to Ollama",
    { facts: { kind: "ollama" }, pauseMs: 600 * SECOND_MS },
    { type: "unloaded", pauseMs: 600 * SECOND_MS },
  ],
  [
    "ten minutes to llama.cpp, which keeps its model",
    { pauseMs: 600 * SECOND_MS },
    { type: "dropped", slots: 1 },
  ],
  [
    "after a pause some is still there: the model was not unloaded",
    { facts: { kind: "ollama" }, pauseMs: 600 * SECOND_MS, cached: 3_000 },
    { type: "dropped" },
  ],
  [
    "ten minutes to LM Studio",
    { facts: { kind: "lmstudio" }, pauseMs: 600 * SECOND_MS },
    { type: "dropped" },
  ],
  ["vLLM that never has anything", { facts: { kind: "vllm" }, hasEverCached: false }, { type: "uncached" }],
  ["a stranger that never has anything", { facts: {}, hasEverCached: false }, { type: "uncached" }],
  ["llama.cpp, the first time", { hasEverCached: false }, { type: "dropped", slots: 1 }],
  ["a hosted service promises nothing", { isLocal: false, facts: {} }, undefined],
  ["nor does one that is just like it", { isLocal: false, facts: { kind: "openai-like" } }, undefined],
  [
    "but what we have changed ourselves is told there, too",
    { isLocal: false, facts: {}, comparison: { sharedPart: 0, change: CHANGE } },
    { type: "prompt-changed", change: CHANGE },
  ],
  ["llama.cpp on another machine", { isLocal: false }, { type: "dropped", slots: 1 }],
])("%s", (_what, differences, cause) => {
  expect(findCause({ ...GONE, ...differences })).toEqual(cause);
});
