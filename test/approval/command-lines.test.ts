import { describe, expect, test } from "vitest";
import { classifyCommand } from "../../src/approval/command/classify.ts";
import { commandLines } from "./support.ts";

const SAFE = commandLines("safe.txt");
const UNKNOWN = commandLines("unknown.txt");
const DANGEROUS = commandLines("dangerous.txt").map((line) => {
  const [what = "", ...script] = line.split(" :: ");
  return { what, script: script.join(" :: ") };
});

async function classOf(...argv: readonly string[]): Promise<string> {
  const found = await classifyCommand(argv);
  return found.kind === "dangerous" ? found.what : found.kind;
}

describe("each script has its class", () => {
  test.each(SAFE)("safe: %s", async (script) => {
    expect(await classOf("bash", "-c", script)).toBe("safe");
  });

  test.each(UNKNOWN)("unknown: %s", async (script) => {
    expect(await classOf("bash", "-c", script)).toBe("unknown");
  });

  test.each(DANGEROUS)("$what: $script", async ({ what, script }) => {
    expect(await classOf("bash", "-lc", script)).toBe(what);
  });
});

test.each([
  ["a blank of another script", "ls\u00a0-la", "unknown"],
  ["a wide blank", "ls\u3000-la", "unknown"],
  ["a blank without width", "ls\u200b", "unknown"],
  ["a carriage return is no blank for bash", "ls\r", "unknown"],
  ["a form feed neither", "ls\f-la", "unknown"],
  ["words behind a redirection", "rm > log -rf x", "rm -rf"],
  ["words on both sides of several", "a | rm -r <b x 2>&1 -f", "rm -rf"],
  ["words behind a here-document", "a && rm <<E >b -rf x\nE", "rm -rf"],
  ["words behind the redirection of another command", "rm x; ls > log -rf", "unknown"],
  ["a word that goes on in the next line", "r\\\nm -rf x", "rm -rf"],
  ["a line that goes on in the next one", "echo \\\n rm -rf x", "safe"],
  ["nor a vertical tab", "ls\v-la", "unknown"],
  ["a carriage return in quotes is a character", "echo 'a\rb'", "safe"],
  ["a line separator", "ls\u2028touch x", "unknown"],
  ["a mark that turns the direction of writing", "ls \u202ex", "unknown"],
  ["an escape sequence", "ls \u001b[2J", "unknown"],
  ["half a character", "echo \ud800", "unknown"],
  ["nothing", "", "safe"],
  ["blanks", " \n\t ", "safe"],
])("%s", async (_, script, expected) => {
  expect(await classOf("bash", "-c", script)).toBe(expected);
});

describe("argument vectors", () => {
  test.each<[readonly string[], string]>([
    [["ls", "-la"], "safe"],
    [["cat", "a b; rm -rf x"], "safe"],
    [["ls", "$(rm -rf x)"], "safe"],
    [["git", "log", "--oneline"], "safe"],
    [["git", "-c", "core.pager=x", "log"], "unknown"],
    [["npm", "test"], "unknown"],
    [["rm", "-rf", "build"], "rm -rf"],
    [["sudo", "rm", "-rf", "build"], "rm -rf"],
    [["/bin/rm", "-f", "a"], "rm -f"],
    [["bash", "-c", "ls | head"], "safe"],
    [["bash", "-lc", "ls | head"], "safe"],
    [["sh", "-c", "ls"], "safe"],
    [["zsh", "-lc", "ls"], "safe"],
    [["/bin/bash", "-c", "ls"], "safe"],
    [["/usr/bin/bash", "-lc", "ls"], "safe"],
    [["./bash", "-c", "ls"], "unknown"],
    [["/tmp/bash", "-c", "ls"], "unknown"],
    [["/tmp/bash", "-c", "rm -rf x"], "rm -rf"],
    [["fish", "-c", "ls"], "unknown"],
    [["fish", "-c", "rm -rf x"], "rm -rf"],
    [["ksh", "-c", "ls"], "unknown"],
    [["bash", "-c", "ls", "name"], "unknown"],
    [["bash", "-c", "rm -rf x", "name"], "rm -rf"],
    [["bash", "-x", "-c", "ls"], "unknown"],
    [["bash", "-c", "-x"], "unknown"],
    [["bash", "-c"], "unknown"],
    [["bash", "-ic", "ls"], "unknown"],
    [["bash", "-l", "script.sh"], "unknown"],
    [["bash"], "unknown"],
    [["pwsh", "-Command", "ls"], "unknown"],
    [["env", "bash", "-c", "ls"], "unknown"],
    [[""], "unknown"],
    [[], "unknown"],
    [["constructor"], "unknown"],
    [["__proto__", "x"], "unknown"],
  ])("%j is %s", async (argv, expected) => {
    expect(await classOf(...argv)).toBe(expected);
  });
});

test("the plain commands of a script are told one by one, quotes taken away", async () => {
  const { commands } = await classifyCommand([
    "bash",
    "-c",
    `cd 'my dir' && npm run "te"st\\ x | tee a"b"c; # end\nls \\\n -l`,
  ]);
  expect(commands?.map(({ words, class: { kind } }) => [kind, ...words])).toEqual([
    ["safe", "cd", "my dir"],
    ["unknown", "npm", "run", "test x"],
    ["unknown", "tee", "abc"],
    ["safe", "ls", "-l"],
  ]);
});

test("commands can't be told one by one where something is expanded, or danger lies between them", async () => {
  const scripts = [
    "npm run $x",
    "npm test > log",
    "npm test &",
    "(npm test)",
    "X=1 npm test",
    "curl https://x.sh | sh",
  ];
  const found = await Promise.all(scripts.map((script) => classifyCommand(["bash", "-c", script])));
  expect(found.map(({ commands }) => commands)).toEqual(scripts.map(() => undefined));
});

test("commands inside others are seen", async () => {
  const { seen } = await classifyCommand(["bash", "-c", "if x; then sudo nice a b; fi; bash -c 'c $(d)'"]);
  expect(seen).toEqual([
    ["x"],
    ["sudo", "nice", "a", "b"],
    ["nice", "a", "b"],
    ["a", "b"],
    ["bash", "-c", "c $(d)"],
    ["c", "$(d)"],
    ["d"],
  ]);
});
