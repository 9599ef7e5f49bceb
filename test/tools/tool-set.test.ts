import { describe, expect, test } from "vitest";
import { createToolSet, type ToolSet } from "../../src/tools/index.ts";
import { shellSpec } from "../../src/tools/shell/spec.ts";
import type { ToolSetOptions } from "../../src/tools/tool-set.ts";
import { exited, makeContext, makeFolder, prepare, scriptedSandbox } from "./support.ts";

const patchTools = ["shell", "shell_output", "apply_patch", "write_file", "update_plan"];
const editTools = [
  ...["shell", "shell_output", "read_file", "search", "edit_file", "write_file", "update_plan"],
];
const named = (options: ToolSetOptions) => createToolSet(options).specs.map((spec) => spec.name);

describe("tools by model", () => {
  test.each([
    ["openai/gpt-oss-20b", patchTools],
    ["gpt-oss:20b", patchTools],
    ["hf.co/unsloth/GPT-OSS-20B-GGUF", patchTools],
    ["gpt-5-codex", [...patchTools, "view_image"]],
    ["mistral", editTools],
    ["qwen/qwen3-coder-30b", editTools],
    ["not-gpt-oss", editTools],
    ["gptq-llama", editTools],
    ["", editTools],
  ])("%s", (model, names) => {
    expect(named({ model })).toEqual(names);
  });

  test.each<[ToolSetOptions, boolean]>([
    [{ model: "mistral" }, false],
    [{ model: "qwen3-vl" }, true],
    [{ model: "mistral", viewImage: true }, true],
    [{ model: "qwen3-vl", viewImage: false }, false],
  ])("view_image for %j: %s", (options, offered) => {
    expect(named(options).includes("view_image")).toBe(offered);
  });

  test.each([
    [{ model: "mistral" }, []],
    [{ model: "mistral", canEscalate: false }, []],
    [{ model: "mistral", canEscalate: true }, ["with_escalated_permissions", "justification"]],
    [{ model: "gpt-oss", canEscalate: true }, ["with_escalated_permissions", "justification"]],
  ])("escalation for %j", (options, names) => {
    const [shell] = createToolSet(options).specs;
    const plain = ["command", "workdir", "timeout", "background"];
    expect(Object.keys(shell?.parameters.properties ?? {})).toEqual([...plain, ...names]);
  });

  const shell = ["shell", "shell_output"];
  const look = [...shell, "read_file", "search"];
  test.each([
    ["mistral", "edit_file", editTools],
    ["gpt-oss-20b", "edit_file", [...shell, "edit_file", "write_file", "update_plan"]],
    ["mistral", "apply_patch", [...look, "apply_patch", "write_file", "update_plan"]],
    ["mistral", "write_file", [...look, "write_file", "update_plan"]],
    ["gpt-oss-20b", "write_file", [...shell, "write_file", "update_plan"]],
    ["gpt-oss-20b", "auto", patchTools],
  ] as const)("%s with edit_tool %s", (model, editTool, names) => {
    expect(named({ model, editTool })).toEqual(names);
  });

  test.each([
    ["mistral", 2_900],
    ["gpt-oss-20b", 2_500],
    ["qwen3-vl", 3_100],
  ])("prompt budget of %s: %i bytes", (model, budget) => {
    const tools = createToolSet({ model }).specs.map((spec) => ({ type: "function", function: spec }));
    expect(Buffer.byteLength(JSON.stringify(tools))).toBeLessThanOrEqual(budget);
  });
});

