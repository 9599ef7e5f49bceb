import { describe, expect, test } from "vitest";
import {
  createRepetitionDetector,
  type Repetition,
  type StreamKind,
  withoutRepetition,
} from "../../../src/agent/guard/repetition.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** Where the verdict fell, and on what; undefined if there was none. */
function verdict(text: string, sizes: () => number, kind: StreamKind): [number, Repetition] | undefined {
  const detector = createRepetitionDetector(kind);
  for (let place = 0; place < text.length; ) {
    const size = Math.max(1, sizes());
    const found = detector.push(text.slice(place, place + size));
    place += size;
    if (found !== undefined) {
      return [place, found];
    }
  }
  return undefined;
}

/** Fed in one piece, sign by sign and in any pieces, the verdict is the same; sign by sign tells where it falls. */
function detect(text: string, kind: StreamKind = "prose"): [number, Repetition] | undefined {
  const random = seededRandom(7);
  const one = verdict(text, () => 1, kind);
  const rest = [() => text.length, () => Math.floor(random() * 40), () => Math.floor(random() * 3000)];
  for (const sizes of rest) {
    expect(verdict(text, sizes, kind)?.[1]).toEqual(one?.[1]);
  }
  return one;
}

const PARAGRAPH =
  "Wait, maybe the comparison is wrong. Let me look at src/sort.ts again: the function sorts its numbers as text, so ten stands before nine. But the test says otherwise. ";

describe("without end", () => {
  test.each<[string, string, number]>([
    ["a word", "the ", 2036],
    ["a word, capital letters and a comma", "No, ", 2036],
    ["a line", "I will check the file again.\n", 2036],
    ["a sentence with a path and a number in it", "Let me check line 12 of `src/sort.ts` again. ", 2545],
    ["a paragraph", PARAGRAPH, 2545],
    ["a long paragraph", PARAGRAPH.repeat(4).replace(/But/, "And") + PARAGRAPH.slice(3, 90), 5090],
    ["Chinese", "我需要再检查一下这个文件。", 2036],
    ["one Chinese sign", "嗯", 2036],
    ["Japanese", "もう一度確認します。", 2036],
    ["an emoji", "😀", 2036],
    ["a family of emoji", "👨‍👩‍👧 ", 2545],
    ["accents put together", "re\u0301pe\u0301ter ", 2036],
    ["exclamation marks", "!", 2036],
    ["line feeds", "\n", 2036],
    ["blanks and line feeds", " \n", 2036],
    ["a ruler", "-", 8144],
    ["a digit", "0", 8144],
    ["a letter", "A", 8144],
    ["zeros with commas", "0, ", 8144],
    ["a row of a table", "| 0 | 0 | 0 |\n", 8144],
    ["a line of code", '    console.log("hello");\n', 8144],
    ["a JSON object", '{"id": 1, "name": "x"},\n', 8144],
    ["escapes that a server writes", "\\n", 8144],
    ["a token no tokenizer should have", "<|im_start|>", 8144],
  ])("%s", (_, unit, place) => {
    const start = "I have a look at it. ";
    const found = detect(start + unit.repeat(Math.ceil(20_000 / unit.length)));
    expect(found?.[0]).toBeLessThanOrEqual(place + start.length + 509);
    expect(found?.[1].unit).toHaveLength(unit.length);
    expect(unit + unit).toContain(found?.[1].unit);
  });

  test("in arguments it takes longer, whatever it is", () => {
    const text = "the file is read again and ".repeat(1000);
    expect(detect(text)?.[0]).toBeLessThan(2600);
    expect(detect(text, "arguments")?.[0]).toBeGreaterThan(12_000);
    expect(detect(text, "arguments")?.[0]).toBeLessThan(12_600);
  });

  test("after much that was not", () => {
    const before = Array.from({ length: 3000 }, (_, index) => `Line ${index} says something else. `).join("");
    const place = detect(before + "I check it. ".repeat(1000))?.[0] ?? 0;
    expect(place).toBeGreaterThan(before.length + 1900);
    expect(place).toBeLessThan(before.length + 2600);
  });
});

