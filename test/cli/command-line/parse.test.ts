import { expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/help.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse.ts";

interface Row {
  readonly argv: readonly string[];
  readonly name?: string;
  readonly argument?: string;
  readonly words?: readonly string[];
  readonly options?: Readonly<Record<string, readonly string[]>>;
}

test.each<Row>([
  { argv: ["exec", "do it"], name: "exec", argument: "do it" },
  { argv: ["e", "-"], name: "exec", argument: "-" },
  { argv: ["exec", "--", "--sandbox"], name: "exec", argument: "--sandbox" },
  { argv: ["exec", "-m", "a", "hi"], name: "exec", argument: "hi", options: { model: ["a"] } },
  { argv: ["exec", "hi", "-ma"], name: "exec", argument: "hi", options: { model: ["a"] } },
  { argv: ["exec", "--model=a", "hi"], name: "exec", argument: "hi", options: { model: ["a"] } },
  {
    argv: ["exec", "--oss", "--local-provider=llamacpp", "hi"],
    name: "exec",
    argument: "hi",
    options: { oss: [""], "local-provider": ["llamacpp"] },
  },
  { argv: ["exec", "--full-auto"], name: "exec", options: { "full-auto": [""] } },
  {
    argv: ["exec", "--offline", "-v", "hi"],
    name: "exec",
    argument: "hi",
    options: { offline: [""], verbose: [""] },
  },
  { argv: ["exec", "--verbose"], name: "exec", options: { verbose: [""] } },
  {
    argv: ["-c", "a=1", "exec", "-c", "b=2", "--config", "a=3"],
    name: "exec",
    options: { config: ["a=1", "b=2", "a=3"] },
  },
  { argv: ["demo", "--pace", "full"], name: "demo", options: { pace: ["full"] } },
  { argv: ["practice"], name: "practice" },
  { argv: ["practice", "--as", "ollama"], name: "practice", options: { as: ["ollama"] } },
  {
    argv: ["practice", "--prefill", "300", "--also", "a", "--also", "b"],
    name: "practice",
    options: { prefill: ["300"], also: ["a", "b"] },
  },
  {
    argv: ["models", "--provider", "box", "--json"],
    name: "models",
    options: { provider: ["box"], json: [""] },
  },
  { argv: ["models", "pull", "m"], name: "models pull", argument: "m" },
  {
    argv: ["-c", "a=1", "models", "load", "--provider", "box", "m"],
    name: "models load",
    argument: "m",
    options: { provider: ["box"], config: ["a=1"] },
  },
  {
    argv: ["models", "unload", "m", "-p", "x"],
    name: "models unload",
    argument: "m",
    options: { profile: ["x"] },
  },
  { argv: ["exec", "--record", "d", "hi"], name: "exec", argument: "hi", options: { record: ["d"] } },
  {
    argv: ["debug", "decode", "a.json", "--split", "bytes", "--tool", "a", "--tool=b"],
    name: "debug decode",
    argument: "a.json",
    options: { split: ["bytes"], tool: ["a", "b"] },
  },
  { argv: ["exec", "--add-dir", "a", "--add-dir=b"], name: "exec", options: { "add-dir": ["a", "b"] } },
  { argv: ["sandbox", "ls", "-l", "--", "-s"], name: "sandbox", words: ["ls", "-l", "--", "-s"] },
  {
    argv: ["-c", "a=1", "sandbox", "--full-auto", "-C", "d", "--", "--odd", "--help"],
    name: "sandbox",
    words: ["--odd", "--help"],
    options: { "full-auto": [""], cd: ["d"], config: ["a=1"] },
  },
  {
    argv: ["sandbox", "linux", "--full-auto", "ls"],
    name: "sandbox",
    words: ["ls"],
    options: { "full-auto": [""] },
  },
  { argv: ["debug", "landlock", "ls"], name: "sandbox", words: ["ls"] },
  { argv: ["sandbox", "--", "linux"], name: "sandbox", words: ["linux"] },
])("a command: $argv", ({ argv, name, argument, words = [], options = {} }) => {
  const line = parseCommandLine(argv);
  if (line.type !== "command") {
    throw new Error(JSON.stringify(line));
  }
  expect({
    name: line.name,
    argument: line.given.argument,
    words: line.given.words,
    options: Object.fromEntries(line.given.options),
  }).toEqual({
    name,
    argument,
    words,
    options,
  });
});

test.each([
  { argv: [], type: "welcome" },
  { argv: ["--version"], type: "version" },
  { argv: ["-V"], type: "version" },
  { argv: ["--help"], type: "help" },
  { argv: ["help"], type: "help" },
])("the program itself: $argv", ({ argv, type }) => {
  expect(parseCommandLine(argv)).toEqual({ type });
});

test.each([[["debug", "--help"]], [["debug", "decode", "-h"]], [["help", "debug", "decode"]]])(
  "help on a command of two words: %j",
  (argv) => {
    expect(parseCommandLine(argv)).toMatchObject({ type: "help", command: { name: "debug decode" } });
  },
);

test.each([[["exec", "-h"]], [["help", "exec"]], [["exec", "hi", "--help"]]])(
  "help on a command: %j",
  (argv) => {
    expect(parseCommandLine(argv)).toMatchObject({ type: "help", command: { name: "exec" } });
  },
);

test.each([
  { argv: ["sandbox"], message: "leat sandbox needs a command", hint: "leat sandbox --help" },
  { argv: ["sandbox", "--full-auto"], message: "leat sandbox needs a command", hint: "leat sandbox --help" },
  { argv: ["sandbox", "-l", "ls"], message: "unknown option '-l'", hint: "" },
  { argv: ["exce"], message: "unknown command 'exce'", hint: "Did you mean leat exec?" },
  { argv: ["fix the bug"], message: "unknown command 'fix the bug'", hint: 'leat exec "…"' },
  { argv: ["exec", "--sandbx", "x"], message: "unknown option '--sandbx'", hint: "Did you mean --sandbox?" },
  {
    argv: ["models", "pul", "x"],
    message: "unknown command 'models pul'",
    hint: "Did you mean leat models pull?",
  },
  { argv: ["models", "qwen"], message: "unknown command 'models qwen'", hint: "leat models unload" },
  { argv: ["models", "--json", "pull", "x"], message: "'pull' stands too late", hint: "leat models pull …" },
  { argv: ["models", "load"], message: "leat models load needs a name", hint: "--help" },
  { argv: ["models", "pull", "a", "b"], message: "unexpected argument 'b'", hint: "--help" },
  { argv: ["exec", "--json", "hi"], message: "unknown option '--json'", hint: "not here yet" },
  {
    argv: ["exec", "--local-provider", "vllm", "hi"],
    message: "'vllm' is no value of --local-provider",
    hint: "lmstudio, ollama, llamacpp",
  },
  { argv: ["exec", "--os", "hi"], message: "unknown option '--os'", hint: "Did you mean --oss?" },
  { argv: ["-m", "a", "exec"], message: "unknown option '-m'", hint: "leat exec -m …" },
  { argv: ["exec", "-m"], message: "option --model needs a value: <model>", hint: "--help" },
  { argv: ["exec", "-m", "--stream"], message: "option --model needs a value: <model>", hint: "--help" },
  { argv: ["exec", "--stream=yes"], message: "option --stream takes no value", hint: "--help" },
  { argv: ["exec", "-m", "a", "-m", "b"], message: "option --model stands there twice", hint: "--help" },
  {
    argv: ["exec", "-s", "none"],
    message: "'none' is no value of --sandbox",
    hint: "read-only, workspace-write",
  },
  {
    argv: ["exec", "--full-auto", "-s", "read-only"],
    message: "--full-auto cannot be used with --sandbox",
    hint: "",
  },
  { argv: ["exec", "--yolo", "--full-auto"], message: "--yolo cannot be used with --full-auto", hint: "" },
  { argv: ["exec", "fix", "it"], message: "unexpected argument 'it'", hint: "quotes" },
  { argv: ["debug"], message: "leat debug needs a second word", hint: "leat debug decode" },
  { argv: ["debug", "--split"], message: "unknown command 'debug --split'", hint: "leat debug decode" },
  { argv: ["debug", "decod", "a"], message: "unknown command 'debug decod'", hint: "leat debug decode" },
  { argv: ["help", "debug"], message: "leat debug needs a second word", hint: "leat debug decode" },
  { argv: ["debug", "decode"], message: "leat debug decode needs a file", hint: "--help" },
  {
    argv: ["debug", "decode", "a", "b"],
    message: "unexpected argument 'b'",
    hint: "leat debug decode --help",
  },
  {
    argv: ["debug", "decode", "a", "--split", "no"],
    message: "'no' is no value of --split",
    hint: "given, whole, bytes",
  },
  { argv: ["demo", "now"], message: "unexpected argument 'now'", hint: "" },
  { argv: ["-c", "a=1"], message: "a command is missing", hint: "leat --help" },
])("a mistake: $argv", ({ argv, message, hint }) => {
  const line = parseCommandLine(argv);
  expect(line).toMatchObject({ type: "mistake", message });
  if (line.type === "mistake") {
    expect(line.hint).toContain(hint);
  }
});

test("the help of a command names every option but the other spellings", () => {
  const line = parseCommandLine(["exec", "--help"]);
  const text = helpText(line.type === "help" ? line.command : undefined);
  for (const option of [
    "--sandbox <mode>",
    "--full-auto",
    "-o, --output-last-message <file>",
    "(also --yolo)",
  ]) {
    expect(text).toContain(option);
  }
  expect(text).not.toMatch(/^ +--yolo/m);
  expect(Math.max(...text.split("\n").map((row) => row.length))).toBeLessThanOrEqual(110);
});
