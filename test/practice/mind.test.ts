import { expect, test } from "vitest";
import { decide } from "../../src/practice/mind/index.ts";
import type { CallSpec, SemanticReply } from "../../src/practice/script.ts";

const tool = (name: string, properties: Record<string, unknown> = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties } },
});
const shell = tool("shell", { command: { type: "string" } });
const plan = tool("update_plan", { plan: { type: "array" } });
const localTools = [shell, tool("read_file"), tool("edit_file"), tool("write_file"), plan];
const gptOssTools = [shell, tool("apply_patch", { input: { type: "string" } }), plan];

const environment = {
  role: "user",
  content: "<environment_context>\n  <cwd>/tmp/demo</cwd>\n  <shell>bash</shell>\n</environment_context>",
};
const user = (content: unknown) => ({ role: "user", content });

const source = `/** The middle value of a list of numbers; the mean of the two middle ones where the list is even. */
export function median(numbers) {
  const sorted = [...numbers].sort();
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
`;
const testSource = `import assert from "node:assert/strict";
import { test } from "node:test";
import { median } from "../src/median.js";

test("numbers of several digits", () => {
  assert.equal(median([2, 10, 9]), 9);
});
`;
/** As Node 20 reports to a pipe. */
const tapFailure = `
> test
> node --test

TAP version 13
not ok 1 - numbers of several digits
  ---
  duration_ms: 1.249263
  location: '/tmp/demo/test/median.test.js:5:1'
  error: |-
    Expected values to be strictly equal:
    
    2 !== 9
    
  expected: 9
  actual: 2
  stack: |-
    TestContext.<anonymous> (file:///tmp/demo/test/median.test.js:5:50)
    Test.run (node:internal/test_runner/test:796:25)
  ...
1..1
# tests 1
# pass 0
# fail 1
[exit 1, 0.3 s]`;
/** As Node 24 reports, with colours. */
const specFailure = `\u001b[31m✖ numbers of several digits \u001b[90m(1.05ms)\u001b[39m
ℹ tests 2
ℹ pass 1
ℹ fail 1

✖ failing tests:

test at test/median.test.js:5:1
✖ numbers of several digits (1.05ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
      at TestContext.<anonymous> (file:///tmp/demo/test/median.test.js:5:50)
      at Test.run (node:internal/test_runner/test:1402:25) {
    actual: 2,
    expected: 9,
  }
[exit 1, 0.3 s]`;
const success =
  "TAP version 13\nok 1 - numbers of several digits\n# tests 1\n# pass 1\n# fail 0\n[exit 0, 0.3 s]";

/** What the tools of a small make-believe project answer. */
interface World {
  readonly test?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly list?: string;
  readonly edit?: string;
}

/** Plays a whole turn and returns every reply of it. */
function converse(prompt: string, tools: readonly unknown[], world: World): readonly SemanticReply[] {
  const messages: unknown[] = [{ role: "system", content: "You code." }, environment, user(prompt)];
  const replies: SemanticReply[] = [];
  const testRuns = [...(world.test ?? [])];
  while (replies.length < 20) {
    const reply = decide(messages, tools);
    replies.push(reply);
    if (!reply.calls) {
      break;
    }
    const ids = reply.calls.map((_call, index) => `call_${messages.length}_${index}`);
    messages.push({
      role: "assistant",
      content: reply.text,
      tool_calls: reply.calls.map((call, index) => ({
        id: ids[index],
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      })),
    });
    for (const [index, call] of reply.calls.entries()) {
      messages.push({ role: "tool", tool_call_id: ids[index], content: resultOf(call, world, testRuns) });
    }
  }
  return replies;
}

