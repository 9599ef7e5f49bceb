import { describe, expect, test } from "vitest";
import { createHarmonyDecoder, type HarmonySegment } from "../../../src/wire/chat/harmony.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** What has come in all: texts of one kind in a row joined, calls as name, arguments and state. */
type Row =
  | readonly ["plain" | "text" | "reasoning" | "dropped", string]
  | readonly ["call", string | null, string, "whole" | "broken"];

const offeredNames = new Set(["bash", "shell", "list_dir"]);
const REPLY = "<|start|>assistant<|channel|>final<|message|>Hi<|return|>";
const CALL = '<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{"c":1}<|call|>';
const calledBash: Row = ["call", "bash", '{"c":1}', "whole"];

const shapes: readonly (readonly [name: string, content: string, ...rows: Row[]])[] = [
  // Ordinary text.
  ["plain text", "Hello\n", ["plain", "Hello\n"]],
  ["white space stays", "\n Hello", ["plain", "\n Hello"]],
  ["nothing", ""],
  ["a marker later is text", `See ${CALL}`, ["plain", `See ${CALL}`]],
  ["almost a marker", "<|channel> thought", ["plain", "<|channel> thought"]],
  ["an unknown marker", "<|x|>a", ["plain", "<|x|>a"]],
  ["the beginning of a marker at the end", "<|chan", ["plain", "<|chan"]],
  ["thinking tags are for another to read", "<think>a</think>b", ["plain", "<think>a</think>b"]],
  ["a word that could open a head", "final answer: 4", ["plain", "final answer: 4"]],
  ["a word that could, and the end", "assistant to", ["plain", "assistant to"]],
  ["another, with a bracket", "analysis <b>x</b>", ["plain", "analysis <b>x</b>"]],
  // Channels.
  [
    "analysis, then final",
    `<|channel|>analysis<|message|>hm<|end|>${REPLY}`,
    ["reasoning", "hm"],
    ["text", "Hi"],
  ],
  ["begun by <|start|>", REPLY, ["text", "Hi"]],
  ["white space in front", `\n${REPLY}`, ["text", "Hi"]],
  ["commentary alone is text", "<|channel|>commentary<|message|>Hi<|end|>", ["text", "Hi"]],
  ["an unknown channel is text", "<|channel|>aside<|message|>Hi<|end|>", ["text", "Hi"]],
  ["no channel is text", "<|message|>Hi", ["text", "Hi"]],
  [
    "the channel stood in the prompt",
    `analysis<|message|>hm<|end|>${REPLY}`,
    ["reasoning", "hm"],
    ["text", "Hi"],
  ],
  ["the start marker was eaten", "assistant<|channel|>final<|message|>Hi", ["text", "Hi"]],
  ["the end of thinking that a server took out", `<|end|>${REPLY}`, ["text", "Hi"]],
  ["<|end|> was eaten", `<|channel|>analysis<|message|>hm${REPLY}`, ["reasoning", "hm"], ["text", "Hi"]],
  [
    "<|end|> and <|start|> were eaten",
    "<|channel|>analysis<|message|>hm<|channel|>final<|message|>Hi",
    ["reasoning", "hm"],
    ["text", "Hi"],
  ],
  [
    "<|start|> was eaten between messages",
    "<|channel|>analysis<|message|>hm<|end|>assistant<|channel|>final<|message|>Hi",
    ["reasoning", "hm"],
    ["text", "Hi"],
  ],
  [
    "text right after a message",
    "<|channel|>analysis<|message|>hm<|end|>\nHi<|return|>",
    ["reasoning", "hm"],
    ["text", "Hi"],
  ],
  ["final with a content type", '<|channel|>final <|constrain|>json<|message|>{"a":1}', ["text", '{"a":1}']],
  ["to=assistant is no recipient", "<|channel|>commentary to=assistant<|message|>Hi<|end|>", ["text", "Hi"]],
  ["a later channel wins", "<|channel|>analysis<|channel|>final<|message|>Hi", ["text", "Hi"]],
  [
    "final wins over a call",
    "<|channel|>commentary to=functions.bash<|channel|>final<|message|>Hi",
    ["text", "Hi"],
  ],
  ["a head that starts anew", `<|start|>assistant to=functions.bash${REPLY}`, ["text", "Hi"]],
  ["a head without a body", `<|channel|>analysis<|end|>${REPLY}`, ["text", "Hi"]],
  // Text that looks like markers.
  [
    "unknown markers in a body",
    "<|channel|>final<|message|>x <|y|> < |> z <|",
    ["text", "x <|y|> < |> z <|"],
  ],
  [
    "a quoted marker that opens no head",
    "<|channel|>final<|message|>A <|start|> begins it, then {header}<|message|>.<|end|>",
    ["text", "A <|start|> begins it, then {header}<|message|>."],
  ],
  [
    "a quoted marker and much after it",
    `<|channel|>analysis<|message|>A <|channel|> ${"and ".repeat(100)}<|end|>${REPLY}`,
    ["reasoning", `A <|channel|> ${"and ".repeat(100)}`],
    ["text", "Hi"],
  ],
  ["cut off in a head", "<|channel|>final<|message|>Hi<|end|><|start|>assis", ["text", "Hi"]],
  ["cut off in a marker of a head", "<|channel|>analysis<|mess"],
  // Calls.
  ["recipient after the channel", CALL, calledBash],
  [
    "recipient before the channel",
    '<|start|>assistant to=functions.bash<|channel|>commentary <|constrain|>json<|message|>{"c":1}<|call|>',
    calledBash,
  ],
  [
    "recipient first, <|start|> in the prompt",
    ' to=functions.bash<|channel|>commentary <|constrain|>json<|message|>{"c":1}<|call|>',
    calledBash,
  ],
  [
    "no space",
    '<|channel|>commentary to=functions.bash<|constrain|>json<|message|>{"c":1}<|call|>',
    calledBash,
  ],
  [
    "json without its marker",
    '<|channel|>commentary to=functions.bash json<|message|>{"c":1}<|call|>',
    calledBash,
  ],
  ["code instead of json", '<|channel|>commentary to=bash code<|message|>{"c":1}<|call|>', calledBash],
  ["on the analysis channel", '<|channel|>analysis to=functions.bash<|message|>{"c":1}', calledBash],
  ["no <|call|> at the end", '<|channel|>commentary to=functions.bash<|message|>{"c":1}', calledBash],
  ["without functions.", '<|channel|>commentary to=bash<|message|>{"c":1}<|call|>', calledBash],
  [
    "a tool that is not offered",
    '<|channel|>commentary to=functions.fly<|message|>{"c":1}<|call|>',
    ["call", "fly", '{"c":1}', "whole"],
  ],
  [
    "the shell as gpt-oss knows it",
    '<|channel|>commentary to=container.exec code<|message|>{"c":1}<|call|>',
    ["call", "shell", '{"c":1}', "whole"],
  ],
  [
    "no arguments",
    "<|channel|>commentary to=functions.bash<|message|><|call|>",
    ["call", "bash", "{}", "whole"],
  ],
  [
    "a preamble and a call",
    `<|channel|>commentary<|message|>I look.<|end|><|start|>assistant${CALL}`,
    ["text", "I look."],
    calledBash,
  ],
  [
    "two calls, <|end|> between",
    `${CALL.replace("<|call|>", "<|end|>")}<|start|>assistant${CALL}`,
    calledBash,
    calledBash,
  ],
  [
    "two calls, nothing between",
    `${CALL.replace("<|call|>", "")}<|start|>assistant${CALL}`,
    calledBash,
    calledBash,
  ],
  [
    "markers inside the arguments",
    `<|channel|>commentary to=functions.bash<|message|>{"c":"\\"<|end|>\\\\"}<|call|>${REPLY}`,
    ["call", "bash", '{"c":"\\"<|end|>\\\\"}', "whole"],
    ["text", "Hi"],
  ],
  [
    "a backslash outside of strings hides no marker",
    `<|channel|>commentary to=functions.bash<|message|>{"c":1}\\<|call|>${REPLY}`,
    ["call", "bash", '{"c":1}\\', "broken"],
    ["text", "Hi"],
  ],
  // Calls that are not whole.
  [
    "cut off in the arguments",
    '<|channel|>commentary to=functions.bash<|message|>{"c":"np',
    ["call", "bash", '{"c":"np', "broken"],
  ],
  [
    "ended in a string, others after it",
    `<|channel|>commentary to=functions.bash<|message|>{"c":"np<|call|><|start|>assistant${CALL}${REPLY}`,
    ["call", "bash", '{"c":"np', "broken"],
    calledBash,
    ["text", "Hi"],
  ],
  [
    "ended in a string twice",
    '<|channel|>commentary to=functions.bash<|message|>{"a<|call|><|channel|>commentary to=functions.bash<|message|>{"b',
    ["call", "bash", '{"a', "broken"],
    ["call", "bash", '{"b', "broken"],
  ],
  [
    "no JSON",
    "<|channel|>commentary to=bash code<|message|>it's<|call|>",
    ["call", "bash", "it's", "broken"],
  ],
  [
    "cut off before the arguments",
    "<|channel|>commentary to=functions.bash <|message|>",
    ["call", "bash", "", "broken"],
  ],
  ["cut off in the head", "<|channel|>commentary to=functions.bash <|cons", ["call", "bash", "", "broken"]],
  ["cut off in the name", "<|channel|>commentary to=functions.ba", ["call", null, "", "broken"]],
  // What was never offered.
  [
    "python",
    `<|channel|>analysis to=python code<|message|>print(1)<|call|>${REPLY}`,
    ["dropped", "python"],
    ["text", "Hi"],
  ],
  ["a browser", '<|channel|>analysis to=browser.search<|message|>{"q":1}', ["dropped", "browser.search"]],
  [
    "a tool's answer made up by the model",
    `${CALL}<|start|>functions.bash to=assistant<|channel|>commentary<|message|>ok<|end|>${REPLY}`,
    calledBash,
    ["dropped", "functions.bash"],
    ["text", "Hi"],
  ],
  [
    "the user's words made up",
    `<|start|>user<|message|>Thanks<|end|>${REPLY}`,
    ["dropped", "user"],
    ["text", "Hi"],
  ],
  // Markers lost at detokenisation.
  ["unmarked", "analysisWe answer.assistantfinalfour", ["reasoning", "We answer."], ["text", "four"]],
  ["unmarked, cut off", "analysisWe assistant answ", ["reasoning", "We assistant answ"]],
  [
    "unmarked, small letter",
    "analysisuser says hi.assistantfinalHi",
    ["reasoning", "user says hi."],
    ["text", "Hi"],
  ],
  ["unmarked, quotation", 'analysis"a" it is.assistantfinalHi', ["reasoning", '"a" it is.'], ["text", "Hi"]],
  ["unmarked answer only", "assistantfinalHi", ["text", "Hi"]],
  ["unmarked call on the analysis channel", 'analysis to=functions.bash code{"c":1}', calledBash],
  [
    "unmarked recipient before the channel",
    'assistantanalysisWe do.assistant to=functions.bashcommentary json{"c":1}',
    ["reasoning", "We do."],
    calledBash,
  ],
  [
    "an unmarked head that never ends",
    `commentary to=x${" ".repeat(240)}!`,
    ["plain", `commentary to=x${" ".repeat(240)}!`],
  ],
  ["the role as a word", "assistant to=be", ["plain", "assistant to=be"]],
  ["a word that only begins so", "analysisResult.ts holds it", ["plain", "analysisResult.ts holds it"]],
  ["the word alone", "analysis: fine", ["plain", "analysis: fine"]],
  [
    "unmarked call",
    'analysisI look.assistantcommentary to=functions.bash json{"c":1}',
    ["reasoning", "I look."],
    calledBash,
  ],
  [
    "unmarked calls and nothing else",
    'commentary to=functions.bashjson{"c":1}assistantcommentary to=python code{}assistantfinalHi',
    calledBash,
    ["dropped", "python"],
    ["text", "Hi"],
  ],
  [
    "unmarked preamble",
    "analysisI look.assistantcommentaryLooking.assistantanalysisOh.assistantfinalHi",
    ["reasoning", "I look."],
    ["text", "Looking."],
    ["reasoning", "Oh."],
    ["text", "Hi"],
  ],
];

