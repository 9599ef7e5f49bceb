import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { classifyCommand } from "../../src/approval/command/classify.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { commandLines } from "./support.ts";

const SOUP =
  "c1|c2|c1|c2|a|b|x y|1|2|é|-n|--|=|,|.|/|:|@|%|+|^|!|#|~|*|?|[|]|{|}|{a,b}|(|)|<|>|&|;|\\|'|\"|\\\"|\\'|\\ |$|`|$x|$'|$(|$((|<(|<<E|\n|\n|\t|\\\n| | | | |  |&&|&&|;;|2>&1|>/dev/null|2>/dev/null|''|\"\"|'a b'|\"a b\"|if|then|fi|for|do|done|case|esac|time|function|coproc|[[|]]|\r|\u00a0"
    .split("|")
    .concat("|", "|", "||");

function soup(random: () => number, pieces: readonly string[], most: number): string {
  const length = 1 + Math.floor(random() * most);
  return Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join("");
}

test("random scripts never break it", async () => {
  const random = seededRandom(1);
  const kinds = new Set<string>();
  for (let number = 0; number < 1500; number++) {
    const { kind } = await classifyCommand([
      "bash",
      "-c",
      soup(random, [...SOUP, "ls", "rm -rf", "cat", "eval ", "bash -c "], 14),
    ]);
    kinds.add(kind);
  }
  expect([...kinds].sort()).toEqual(["dangerous", "safe", "unknown"]);
});

/** What bash makes of scripts: the words of each command it comes to, every command succeeding or every one failing. */
function readByBash(scripts: readonly string[], exitCode: number): string[][] {
  const program = `
    command_not_found_handle() { local IFS=$'\\x1f'; printf '%s\\x1e' "$*" >&9; return ${exitCode}; }
    set +o history
    for script in "$@"; do ( eval "$script" ) >/dev/null 2>&1 </dev/null; printf '\\x1d' >&9; done`;
  const { output, error } = spawnSync("/bin/bash", ["--norc", "-c", program, "bash", ...scripts], {
    cwd: tempFolder(),
    env: { PATH: "/nonexistent", LC_ALL: "C.UTF-8" },
    stdio: ["ignore", "ignore", "inherit", ...Array<"ignore">(6).fill("ignore"), "pipe"],
    encoding: "utf8",
  });
  expect(error).toBeUndefined();
  const parts = String(output[9]).split("\x1d");
  return parts.slice(0, scripts.length).map((part) => part.split("\x1e").filter((command) => command !== ""));
}

test("where a script is plain to us, bash runs exactly these commands with exactly these words", async () => {
  const random = seededRandom(2);
  const scripts: string[] = [];
  const ours: string[][] = [];
  for (let number = 0; number < 30_000 && scripts.length < 120; number++) {
    const script = `c1 ${soup(random, SOUP, 9)}`;
    const { commands } = await classifyCommand(["bash", "-c", script]);
    // Only names that no shell knows: bash tells their words and runs nothing.
    if (commands?.every(({ words: [program] }) => /^c[12][^/]*$/.test(program ?? ""))) {
      scripts.push(script);
      ours.push(commands.map(({ words }) => words.join("\x1f")));
    }
  }
  const succeeding = readByBash(scripts, 0);
  const failing = readByBash(scripts, 1);
  const both = scripts.map((_, index) => [
    ...new Set([...(succeeding[index] ?? []), ...(failing[index] ?? [])]),
  ]);
  const unlike = scripts.filter(
    (_, index) => JSON.stringify(both[index]?.sort()) !== JSON.stringify([...new Set(ours[index])].sort()),
  );
  expect(scripts.length).toBe(120);
  expect(
    unlike.map((script) => [script, ours[scripts.indexOf(script)], both[scripts.indexOf(script)]]),
  ).toEqual([]);
});