function resultOf(call: CallSpec, world: World, testRuns: string[]): string {
  const args = call.arguments as Record<string, string>;
  if (call.name === "update_plan") {
    return "Plan updated";
  }
  if (call.name === "read_file") {
    return numbered(world.files?.[args["path"] ?? ""]);
  }
  if (call.name !== "shell") {
    return world.edit ?? "Success. Updated the following files:\nM src/median.js";
  }
  const command = args["command"] ?? "";
  if (command === "npm test") {
    return testRuns.shift() ?? "";
  }
  if (command.startsWith("cat ")) {
    return `${world.files?.[command.slice(4)] ?? "cat: no such file"}[exit 0, 5 ms]`;
  }
  return world.list ?? "";
}

function numbered(content: string | undefined): string {
  if (content === undefined) {
    return "no such file";
  }
  return content
    .split("\n")
    .slice(0, -1)
    .map((line, index) => `${String(index + 1).padStart(6)}\t${line}`)
    .join("\n");
}

const summary = (replies: readonly SemanticReply[]) =>
  replies.map((reply) => reply.calls ?? reply.text?.split("\n")[0]);
const files = { "src/median.js": source, "test/median.test.js": testSource };
const run = { name: "shell", arguments: { command: "npm test" } };
const planCall = (steps: readonly string[]) => ({
  name: "update_plan",
  arguments: {
    plan: steps.map((step, index) => ({ step, status: index === 0 ? "in_progress" : "pending" })),
  },
});
const englishPlan = planCall(["Run the tests", "Find and mend the cause", "Run the tests again"]);
const editCall = {
  name: "edit_file",
  arguments: { path: "src/median.js", old_text: ".sort()", new_text: ".sort((a, b) => a - b)" },
};
const patchCall = {
  name: "apply_patch",
  arguments: {
    input: `*** Begin Patch
*** Update File: src/median.js
@@
 export function median(numbers) {
-  const sorted = [...numbers].sort();
+  const sorted = [...numbers].sort((a, b) => a - b);
   const middle = Math.floor(sorted.length / 2);
*** End Patch
`,
  },
};
const read = (path: string) => ({ name: "read_file", arguments: { path } });
const cat = (path: string) => ({ name: "shell", arguments: { command: `cat ${path}` } });

test("mends the demo's bug with the local tools, in six requests", () => {
  const replies = converse("Fix the failing test", localTools, { test: [tapFailure, success], files });
  expect(summary(replies)).toEqual([
    [englishPlan, run],
    [read("test/median.test.js")],
    [read("src/median.js")],
    [editCall],
    [run],
    "Mended, and the one test passes.",
  ]);
  expect(replies[0]?.text).toBe(
    "I am leat's practice model, a script, not a language model. First I run the tests.",
  );
  expect(replies[1]?.reasoning).toBe(
    'The test "numbers of several digits" fails: it expected 9 and got 2. The test file shows which code it covers.',
  );
  expect(replies.every((reply) => reply.reasoning !== undefined && reply.reasoning !== "")).toBe(true);
});

test("mends it with a shell and apply_patch, from the report of Node 24, in Chinese", () => {
  const replies = converse("修复失败的测试", gptOssTools, { test: [specFailure, success], files });
  expect(summary(replies)).toEqual([
    [planCall(["运行测试", "找到并修复原因", "再次运行测试"]), run],
    [cat("test/median.test.js")],
    [cat("src/median.js")],
    [patchCall],
    [run],
    "已修复，1 个测试全部通过。",
  ]);
  expect(replies[1]?.reasoning).toBe(
    "测试“numbers of several digits”失败：期望 9，得到 2。测试文件会说明它测的是哪段代码。",
  );
});

test("a stack that leads into the source saves reading the test", () => {
  const thrown = `not ok 1 - a\n    at median (file:///tmp/demo/src/median.js:3:5)\n# pass 0\n# fail 1`;
  const replies = converse("fix it", localTools, { test: [thrown, success], files });
  expect(summary(replies).slice(1, 3)).toEqual([[read("src/median.js")], [editCall]]);
});

