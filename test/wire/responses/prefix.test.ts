import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { HistoryItem, ReasoningItem } from "../../../src/protocol/index.ts";
import { createSession } from "../../../src/session/index.ts";
import { encodeResponsesBody } from "../../../src/wire/responses/encode.ts";
import { everyDialect } from "../../support/dialects.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** The prompt is append-only: what a server has cached of one request is good for the next, resume included. */

const TOOL = { name: "shell", description: "Runs.", parameters: { type: "object" as const } };

describe.each(everyDialect())("%s", (_, dialect) => {
  test.each([1, 2, 3, 4])("a random conversation, seed %i", (seed) => {
    const home = tempFolder();
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
    let previous = "";
    for (const items of conversation(seededRandom(seed))) {
      for (const item of items) {
        expect(session.append(item)).toBeUndefined();
      }
      const body = encode(session.items);
      expect(body.startsWith(previous)).toBe(true);
      expect(encode(readBack(session.path))).toBe(body);
      const input = JSON.parse(body).input as { type: string; role?: string; call_id?: string }[];
      expect(idsOf(input, "function_call").sort()).toEqual(idsOf(input, "function_call_output").sort());
      previous = body.slice(
        0,
        body.indexOf(`],"tools":`) === -1 ? body.indexOf(`],"store":`) : body.indexOf(`],"tools":`),
      );
      // The last user message may grow if no answer that counts comes to it.
      if (input.at(-1)?.role === "user") {
        previous = previous.slice(0, -`"}]}`.length);
      }
    }
    session.close();
  });

  function encode(items: readonly HistoryItem[]): string {
    return encodeResponsesBody(
      { model: "m", instructions: "You are a test.", items, tools: [TOOL] },
      dialect,
    );
  }
});

function idsOf(input: readonly { type: string; call_id?: string }[], type: string): (string | undefined)[] {
  return input.filter((item) => item.type === type).map((item) => item.call_id);
}

function readBack(path: string): HistoryItem[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((line) => line.type === "response_item")
    .map((line) => line.payload);
}

/** What comes in before each request: turns answered, with tools, interrupted while thinking or in a tool. */
function* conversation(random: () => number): Generator<HistoryItem[]> {
  const chance = (probability: number) => random() < probability;
  const words = () => ["a", "ü", '"\\\n', "🦙", "\u2028", "</s>"].filter(() => chance(0.5)).join("") || "x";
  const sealed = (): ReasoningItem => ({
    type: "reasoning",
    id: "rs_x",
    summary: chance(0.5) ? [{ type: "summary_text", text: words() }] : [],
    content: [],
    encrypted_content: "gAAA",
  });
  const thought = () =>
    chance(0.6) ? [chance(0.5) ? sealed() : reasoning(words(), chance(0.5) ? "reasoning" : undefined)] : [];

  let items: HistoryItem[] = [user("<environment_context/>")];
  for (let turn = 0; turn < 4; turn += 1) {
    items.push(user(words()));
    const rounds = Math.floor(random() * 4);
    let isInterrupted = false;
    for (let round = 0; round < rounds && !isInterrupted; round += 1) {
      yield items;
      const calls = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) =>
        call(
          `functions.shell:${index}`,
          "shell",
          chance(0.8) ? JSON.stringify({ command: words() }) : '{"comm',
        ),
      );
      const answered = chance(0.9) ? calls.length : 0;
      isInterrupted = answered < calls.length;
      items = [
        ...thought(),
        ...(chance(0.5) ? [assistant(words())] : []),
        ...calls.flatMap((item) => [...thought(), item]),
        ...calls.slice(0, answered).map(({ call_id }) => output(call_id, words())),
      ];
    }
    if (!isInterrupted) {
      yield items;
      items = [...thought(), ...(chance(0.7) ? [assistant(words())] : [])];
    }
  }
}
