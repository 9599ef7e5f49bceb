import { expect, test } from "vitest";
import { noticeText } from "../../src/exec/notice-text.ts";
import type { Notice, ServerKind } from "../../src/protocol/index.ts";

const miss = { kind: "cache-missed", expected: 12_345, cached: 45, model: "m" } as const;

test.each<[Notice]>([
  [{ kind: "window-learnt", model: "m", tokens: 32_768 }],
  [{ kind: "window-learnt", model: "m", tokens: 4_096, server: "ollama", most: 40_960 }],
  [{ kind: "window-learnt", model: "m", tokens: 16_384, before: 32_768, prompt: 15_000, server: "lmstudio" }],
  [
    {
      kind: "context-truncated",
      model: "qwen3:14b",
      sent: 10_005,
      read: 2_050,
      window: 4_096,
      server: "ollama",
    },
  ],
  [{ kind: "context-truncated", model: "m", sent: 40_000, read: 2_050 }],
  [{ ...miss, cause: { type: "dropped", slots: 1 }, server: "llamacpp" }],
  [{ ...miss, cause: { type: "dropped", slots: 4 }, server: "llamacpp" }],
  [{ ...miss, cause: { type: "dropped" } }],
  [{ ...miss, cause: { type: "sliding-window" }, server: "llamacpp" }],
  [{ ...miss, cause: { type: "unloaded", pauseMs: 400_000 }, server: "ollama" }],
  [{ ...miss, cause: { type: "uncached" }, server: "vllm" }],
  [{ ...miss, cause: { type: "prompt-changed", change: { part: "tools", name: "mcp\u001b[2J" } } }],
  [
    {
      ...miss,
      cause: {
        type: "prompt-changed",
        change: { part: "message", index: 2, role: "assistant", before: "a\nb\u202e", after: "a\u0007" },
      },
      lesson: "reasoning-replayed",
    },
  ],
  [{ ...miss, cause: { type: "prompt-changed", change: { part: "setting", name: "reasoning_effort" } } }],
  [{ ...miss, cause: { type: "prompt-changed", change: { part: "instructions" } } }],
])("%o", (notice) => {
  expect(noticeText(notice, () => ({ message: "" }))).toMatchSnapshot();
});

test("every server has its own way to a larger context", () => {
  const kinds: ServerKind[] = [
    "lmstudio",
    "ollama",
    "llamacpp",
    "llamacpp-router",
    "vllm",
    "sglang",
    "mlx",
    "tabbyapi",
    "koboldcpp",
    "localai",
    "litellm",
    "openai-like",
  ];
  const texts = kinds.map((server) =>
    noticeText({ kind: "context-truncated", model: "m", sent: 30_000, read: 4_096, server }, () => ({
      message: "",
    })),
  );
  expect(texts.every((text) => text.includes("65536"))).toBe(true);
});