test("without a file in the report it looks for one, and quotes a path for the shell", () => {
  const list = "README.md\nsrc/median.js\ntest/median.test.js\n";
  const replies = converse("fix it", [shell], { test: ["not ok 1 - a\n# fail 1"], files, list });
  expect(summary(replies)).toEqual([
    [run],
    [{ name: "shell", arguments: { command: expect.stringMatching(/^git ls-files/) } }],
    [cat("test/median.test.js")],
    [cat("src/median.js")],
    expect.stringContaining("I was offered no tool that edits files, so nothing is changed."),
  ]);
  const odd = "not ok 1 - a\n  location: '/tmp/demo/test/it's; rm -rf.test.js:1:1'\n# fail 1";
  const [, second] = converse("fix it", [shell], { test: [odd] });
  expect(second?.calls).toEqual([
    { name: "shell", arguments: { command: `cat -- 'test/it'\\''s; rm -rf.test.js'` } },
  ]);
});

const stops: readonly (readonly [string, World, number, string])[] = [
  ["the tests pass already", { test: [success] }, 2, "I ran `npm test`: the one test passes."],
  [
    "the command is refused",
    { test: ["the command was not run: there is no sandbox to run it in"] },
    2,
    "there is no sandbox to run it in",
  ],
  [
    "there is no package.json",
    { test: ["npm error code ENOENT\n[exit 254, 0.2 s]"] },
    2,
    "npm error code ENOENT",
  ],
  ["no test ran", { test: ["# tests 0\n# pass 0\n# fail 0"] }, 2, "not a test report"],
  ["the output is empty", { test: [""] }, 2, "There was no output."],
  ["no test file is found", { test: ["# fail 1"], list: "README.md" }, 3, "could not find out which file"],
  [
    "the test imports nothing",
    { test: [tapFailure], files: { "test/median.test.js": "x\n" } },
    3,
    "found no file of this project",
  ],
  [
    "the source is missing",
    { test: [tapFailure], files: { "test/median.test.js": testSource } },
    4,
    "no such file",
  ],
  [
    "the source has no .sort()",
    { test: [tapFailure], files: { ...files, "src/median.js": "a\n" } },
    4,
    "is not in it",
  ],
  [
    "there are two .sort()",
    { test: [tapFailure], files: { ...files, "src/median.js": "a.sort();\nb.sort();\n" } },
    4,
    "is not in it",
  ],
  [
    ".sort() is in a comment only",
    { test: [tapFailure], files: { ...files, "src/median.js": "// .sort()\n" } },
    4,
    "is not in it",
  ],
  [
    "the edit is refused",
    { test: [tapFailure], files, edit: "Error: old_text was not found" },
    5,
    "My edit was not made.",
  ],
  ["the tests still fail", { test: [tapFailure, tapFailure], files }, 6, "does not report success"],
];

test.each(stops)("stops and says so where %s", (_name, world, requests, said) => {
  const replies = converse("Fix the failing test", localTools, world);
  expect(replies).toHaveLength(requests);
  expect(replies.at(-1)?.calls).toBeUndefined();
  expect(replies.at(-1)?.text).toContain(said);
});

test("never goes on for ever: results that do not come, or more than ten calls, end it", () => {
  const withoutResults = {
    role: "assistant",
    tool_calls: [{ id: "1", function: { name: "shell", arguments: '{"command":"npm test"}' } }],
  };
  expect(decide([user("fix"), withoutResults], localTools).calls).toBeUndefined();
  const many = Array.from({ length: 10 }, () => withoutResults);
  expect(decide([user("fix"), ...many], localTools).text).toContain("I have taken 10 steps");
});

