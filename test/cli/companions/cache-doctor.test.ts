import { describe, expect, test } from "vitest";
import { createCacheDoctor } from "../../../src/cli/companions/cache-doctor.ts";
import type { Notice, ServerFacts, TokenUsage } from "../../../src/protocol/index.ts";
import type { ModelEnd, ModelEvent, ModelRequest } from "../../../src/wire/index.ts";
import { sentPrompt } from "../../../src/wire/sent-prompt.ts";
import { plainCompletion } from "../../support/items.ts";

const REQUEST: ModelRequest = { model: "qwen3-8b", instructions: "", items: [], tools: [] };

interface Exchange {
  /** The contents of the messages as they were sent. */
  readonly sent: readonly string[];
  readonly usage: TokenUsage;
  readonly notice?: Notice;
  /** Since the answer before. */
  readonly pauseMs?: number;
  readonly summedUp?: true;
  readonly end?: "failed";
}

async function told(exchanges: readonly Exchange[], facts: ServerFacts = { kind: "llamacpp", slots: 1 }) {
  let clock = 0;
  const notices: Notice[] = [];
  const doctor = createCacheDoctor({
    model: "qwen3-8b",
    isLocal: true,
    server: () => facts,
    now: () => clock,
  });
  for (const { sent, usage, notice, pauseMs = 1_000, summedUp, end } of exchanges) {
    clock += pauseMs;
    if (summedUp) {
      doctor.see({ type: "compaction-ended", before: 2, after: 1 });
    }
    const messages = sent.map((content) => ({ role: "user", content }));
    const completed: ModelEnd = {
      type: "completed",
      items: [],
      completion: { ...plainCompletion, usage },
      prompt: sentPrompt(JSON.stringify({ model: "m", messages })),
    };
    const failed: ModelEnd = { type: "failed", error: { kind: "disconnected", message: "" }, partial: [] };
    const returned = await doctor.around(
      {
        request: REQUEST,
        signal: new AbortController().signal,
        emit: (event: ModelEvent) => {
          if (event.type === "notice" && event.notice !== notice) {
            notices.push(event.notice);
          }
        },
      },
      async ({ emit }) => {
        if (notice !== undefined) {
          emit({ type: "notice", notice });
        }
        return end === "failed" ? failed : completed;
      },
    );
    expect(returned).toBe(end === "failed" ? returned : completed);
  }
  return notices;
}

const counted = (inputTokens: number, cachedInputTokens?: number): TokenUsage => ({
  inputTokens,
  ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
});
const dropped = (expected: number, cached: number) => ({
  kind: "cache-missed",
  expected,
  cached,
  cause: { type: "dropped", slots: 1 },
  model: "qwen3-8b",
  server: "llamacpp",
});

describe("the cache doctor", () => {
  test.each<{ what: string; exchanges: Exchange[]; notices: object[]; facts?: ServerFacts }>([
    {
      what: "is silent while the cache is used",
      exchanges: [
        { sent: ["a"], usage: counted(5_000, 0) },
        { sent: ["a", "b"], usage: counted(6_000, 4_990) },
        { sent: ["a", "b", "c"], usage: counted(7_000, 5_900) },
      ],
      notices: [],
    },
    {
      what: "tells of a prompt that is gone, once",
      exchanges: [
        { sent: ["a"], usage: counted(5_000, 4_000) },
        { sent: ["a", "b"], usage: counted(6_000, 12) },
        { sent: ["a", "b", "c"], usage: counted(7_000, 0) },
      ],
      notices: [dropped(5_000, 12)],
    },
    {
      what: "says which message was sent otherwise, and what it comes from",
      exchanges: [
        { sent: ["a", "b"], usage: counted(5_000, 0) },
        {
          sent: ["x", "b", "c"],
          usage: counted(6_000, 3),
          notice: { kind: "dialect-learnt", lesson: "system-role-refused" },
        },
      ],
      notices: [
        {
          kind: "cache-missed",
          expected: 5_000,
          cached: 3,
          cause: {
            type: "prompt-changed",
            change: {
              part: "message",
              index: 0,
              role: "user",
              before: ',"content":"a"}',
              after: ',"content":"x"}',
            },
          },
          lesson: "system-role-refused",
          model: "qwen3-8b",
          server: "llamacpp",
        },
      ],
    },
    {
      what: "is silent after a summary",
      exchanges: [
        { sent: ["a", "b"], usage: counted(30_000, 0) },
        { sent: ["summary"], usage: counted(4_000, 900), summedUp: true },
      ],
      notices: [],
    },
    {
      what: "does not care for a little",
      exchanges: [
        { sent: ["a"], usage: counted(1_400, 0) },
        { sent: ["a", "b"], usage: counted(1_500, 500) },
        { sent: ["a", "b", "c"], usage: counted(30_000, 0) },
        { sent: ["a", "b", "c", "d"], usage: counted(31_000, 28_500) },
      ],
      // The third had 1,500 that were sent before.
      notices: [dropped(1_500, 0)],
    },
    {
      what: "accuses nobody who does not count",
      exchanges: [
        { sent: ["a"], usage: counted(5_000) },
        { sent: ["a", "b"], usage: counted(6_000) },
        { sent: ["a", "b", "c"], usage: {} },
        { sent: ["a", "b", "c", "d"], usage: counted(6_000, 0) },
      ],
      notices: [],
    },
    {
      what: "tells once of a proxy that always says 0",
      exchanges: [
        { sent: ["a"], usage: counted(5_000, 0) },
        { sent: ["a", "b"], usage: counted(6_000, 0) },
        { sent: ["a", "b", "c"], usage: counted(7_000, 0) },
      ],
      facts: { kind: "litellm" },
      notices: [
        {
          kind: "cache-missed",
          expected: 5_000,
          cached: 0,
          cause: { type: "uncached" },
          model: "qwen3-8b",
          server: "litellm",
        },
      ],
    },
    {
      what: "measures the pause, and looks past a request that failed",
      exchanges: [
        { sent: ["a"], usage: counted(5_000, 4_000) },
        { sent: ["a", "b"], usage: {}, end: "failed" },
        { sent: ["a", "b"], usage: counted(6_000, 0), pauseMs: 400_000 },
      ],
      facts: { kind: "ollama" },
      notices: [
        {
          kind: "cache-missed",
          expected: 5_000,
          cached: 0,
          cause: { type: "unloaded", pauseMs: 401_000 },
          model: "qwen3-8b",
          server: "ollama",
        },
      ],
    },
    {
      what: "knows servers that count the cached ones apart",
      exchanges: [
        { sent: ["a"], usage: counted(5_000, 0) },
        { sent: ["a", "b"], usage: counted(300, 5_000) },
      ],
      notices: [],
    },
    {
      what: "a prompt that was cut short by the server has less to be found again",
      exchanges: [
        { sent: ["a"], usage: counted(5_000, 0) },
        { sent: ["a", "b"], usage: counted(2_050, 1_900) },
      ],
      notices: [],
    },
  ])("$what", async ({ exchanges, notices, facts }) => {
    expect(await told(exchanges, facts)).toEqual(notices);
  });
});