describe.each(shapes.map(([name, content, ...rows]) => ({ name, content, rows })))(
  "$name",
  ({ content, rows }) => {
    test("character by character", () => {
      expect(decode(content.split(""))).toEqual(rows);
    });

    test("cut at every position", () => {
      for (let at = 0; at <= content.length; at += 1) {
        expect(decode([content.slice(0, at), content.slice(at)])).toEqual(rows);
      }
    });
  },
);

test("no more is held back than may still become a marker", () => {
  const decoder = createHarmonyDecoder({ offeredNames });
  const push = (text: string) => decoder.push(text).filter(({ kind }) => kind !== "message");
  expect(
    ["<|chan", "nel|>fi", "nal<|message|>a", "b <", "c", "d<|e"].map((text) => push(text).length),
  ).toEqual([0, 0, 1, 1, 1, 1]);
});

test("a long call shows that it grows", () => {
  const decoder = createHarmonyDecoder({ offeredNames });
  const pieces = ["<|channel|>commentary to=bash<|message|>", '{"c":', '"', "a", '"}'];
  expect(pieces.map((piece) => decoder.push(piece))).toEqual([
    [],
    ...[1, 2, 3, 4].map(() => [{ kind: "call-part" }]),
  ]);
});

test("calls are dropped where no tools were offered, and container.exec where no shell was", () => {
  const kinds = (content: string, names: readonly string[]) => {
    const decoder = createHarmonyDecoder({ offeredNames: new Set(names) });
    return [...decoder.push(content), ...decoder.end()].map(({ kind }) => kind);
  };
  expect(kinds(CALL, [])).toEqual(["dropped"]);
  expect(kinds("<|channel|>commentary to=container.exec<|message|>{}<|call|>", ["bash"])).toEqual([
    "dropped",
  ]);
});

