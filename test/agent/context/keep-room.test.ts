import { describe, expect, test } from "vitest";
import { keepRoom } from "../../../src/agent/context/keeper.ts";
import type { RoomDependencies } from "../../../src/agent/context/room.ts";
import { createContextKeeper } from "../../../src/agent/index.ts";
import type { HistoryItem, ServerKind } from "../../../src/protocol/index.ts";
import { user } from "../../support/items.ts";

interface Situation {
  readonly items: readonly HistoryItem[];
  readonly window?: number;
  readonly remembered?: boolean;
  readonly server?: ServerKind;
  /** What the server tells when it is asked; null: nothing. */
  readonly tells?: number | null;
}

async function keep({ items, window, remembered, server, tells }: Situation) {
  let asked = 0;
  const context = createContextKeeper({
    window,
    head: [],
    ...(remembered === undefined ? {} : { windowIsRemembered: remembered }),
    server: () => (server === undefined ? {} : { kind: server }),
    ...(tells === undefined
      ? {}
      : {
          askWindow: async () => {
            asked += 1;
            if (tells !== null) {
              context.budget.learnWindow(tells);
            }
          },
        }),
  });
  const dependencies = {
    session: { items },
    context,
    requestOf: () => ({ model: "m", instructions: "", tools: [], items }),
  } as unknown as RoomDependencies;
  const rooms = [await keepRoom(dependencies), await keepRoom(dependencies)];
  expect(rooms[1]).toEqual(rooms[0]);
  return { room: rooms[0], asked };
}

const words = (count: number) => [user("word ".repeat(count))];

describe("a first prompt", () => {
  test.each([
    // What, situation, result.
    ["that fits", { items: words(2_000), window: 4_096 }, "enough"],
    ["of as many words as there are tokens", { items: words(4_000), window: 4_096 }, "failed"],
    ["that leaves no room for an answer", { items: words(3_900), window: 4_096 }, "failed"],
    ["that leaves a little", { items: words(3_800), window: 4_096 }, "enough"],
    ["too long by an estimate alone", { items: [user(" ".repeat(40_000))], window: 4_096 }, "enough"],
    [
      "of Hindi, in which a token has eight bytes",
      { items: [user("कैश खो देता है ".repeat(600))], window: 4_096 },
      "enough",
    ],
    ["of Chinese that fits", { items: [user("本地模型".repeat(2_500))], window: 8_192 }, "enough"],
    ["of Chinese that does not", { items: [user("本地模型".repeat(7_000))], window: 8_192 }, "failed"],
    ["where nobody knows the window", { items: words(40_000) }, "enough"],
    [
      "too long for the window of an earlier session",
      { items: words(8_000), window: 4_096, remembered: true },
      "enough",
    ],
  ] satisfies [string, Situation, string][])("%s", async (_what, situation, type) => {
    expect((await keep(situation)).room?.type).toBe(type);
  });

  test("says how large it is, and what the largest part of it", async () => {
    expect(await keep({ items: words(8_000), window: 4_096, server: "ollama" })).toEqual({
      room: {
        type: "failed",
        error: {
          kind: "context_full",
          limitTokens: 3_840,
          fill: {
            tokens: 10_005,
            window: 4_096,
            parts: [
              { part: "user", tokens: 10_004 },
              { part: "tools", tokens: 1 },
            ],
          },
          unsent: { model: "m", server: "ollama" },
        },
      },
      asked: 0,
    });
  });
});

describe("the window is asked for before a request leaves", () => {
  test.each([
    ["a long prompt to a stranger", { items: words(3_000), tells: 4_096 }, 1, "enough"],
    ["and it does not fit", { items: words(8_000), tells: 4_096 }, 1, "failed"],
    ["and nothing is told", { items: words(8_000), tells: null }, 1, "enough"],
    ["a long prompt to Ollama", { items: words(8_000), server: "ollama", tells: 4_096 }, 1, "failed"],
    [
      "a window that may be out of date, and is",
      { items: words(8_000), window: 4_096, remembered: true, tells: 32_768 },
      1,
      "enough",
    ],
    [
      "a window that may be out of date, and is not",
      { items: words(8_000), window: 4_096, remembered: true, tells: 4_096 },
      1,
      "failed",
    ],
    ["not for a short one", { items: words(2_000), tells: 4_096 }, 0, "enough"],
    [
      "not of a server that refuses what is too long",
      { items: words(8_000), server: "vllm", tells: 4_096 },
      0,
      "enough",
    ],
    ["not where it is configured", { items: words(8_000), window: 32_768, tells: 4_096 }, 0, "enough"],
    [
      "not where what was told before holds it",
      { items: words(8_000), window: 32_768, remembered: true, tells: 4_096 },
      0,
      "enough",
    ],
  ] satisfies [string, Situation, number, string][])("%s", async (_what, situation, asked, type) => {
    const kept = await keep(situation);
    expect([kept.asked, kept.room?.type]).toEqual([asked, type]);
  });
});