test("a session remembers what it has read, another knows nothing of it", async () => {
  const cwd = makeFolder({ "a.txt": "one\n" });
  const { outputLimit: _limit, files: _files, ...surroundings } = makeContext(cwd);
  const run = async (tools: ToolSet, name: string, args: unknown) => {
    const prepared = await tools.prepare({ name, arguments: JSON.stringify(args) }, surroundings);
    return prepared.kind === "ready" ? (await prepared.run()).output : prepared.output;
  };
  const [first, second] = [createToolSet({ model: "m" }), createToolSet({ model: "m" })];
  const write = { path: "a.txt", content: "two\n" };
  expect(await run(first, "read_file", { path: "a.txt" })).toBe("1\tone");
  expect(await run(second, "write_file", write)).toContain("you have not read it");
  expect(await run(first, "write_file", write)).toBe("Wrote a.txt");
});

describe("names", () => {
  test.each([
    ["shell", "command"],
    ["container.exec", "command"],
    ["bash", "command"],
    ["exec_command", "command"],
    ["local_shell", "command"],
    ["run_shell_command", "command"],
    ["functions.shell", "command"],
    ["shell<|channel|>commentary", "command"],
    ["functions.container.exec<|channel|>json", "command"],
    ["Shell", "command"],
    ["Bash", "command"],
    ["execute_command", "command"],
    ["Read", "invalid"],
    ["shel", "invalid"],
    ["functions.", "invalid"],
    ["", "invalid"],
  ])("%s", (name, kind) => {
    const prepared = prepare(name, { command: "ls" }, makeContext("/"));
    expect(prepared.action.kind).toBe(kind);
  });

  test.each([
    ["str_replace", { file_path: "a", old_str: "x", new_str: "y" }],
    ["replace", { file_path: "a", old_string: "x", new_string: "y" }],
    ["edit", { path: "a", old_text: "x", new_text: "y" }],
    ["create_file", { file_path: "a", text: "x" }],
    ["write", { path: "a", content: "x" }],
    ["write_to_file", { path: "a", content: "x" }],
    ["Write", { file_path: "a", content: "x" }],
    ["Edit", { file_path: "a", old_string: "x", new_string: "y" }],
    ["applypatch", { patch: "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch" }],
    ["apply_patch", { input: "*** Begin Patch\n*** Delete File: a\n*** End Patch" }],
  ])("%s edits", (name, args) => {
    const prepared = prepare(name, args, makeContext("/work"));
    expect(prepared).toMatchObject({ kind: "ready", action: { kind: "edit", paths: ["a"] } });
  });

  test.each([
    ["Read", { file_path: "a", offset: 1, limit: 2 }, { kind: "read", path: "a" }],
    ["LS", { path: "a" }, { kind: "read", path: "a" }],
    ["Grep", { pattern: "x" }, { kind: "search", pattern: "x" }],
    ["Glob", { pattern: "*.ts" }, { kind: "search", glob: "*.ts" }],
    ["TodoWrite", { todos: [{ content: "x", status: "pending", activeForm: "X" }] }, { kind: "plan" }],
    ["KillShell", { shell_id: "1" }, { kind: "poll", id: "1", stop: true }],
  ])("%s of other agents", (name, args, action) => {
    expect(prepare(name, args, makeContext("/work"))).toMatchObject({ kind: "ready", action });
  });

  test("unknown", async () => {
    const output =
      "unsupported call: fetch\nThe tools are: shell, shell_output, apply_patch, write_file, update_plan";
    const prepared = createToolSet({ model: "gpt-oss-20b" }).prepare(
      { name: "fetch", arguments: "{}" },
      makeContext("/"),
    );
    expect(await prepared).toEqual({
      kind: "invalid",
      action: { kind: "invalid", name: "fetch" },
      output,
      outcome: { kind: "failed", message: output },
    });
  });
});