const random = seededRandom(42);
const base64 = Array.from({ length: 20_000 }, () =>
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charAt(Math.floor(random() * 64)),
).join("");

describe("honest work", () => {
  test.each<[string, string]>([
    ["a list with counters", lines(2000, (index) => `${index + 1}. Check the file again.`)],
    ["a log", lines(2000, (index) => `2026-01-01 12:00:${index % 60}.${index} INFO the server is ready`)],
    ["CSV", lines(2000, (index) => `${index},true,false,0,0,0`)],
    ["CSV of equal rows", "0,0,0,true,false\n".repeat(450)],
    ["a table of equal rows", "| yes | no | yes |\n".repeat(400)],
    ["a table with wide columns", lines(40, () => `|${" ".repeat(60)}|${"-".repeat(60)}|`)],
    ["rulers", `${"-".repeat(300)}\n`.repeat(20)],
    ["one very long ruler", "=".repeat(7000)],
    ["a wide blank", `a${" ".repeat(1500)}b`],
    ["a few blank lines", `a${"\n".repeat(1500)}b`],
    ["ASCII art", lines(100, () => `   ${"#".repeat(20)}     ${"#".repeat(20)}   `)],
    ["box drawing", lines(100, () => `│${"─".repeat(60)}│`)],
    ["JSON of zeros", `[${"0, ".repeat(2500)}0]`],
    ["a matrix of zeros", lines(50, () => `[${"0, ".repeat(49)}0],`)],
    ["hexadecimal zeros", lines(100, () => `${"00 ".repeat(16)} |................|`)],
    ["base64", base64],
    ["base64 of zeros", "A".repeat(7000)],
    ["equal lines of code", '        console.log("x");\n'.repeat(250)],
    ["equal assertions", "    assert result is True\n".repeat(70)],
    ["equal imports of a fixture", "import x from './x';\n".repeat(300)],
    ["an equal line of prose, many times", "All work and no play makes Jack a dull boy.\n".repeat(40)],
    ["a long fixture, seven times", (PARAGRAPH.repeat(2) + PARAGRAPH.slice(7)).repeat(5)],
    ["a refrain", lines(40, (index) => `${index} bottles of beer on the wall, ${index} bottles of beer.`)],
    ["Chinese that is none", lines(1000, (index) => `第${index}步：检查文件`)],
    ["laughter", "哈".repeat(500)],
    ["short", "!!!!!!"],
  ])("%s", (_, text) => {
    expect(detect(`Here it is:\n${text}\nThat is all.`)).toBe(undefined);
    expect(detect(text, "arguments")).toBe(undefined);
  });

  test("random words", () => {
    const words = PARAGRAPH.split(" ");
    const text = Array.from({ length: 20_000 }, () => words[Math.floor(random() * words.length)]).join(" ");
    expect(detect(text)).toBe(undefined);
  });
});

describe("what is kept", () => {
  test.each<[string, string, string]>([
    ["nothing is repeated", "All is well. All is well.", "All is well. All is well."],
    ["the first time stays", `I look.\n${"Wait. I check it. ".repeat(400)}`, "I look.\nWait. I check it. "],
    ["whatever follows", `I look.\n${"Wait. I check it. ".repeat(400)}Done.`, "I look.\nWait. I check it. "],
    ["all of it is the same", "the ".repeat(5000), "the "],
    ["of emoji", `ab${"😀".repeat(5000)}`, "ab😀"],
    ["of emoji that begin alike", `a😁${"😀".repeat(5000)}`, "a😁😀"],
    // U+1F600 and U+1FA00 end alike: what repeats itself begins with half of the first.
    ["of emoji that end alike", `a${"\u{1fa00}"}${"😀".repeat(5000)}`, "a\u{1fa00}"],
  ])("%s", (_, text, kept) => {
    expect(withoutRepetition(text)).toBe(kept);
  });
});

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("");
}
