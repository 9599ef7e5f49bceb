import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { HistoryItem } from "../../../src/protocol/index.ts";
import { createSession } from "../../../src/session/index.ts";
import { encodeChatBody } from "../../../src/wire/chat/encode.ts";
import { everyDialect } from "../../support/dialects.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** The prompt is append-only: what a server has cached of one request is good for the next, resume included. */

const home = mkdtempSync(join(tmpdir(), "leat-prefix-"));
afterAll(() => rmSync(home, { recursive: true }));

const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

const TOOL = { name: "shell", description: "Runs.", parameters: { type: "object" as const } };

describe.each(everyDialect())("%s", (_, dialect) => {
  test.each(seeds)("a random conversation, seed %i", (seed) => {
    const opened = createSession({
      home,
      cwd: home,
      originator: "test",
      version: "0",
      userInstructions: undefined,
      git: undefined,
      now: () => new Date(),
    });
    if (!opened.ok) {
      throw new Error(opened.error.reason);
    }
    const { session } = opened;
    let previous: string[] = [];
    for (const { items, mayExtendLast } of conversation(seededRandom(seed))) {
      for (const item of items) {
        expect(session.append(item)).toBeUndefined();
      }
      const body = encode(session.items);
      const messages = (JSON.parse(body).messages as unknown[]).map((message) => JSON.stringify(message));
      const head = `{"model":"m","messages":[`;
      expect(body.startsWith(`${head}${previous.join(",")}`)).toBe(true);
      const roles = messages.map((message) => JSON.parse(message).role[0]).join("");
      expect(roles).not.toMatch(dialect.turns === "free" ? FORBIDDEN : FORBIDDEN_ALTERNATING);
      expect(encode(readBack(session.path))).toBe(body);
      // Without the end of its text the message may grow.
      const open = (messages.at(-1) ?? "").replace(/"(?:\}\])?\}$/, "");
      previous = mayExtendLast ? messages.with(-1, open) : messages;
    }
    session.close();
  });

  function encode(items: readonly HistoryItem[]): string {
    return encodeChatBody({ model: "m", instructions: "You are a test.", items, tools: [TOOL] }, dialect);
  }
});

/** Neighbours, by the first letters of their roles. */
const FORBIDDEN = /uu|aa|ut|.s/;
const FORBIDDEN_ALTERNATING = /uu|aa|ut|.s|tu|sa|^a/;

function readBack(path: string): HistoryItem[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((line) => line.type === "response_item")
    .map((line) => line.payload);
}

/** What comes in before a request; `mayExtendLast` if its last user message may get no answer that counts. */
interface Step {
  readonly items: HistoryItem[];
  readonly mayExtendLast: boolean;
}

/** Turns as they go: answered, with tools, interrupted while thinking, speaking or in the midst of a tool. */
function* conversation(random: () => number): Generator<Step> {
  const chance = (probability: number) => random() < probability;
  const words = () =>
    ["a", "ü", "你好", '"\\\n', "🦙", " ", "\u2028", "</s>"].filter(() => chance(0.5)).join("") || "x";
  const fields = [undefined, "reasoning_content", "reasoning", "reasoning_text"];
  const thought = () => (chance(0.6) ? [reasoning(words(), fields[Math.floor(random() * 4)])] : []);
  const text = (probability: number) => (chance(probability) ? [assistant(words())] : []);

  let items: HistoryItem[] = [user("<environment_context/>")];
  for (let turn = 0; turn < 4; turn += 1) {
    items.push(user(words()));
    const rounds = Math.floor(random() * 4);
    for (let round = 0; round < rounds; round += 1) {
      const calls = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) =>
        call(
          `functions.shell:${index}`,
          "shell",
          chance(0.8) ? JSON.stringify({ command: words() }) : '{"comm',
        ),
      );
      yield { items, mayExtendLast: false };
      const answered = chance(0.9) ? calls.length : Math.floor(random() * calls.length);
      const outputs = calls.slice(0, answered).map(({ call_id }) => output(call_id, words()));
      items = [...thought(), ...text(0.5), ...calls, ...text(0.1), ...outputs];
      if (answered < calls.length) {
        break;
      }
    }
    // An interrupted round is followed by the user's next words, not by a request.
    if (rounds > 0 && items.filter((item) => item.type === "function_call").length > countOutputs(items)) {
      continue;
    }
    const end = [...thought(), ...text(0.7)];
    yield { items, mayExtendLast: !end.some((item) => item.type === "message") };
    items = end;
  }
}

function countOutputs(items: readonly HistoryItem[]): number {
  return items.filter((item) => item.type === "function_call_output").length;
}