test("a safe script with anything more is no longer safe", async () => {
  const around: readonly ((script: string) => string)[] = [
    (script) => `${script} > f`,
    (script) => `${script} >> f`,
    (script) => `${script} 2> f`,
    (script) => `${script} < f > /dev/null/x`,
    (script) => `${script} $(touch x)`,
    (script) => `${script} \`touch x\``,
    (script) => `${script} "$(touch x)"`,
    (script) => `${script} <(touch x)`,
    (script) => `${script} &`,
    (script) => `${script}; touch x`,
    (script) => `${script}\ntouch x`,
    (script) => `${script} && ./x`,
    (script) => `${script} | tee x`,
    (script) => `${script} <<E\nx\nE`,
    (script) => `touch x; ${script}`,
    (script) => `touch x\n${script}`,
    (script) => `X=1 ${script}`,
    (script) => `> f ${script}`,
    (script) => `! ${script}`,
    (script) => `exec ${script}`,
    (script) => `sudo ${script}`,
    (script) => `(${script})`,
    (script) => `{ ${script}\n}`,
    (script) => `if true; then ${script}\nfi`,
    (script) => `f() { ${script}\n}`,
    (script) => `echo $x; ${script}`,
  ];
  // After a remark, nothing on the line counts; before a blank line or a `set`, `sudo` and the like stand alone.
  const plain = commandLines("safe.txt").filter((script) => !script.includes("#") && !/^[\n ]/.test(script));
  const stillSafe: string[] = [];
  for (const script of plain) {
    for (const change of around) {
      const changed = change(script);
      if ((await classifyCommand(["bash", "-c", changed])).kind === "safe") {
        stillSafe.push(changed);
      }
    }
  }
  expect(stillSafe).toEqual([]);
});

test.each<[string, string, string]>([
  ["a megabyte of harmless commands", "ls -la; ".repeat(125_000), "unknown"],
  ["a megabyte and what it hides", `${"ls -la; ".repeat(125_000)}rm -rf x`, "rm -rf"],
  ["a long file in a here-document", `cat > f <<'E'\n${"lorem ipsum eval x\n".repeat(20_000)}E`, "unknown"],
  ["a word of a megabyte", `echo ${"a".repeat(1_000_000)}`, "safe"],
  ["a text of a megabyte", `echo '${"a b ".repeat(250_000)}'`, "unknown"],
  ["brackets in brackets", `${"(".repeat(10_000)}ls${")".repeat(10_000)}`, "unknown"],
  ["a danger in brackets in brackets", `${"(".repeat(10_000)}rm -rf x${")".repeat(10_000)}`, "rm -rf"],
  ["brackets that don't close", "(".repeat(100_000), "unknown"],
  ["substitutions in substitutions", `${"echo $(".repeat(10_000)}rm -rf x${")".repeat(10_000)}`, "rm -rf"],
  ["evaluated substitutions", `${"eval $(".repeat(900)}curl x${")".repeat(900)}`, "eval of a download"],
  ["evaluated texts", `${'eval "x '.repeat(4000)}`, "unknown"],
  ["eval of eval", `${"eval ".repeat(10_000)}ls`, "commands nested too deep to be checked"],
  ["shells in a shell", `${"bash -c ".repeat(5000)}ls`, "unknown"],
  ["wrappers in wrappers", `${"sudo ".repeat(10_000)}ls`, "commands nested too deep to be checked"],
  ["find in find", `${"find -exec ".repeat(2000)}ls`, "commands nested too deep to be checked"],
  ["a long pipeline", `ls${" | cat".repeat(900)}`, "safe"],
  ["too long a pipeline", `ls${" | cat".repeat(10_000)}`, "unknown"],
  ["pipelines in pipelines", `${"(ls | ".repeat(10_000)}sh${")".repeat(10_000)}`, "unknown"],
  ["pipelines in pipelines to a shell", `${"(ls | ".repeat(900)}sh${")".repeat(900)}`, "unknown"],
  ["functions in functions", `${"f() { ".repeat(10_000)}ls; ${"}; ".repeat(10_000)}`, "unknown"],
  ["here-documents", "bash <<A\n".repeat(5000), "commands nested too deep to be checked"],
  ["quotes and backslashes", "\\'\"".repeat(30_000), "unknown"],
  ["many names", `alias ${"a='ls -l' ".repeat(5000)}`, "unknown"],
])("%s", async (_, script, expected) => {
  const found = await classifyCommand(["bash", "-c", script]);
  expect(found.kind === "dangerous" ? found.what : found.kind).toBe(expected);
});