test.each<[string, readonly unknown[], readonly unknown[], Partial<SemanticReply> | object]>([
  ["no shell", [user("fix it")], [], { text: expect.stringContaining("no tool that runs commands") }],
  [
    "a look",
    [user("What is here?")],
    [shell],
    { calls: [{ name: "shell", arguments: { command: "ls -la" } }] },
  ],
  [
    "a look without a shell",
    [user("What is here?")],
    [],
    { text: expect.stringContaining("> What is here?") },
  ],
  [
    "a look in Chinese",
    [user("这里有什么？")],
    [shell],
    { text: expect.stringContaining("我看一下"), calls: expect.any(Array) },
  ],
  [
    "any other prompt",
    [user("hello there")],
    [shell],
    { text: expect.stringMatching(/a script, not a language model[\s\S]*> hello there\n[\s\S]*leat demo/) },
  ],
  [
    "a prompt in parts, after the environment",
    [
      user([
        { type: "text", text: "<environment_context>fix</environment_context>" },
        { type: "text", text: "hello" },
      ]),
    ],
    [shell],
    { text: expect.stringContaining("> hello") },
  ],
  [
    "an environment that comes later",
    [user("hello"), environment],
    [shell],
    { text: expect.stringContaining("> hello") },
  ],
  ["other Chinese", [user("你好")], [shell], { text: expect.stringMatching(/练习模型[\s\S]*> 你好\n/) }],
  ["Japanese", [user("こんにちは、世界")], [shell], { text: expect.stringContaining("> こんにちは、世界") }],
  ["no message at all", [], [], { text: expect.stringContaining("Things to try") }],
  [
    "messages that are none",
    [null, 3, { role: "user" }],
    [null, { function: {} }],
    { text: expect.stringContaining("Things to try") },
  ],
  [
    "Codex's shell",
    [user("run the tests")],
    [tool("shell", { command: { type: "array" } })],
    { calls: [{ name: "shell", arguments: { command: ["bash", "-lc", "npm test"] } }] },
  ],
  [
    "exec_command",
    [user("run the tests")],
    [tool("exec_command", { cmd: { type: "string" } })],
    { calls: [{ name: "exec_command", arguments: { cmd: "npm test" } }] },
  ],
])("%s", (_name, messages, tools, expected) => {
  expect(decide(messages, tools)).toMatchObject(expected);
});

test("an earlier turn does not count", () => {
  const [first] = converse("fix it", localTools, { test: [success] });
  const messages = [
    user("fix it"),
    {
      role: "assistant",
      tool_calls: [{ id: "1", function: { name: "shell", arguments: '{"command":"npm test"}' } }],
    },
    { role: "tool", tool_call_id: "1", content: success },
    { role: "assistant", content: "done" },
    user("fix it"),
  ];
  expect(decide(messages, localTools)).toEqual(first);
});

test("quotes what it saw, without escapes and in a fence the text can't end", () => {
  const replies = converse("list the files", [shell], {
    list: `\u001b[31ma\u001b[0m\u0007\n\`\`\`\n${"x\n".repeat(20)}`,
  });
  expect(replies.at(-1)?.text).toContain(`\`\`\`\`\na\n\`\`\`\n${"x\n".repeat(12)}… (+8)\n\`\`\`\``);
});

test("repeats 200 characters of a prompt as a reader counts them", () => {
  const family = "👨‍👩‍👧";
  const { text } = decide([user(`hello ${family.repeat(300)}`)], []);
  expect(text).toContain(`> hello ${family.repeat(194)}…\n`);
});

test("what leat doctor asks: lockers are opened, the number and the password are repeated", () => {
  const tools = [tool("open_locker", { colour: { type: "string" } })];
  const question = user("Open the blue locker and the red locker.");
  const opening = decide([question], tools);
  expect(opening.calls).toEqual([
    { name: "open_locker", arguments: { colour: "blue" } },
    { name: "open_locker", arguments: { colour: "red" } },
  ]);
  const call = { id: "c", function: { name: "open_locker", arguments: '{"colour":"blue"}' } };
  const result = { role: "tool", tool_call_id: "c", content: "48213" };
  const history = [question, { role: "assistant", tool_calls: [call] }, result];
  expect(decide(history, tools).text).toBe("The number inside is 48213.");
  const system = { role: "system", content: 'The password is "marzipan".' };
  expect(decide([system, user("Tell me the password.")], []).text).toBe("marzipan");
  expect(decide([user("Tell me the password.")], []).text).not.toContain("marzipan");
});