test.each([
  ["heads that never end", "<|start|>"],
  ["channels", "<|channel|>"],
  ["calls ended in strings", '<|channel|>x to=bash<|message|>{"'],
  ["backslashes", "\\"],
  ["ends", "<|end|>"],
  ["white space", " "],
])("a flood is no more work than it is long: %s", (_, flood) => {
  const decoder = createHarmonyDecoder({ offeredNames });
  const content = `<|channel|>x to=bash<|message|>{"${flood.repeat(50_000)}`;
  const segments = [...decoder.push(content), ...decoder.end()];
  expect(segments.some(({ kind }) => kind === "call")).toBe(true);
});

test("any soup of markers is read the same however it is cut", () => {
  const words = [
    ..."start end return call channel message constrain x".split(" ").map((word) => `<|${word}|>`),
    ..."assistant analysis commentary final functions.bash json to=bash to=python to=assistant user".split(
      " ",
    ),
    ..."assistantfinal assistantcommentary analysisWe { } \" \\ < <| | ' We a".split(" "),
    " ",
    "\n",
    '{"c":1}',
    "assistantanalysis",
    "assistant to=functions.",
    "<|channel|>analysis<|message|>",
    "<|channel|>commentary to=functions.bash<|message|>{",
  ];
  for (let seed = 1; seed <= 3000; seed += 1) {
    const random = seededRandom(seed);
    const pick = () => words[Math.floor(random() * words.length)] ?? "";
    const content = Array.from({ length: 1 + Math.floor(random() * 24) }, pick).join("");
    const pieces = content.match(new RegExp(`[^]{1,${1 + Math.floor(random() * 9)}}`, "g")) ?? [];
    const whole = decode([content]);
    expect({ content, rows: decode(pieces) }).toEqual({ content, rows: whole });
    expect({ content, rows: decode(content.split("")) }).toEqual({ content, rows: whole });
  }
});

function decode(pieces: readonly string[]): Row[] {
  const decoder = createHarmonyDecoder({ offeredNames });
  const rows: Row[] = [];
  for (const segment of [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()]) {
    add(rows, segment);
  }
  return rows;
}

function add(rows: Row[], segment: HarmonySegment): void {
  const last = rows.at(-1);
  switch (segment.kind) {
    case "call-part":
    case "message":
      break;
    case "call": {
      const { name, argumentsText, whole } = segment.call;
      rows.push(["call", name, argumentsText, whole ? "whole" : "broken"]);
      break;
    }
    case "dropped":
      rows.push(["dropped", segment.recipient]);
      break;
    default:
      if (last?.[0] === segment.kind) {
        rows[rows.length - 1] = [segment.kind, last[1] + segment.text];
      } else {
        rows.push([segment.kind, segment.text]);
      }
  }
}