describe("arguments", () => {
  const usage = `shell takes one JSON object of this schema: ${JSON.stringify(shellSpec.parameters)}`;
  test.each([
    ["[]", `failed to parse function arguments: invalid type: array, expected an object\n${usage}`],
    ["7", `failed to parse function arguments: invalid type: number, expected an object\n${usage}`],
    ['"ls"', `failed to parse function arguments: invalid type: string, expected an object\n${usage}`],
    ["", `failed to parse function arguments: missing field \`command\`\n${usage}`],
    ["null", `failed to parse function arguments: missing field \`command\`\n${usage}`],
    ["{}", `failed to parse function arguments: missing field \`command\`\n${usage}`],
    ['{"command":""}', `failed to parse function arguments: missing field \`command\`\n${usage}`],
    ['{"command":[]}', `failed to parse function arguments: missing field \`command\`\n${usage}`],
    ['{"command":[1]}', `failed to parse function arguments: missing field \`command\`\n${usage}`],
    ['{"command":{"a":1}}', `failed to parse function arguments: missing field \`command\`\n${usage}`],
    [
      '{"command":"a\\u0000b"}',
      `failed to parse function arguments: \`command\` contains a NUL character\n${usage}`,
    ],
  ])("%s", (json, output) => {
    expect(prepare("shell", json, makeContext("/"))).toMatchObject({ kind: "invalid", output });
  });

  test.each(['{"command": "rm -rf x"', "ls -la", '{"command": "a"} {"command": "b"}', "*** Begin Patch\n"])(
    "nothing is run from %j",
    (json) => {
      const prepared = prepare("shell", json, makeContext("/"));
      expect(prepared).toMatchObject({ kind: "invalid", action: { kind: "invalid", name: "shell" } });
      expect(prepared.kind === "invalid" && prepared.output).toMatch(
        /^failed to parse function arguments: .+\nshell takes one JSON object of this schema: \{"type":"object"/,
      );
    },
  );

  test("a runaway text is not looked at", () => {
    const prepared = prepare("shell", `{"command":"${"x".repeat(4 * 1024 * 1024)}"}`, makeContext("/"));
    expect(prepared).toMatchObject({
      kind: "invalid",
      output: `failed to parse function arguments: too large (4194318 characters, the limit is 4194304)\n${usage}`,
    });
  });

  test("an object encoded twice", async () => {
    const { sandbox, commands } = scriptedSandbox(exited(""));
    const cwd = makeFolder();
    const prepared = prepare("shell", JSON.stringify('{"command":"ls"}'), makeContext(cwd, { sandbox }));
    if (prepared.kind === "ready") {
      await prepared.run();
    }
    expect(commands).toEqual([{ argv: ["bash", "-c", "ls"], cwd, timeoutMs: 120_000 }]);
  });

  const patch = "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch";
  test.each([patch, `\n${patch}\n`, JSON.stringify(patch), `apply_patch <<'EOF'\n${patch}\nEOF`])(
    "a patch in place of the arguments: %j",
    (text) => {
      const prepared = prepare("apply_patch", text, makeContext("/work"));
      expect(prepared).toMatchObject({ kind: "ready", action: { kind: "edit", paths: ["a"] } });
    },
  );

  test.each([
    [
      "read_file",
      {},
      'missing field `path`\nread_file takes one JSON object of this schema: {"type":"object","properties":{"path":',
    ],
    ["read_file", { path: " " }, "`path` is empty"],
    ["read_file", { path: "a\0b" }, "`path` contains a NUL character"],
    ["edit_file", { path: "a", new_text: "x" }, "missing field `old_text`\nedit_file takes one JSON object"],
    ["edit_file", { path: "a", old_text: "x" }, "missing field `new_text`"],
    ["write_file", { path: "a" }, "missing field `content` (a string)\nwrite_file takes one JSON object"],
    ["apply_patch", { path: "a" }, "missing field `input`\napply_patch takes one JSON object"],
    ["update_plan", {}, "`plan` must be a list of {step, status}\nupdate_plan takes one JSON object"],
  ])("%s %j", (name, args, message) => {
    const prepared = prepare(name, args, makeContext("/"));
    expect(prepared.kind === "invalid" && prepared.output).toContain(
      `failed to parse function arguments: ${message}`,
    );
  });
});
