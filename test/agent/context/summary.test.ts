import { describe, expect, test } from "vitest";
import { fittingPrefix, newBeginning, summaryQuestion } from "../../../src/agent/context/summary.ts";
import type { HistoryItem } from "../../../src/protocol/index.ts";
import { assistant, call, output, reasoning, user } from "../../support/items.ts";

/** Each item of the history is one letter: a user, t thinking, m message, c call, o its output. */
function history(letters: string): HistoryItem[] {
  return [...letters].map((letter, index): HistoryItem => {
    const before = letters.slice(0, index);
    switch (letter) {
      case "u":
        return user("u".repeat(84));
      case "t":
        return reasoning("t".repeat(84));
      case "m":
        return assistant("m".repeat(84));
      case "c":
        return call(`c${before.split("c").length}`, "tool", "x".repeat(80));
      default:
        return output(`c${before.split("o").length}`, "o".repeat(84));
    }
  });
}

describe("the longest beginning that fits; each item is 100 bytes", () => {
  test.each([
    ["u", 100, 1],
    ["u", 99, 0],
    ["utco", 400, 4],
    // Not between a call and its output, and not behind thinking.
    ["utco", 399, 1],
    ["utccoom", 600, 6],
    ["utccoom", 500, 1],
    ["utccoom", 700, 7],
    ["ucoucoum", 799, 7],
    ["ucoucoum", 450, 4],
    ["", 100, 0],
  ])("%s, %i bytes: %i items", (letters, bytes, count) => {
    expect(fittingPrefix(history(letters), bytes)).toBe(count);
  });
});

const beginning = {
  head: [user("instructions"), user("facts")],
  userTexts: ["first", "second"],
  plan: undefined,
  summary: "the note",
  tail: [],
  maxBytes: 1_000,
};

describe("the history that begins anew", () => {
  test("head, the user's words, the note", () => {
    expect(newBeginning(beginning)).toEqual([
      user("instructions"),
      user("facts"),
      user(
        `[The conversation so far was summed up, to make room in the context window.]

What the user said, oldest first:

<message>
first
</message>
<message>
second
</message>

Your own note on the work so far:

the note

Go on with the task from here.`,
      ),
    ]);
  });

  const text = (facts: Partial<typeof beginning>) => JSON.stringify(newBeginning({ ...beginning, ...facts }));

  test("the plan, with what is done", () => {
    const plan = {
      steps: [
        { step: "look", status: "completed" },
        { step: "mend", status: "in_progress" },
        { step: "test", status: "pending" },
      ],
    } as const;
    expect(JSON.stringify(newBeginning({ ...beginning, plan }))).toContain(
      String.raw`The plan:\n\n[x] look\n[>] mend\n[ ] test\n\n`,
    );
  });

  test("no note could be had", () => {
    expect(JSON.stringify(newBeginning({ ...beginning, summary: undefined }))).toContain(
      "(no summary available)",
    );
  });

  test("the newest words have room first, and are cut in the middle", () => {
    const shown = text({ userTexts: ["old", `${"a".repeat(2_000)}${"z".repeat(2_000)}`] });
    expect(shown).toMatch(
      /\[earlier messages are left out\]\\n<message>\\na+\\n\[\.\.\. omitted .*\]\\nz+\\n<\/message>/,
    );
    expect(shown.length).toBeLessThan(2_000);
  });

  test("of what came after the summed part, the user's words are not said twice, and long outputs are cut", () => {
    const tail = [user("second"), call("1"), output("1", "x".repeat(5_000)), assistant("so")];
    const items = newBeginning({ ...beginning, tail });
    expect(items.slice(3)).toEqual([call("1"), expect.objectContaining({ call_id: "1" }), assistant("so")]);
    expect(JSON.stringify(items[4]).length).toBeLessThan(1_200);
  });

  test("a tail that is too long begins with a whole response", () => {
    const items = newBeginning({ ...beginning, tail: history("tcotcotccoo".repeat(5)) });
    const kept = items.slice(3).map(({ type }) => type[0]);
    // 4,000 bytes hold 40 items of 100: what is cut begins with thinking, and no output is without its call.
    expect(kept[0]).toBe("r");
    expect(kept.length).toBeLessThanOrEqual(40);
    expect(kept.length).toBeGreaterThan(30);
  });
});

test("the question names a length that the room for the answer allows, or is the user's own", () => {
  expect(summaryQuestion(500, undefined)).toMatch(/At most 300 words\.$/);
  expect(summaryQuestion(500, "Sum up.")).toBe("Sum up.");
});
