import { describe, expect, test } from "vitest";
import type { FileChange, ToolAction, ToolOutcome } from "../../src/protocol/index.ts";
import { play, type Scene } from "./support.ts";

const shown = (
  action: ToolAction,
  result: ToolOutcome,
  scene: Partial<Scene> = {},
  durationMs = 12,
): string =>
  play({
    wiring: "both-piped",
    events: [
      { type: "tool-started", callId: "1", action },
      { type: "tool-output-delta", callId: "1", text: "not shown twice" },
      { type: "tool-ended", callId: "1", action, result, durationMs },
    ],
    ...scene,
  }).stderr;

const sh = (command: string): ToolAction => ({ kind: "command", command, cwd: "/w" });
const exited = (output: string, exitCode = 0, timedOut = false): ToolOutcome => ({
  kind: "command-exited",
  exitCode,
  output,
  timedOut,
});
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
const read: ToolAction = { kind: "read", path: "src/a.ts" };
const edit: ToolAction = { kind: "edit", paths: ["src/a.ts"] };
const plan: ToolAction = { kind: "plan" };
const changed = (...changes: FileChange[]): ToolOutcome => ({ kind: "files-changed", changes });
const head = (command: string, result: string) => `exec  ${command.padEnd(35)}  ${result}\n`;

describe("commands", () => {
  test.each<[string, string, ToolOutcome, number, string]>([
    ["exit code", "false", exited("", 1), 340, head("false", "exit 1 in 340 ms")],
    ["timeout", "sleep 999", exited("", 124, true), 120_004, head("sleep 999", "timed out after 120 s")],
    ["short timeout", "sleep 999", exited("", 124, true), 500, head("sleep 999", "timed out after 500 ms")],
    ["seconds", "make", exited(""), 59_940, head("make", "ok in 59.9 s")],
    ["minutes", "make", exited(""), 3_725_000, head("make", "ok in 62 m 05 s")],
    ["several lines", "\ncat <<E\nhi\nE\n", exited("\n\n"), 12, head("cat <<E …", "ok in 12 ms")],
    ["inner blank lines stay", "x", exited("a\n\nb\n\n"), 12, `${head("x", "ok in 12 ms")}  a\n\n  b\n`],
    [
      "eleven lines are shown whole",
      "x",
      exited(numbered(11).join("\n")),
      12,
      `${head("x", "ok in 12 ms")}${numbered(11)
        .map((line) => `  ${line}\n`)
        .join("")}`,
    ],
    [
      "more lose their middle",
      "x",
      exited(numbered(2000).join("\r\n")),
      12,
      `${head("x", "ok in 12 ms")}${[...numbered(5), "… 1,990 lines", ...numbered(2000).slice(-5)].map((line) => `  ${line}\n`).join("")}`,
    ],
    [
      "of which there were more than the model has got",
      "x",
      { ...exited(numbered(257).join("\n")), totalLines: 100_000 } as ToolOutcome,
      12,
      `${head("x", "ok in 12 ms")}${[...numbered(5), "… 99,990 lines", ...numbered(257).slice(-5)].map((line) => `  ${line}\n`).join("")}`,
    ],
    [
      "what the sandbox denied",
      "x",
      {
        kind: "command-exited",
        exitCode: 1,
        output: "no\n",
        timedOut: false,
        denials: [
          { kind: "write", path: "/etc/x" },
          { kind: "read", path: "/s" },
          { kind: "network" },
          { kind: "network", target: "h.io" },
        ],
      },
      12,
      `${head("x", "exit 1 in 12 ms")}  no\n  denied by the sandbox: write /etc/x, read /s, network, network h.io\n`,
    ],
    [
      "failed, with lines for the model",
      "x",
      { kind: "failed", message: "The closest is line 1:\n1\tx" },
      12,
      head("x", "failed: The closest is line 1"),
    ],
    ["failed", "x", { kind: "failed", message: "no\nmore" }, 12, head("x", "failed: no")],
    ["aborted", "x", { kind: "aborted" }, 1200, head("x", "aborted after 1.2 s")],
  ])("%s", (_name, command, result, durationMs, expected) => {
    expect(shown(sh(command), result, {}, durationMs)).toBe(expected);
  });

  test("a narrow terminal breaks the line of what the sandbox denied, up to a point", () => {
    const denied = (path: string) => {
      const result: ToolOutcome = { ...exited("", 1), denials: [{ kind: "write", path }] } as ToolOutcome;
      return shown(sh("x"), result, { wiring: "both-terminals", columns: 40 }).split("\n").at(-2);
    };
    expect(denied(`/home/someone/${"p".repeat(40)}`)).toBe(
      `  denied by the sandbox: write /home/someone/${"p".repeat(40)}`,
    );
    expect(denied(`/${"p".repeat(400)}`)).toBe(`  denied by the sandbox: write /${"p".repeat(84)}…`);
  });
});

test.each<[string, ToolAction, ToolOutcome, string]>([
  [
    "a range",
    { ...read, firstLine: 1, lineCount: 80 },
    { kind: "file-read", lines: 80, totalLines: 214 },
    "read  src/a.ts  lines 1–80 of 214\n",
  ],
  [
    "a search",
    { kind: "search", pattern: "foo\\(", path: "src", glob: "*.ts" },
    { kind: "found", what: "matches", count: 1_234, atLeast: false },
    "search  foo\\( in src, *.ts  1,234 matches\n",
  ],
  [
    "one match",
    { kind: "search", pattern: "a\x1b[2Jb" },
    { kind: "found", what: "matches", count: 1, atLeast: false },
    "search  a^[[2Jb  1 match\n",
  ],
  [
    "no match",
    { kind: "search", pattern: "x", path: "src" },
    { kind: "found", what: "matches", count: 0, atLeast: false },
    "search  x in src  no match\n",
  ],
  [
    "files",
    { kind: "search", glob: "*.ts", path: "src" },
    { kind: "found", what: "files", count: 2_000, atLeast: true },
    "search  *.ts in src  more than 2,000 files\n",
  ],
  [
    "no files",
    { kind: "search" },
    { kind: "found", what: "files", count: 0, atLeast: false },
    "search  files  no files\n",
  ],
  [
    "an image",
    { kind: "image", path: "a.png" },
    { kind: "image-shown", format: "png", bytes: 2_300_000 },
    "view  a.png  png, 2,246 KB\n",
  ],
  [
    "a small image",
    { kind: "image", path: "a.gif" },
    { kind: "image-shown", format: "gif", bytes: 43 },
    "view  a.gif  gif, 43 bytes\n",
  ],
  [
    "into the background",
    { kind: "command", command: "npm start", cwd: "/w" },
    { kind: "command-running", id: "1", output: "ready\n" },
    `${head("npm start", "in the background as 1")}  ready\n`,
  ],
  [
    "still running",
    { kind: "poll", id: "1", command: "npm start", stop: false },
    { kind: "command-running", id: "1", output: "" },
    "poll  npm start  still running\n",
  ],
  [
    "ended in the background",
    { kind: "poll", id: "1", command: "npm start\nexit", stop: false },
    exited("bye\n", 1),
    "poll  npm start …  exit 1 in 12 ms\n  bye\n",
  ],
  [
    "stopped",
    { kind: "poll", id: "1", command: "npm start", stop: true },
    { kind: "command-stopped", output: "bye\n" },
    "stop  npm start  stopped\n  bye\n",
  ],
  [
    "an id nobody knows",
    { kind: "poll", id: "\x1b[31m7", stop: false },
    { kind: "failed", message: "there is no background command 7" },
    "poll  ^[[31m7  failed: there is no background command 7\n",
  ],
  [
    "from a later line",
    { ...read, firstLine: 1001 },
    { kind: "file-read", lines: 2, totalLines: 1002 },
    "read  src/a.ts  lines 1,001–1,002 of 1,002\n",
  ],
  ["one line", read, { kind: "file-read", lines: 1, totalLines: 1 }, "read  src/a.ts  line 1 of 1\n"],
  ["an empty file", read, { kind: "file-read", lines: 0, totalLines: 0 }, "read  src/a.ts  no lines of 0\n"],
  ["not there", read, { kind: "failed", message: "no such file" }, "read  src/a.ts  failed: no such file\n"],
  [
    "an unknown tool",
    { kind: "invalid", name: "fly\x1b" },
    { kind: "failed", message: "no such tool" },
    "call  fly^[  failed: no such tool\n",
  ],
  [
    "a call without a name",
    { kind: "invalid", name: "" },
    { kind: "failed", message: "no such tool" },
    "call  failed: no such tool\n",
  ],
])("reads and wrong calls: %s", (_name, action, result, expected) => {
  expect(shown(action, result)).toBe(expected);
});

describe("edits", () => {
  const diff = "@@ -1,3 +1,3 @@\n a\n-b\n+++c\n+d\n e\n";

  test("counts and coloured lines", () => {
    expect(shown(edit, changed({ path: "src/a.ts", change: "update", diff }), { color: "always" })).toBe(
      [
        "\x1b[1medit\x1b[0m  src/a.ts (+2 −1)",
        "  \x1b[2m@@ -1,3 +1,3 @@\x1b[0m",
        "  \x1b[2m a\x1b[0m",
        "  \x1b[31m-b\x1b[0m",
        "  \x1b[32m+++c\x1b[0m",
        "  \x1b[32m+d\x1b[0m",
        "  \x1b[2m e\x1b[0m\n",
      ].join("\n"),
    );
  });

  test("several files: new, deleted, moved; ASCII", () => {
    const result = changed(
      { path: "new.ts", change: "add", diff: "+a\n" },
      { path: "old.ts", change: "delete", diff: "-a" },
      { path: "a.ts", change: "update", movedTo: "b.ts", diff: "" },
    );
    expect(shown(sh("apply_patch"), result, { utf8: false })).toBe(
      "edit  new.ts (new +1)\n  +a\nedit  old.ts (deleted -1)\n  -a\nedit  a.ts -> b.ts\n",
    );
  });

  test("a long diff is cut, its counts are not", () => {
    const long = numbered(1042).map((line) => `+${line}`);
    expect(shown(edit, changed({ path: "a", change: "add", diff: long.join("\n") }))).toBe(
      `edit  a (new +1,042)\n${long
        .slice(0, 40)
        .map((line) => `  ${line}\n`)
        .join("")}  … 1,002 more lines\n`,
    );
  });

  test("nothing changed, and failed", () => {
    expect(shown(edit, changed())).toBe("edit  src/a.ts  nothing changed\n");
    expect(shown(edit, { kind: "failed", message: "`old` is not in the file" })).toBe(
      "edit  src/a.ts  failed: `old` is not in the file\n",
    );
  });
});

describe("plans", () => {
  const updated: ToolOutcome = {
    kind: "plan-updated",
    plan: {
      explanation: "first\nlook",
      steps: [
        { step: "read", status: "completed" },
        { step: "mend", status: "in_progress" },
        { step: "test", status: "pending" },
      ],
    },
  };
  test("signs", () => {
    expect(shown(plan, updated)).toBe("plan  first look\n  ✓ read\n  → mend\n  · test\n");
    expect(shown(plan, updated, { utf8: false })).toBe("plan  first look\n  x  read\n  -> mend\n  -  test\n");
    expect(shown(plan, { kind: "plan-updated", plan: { steps: [] } })).toBe("plan\n");
    expect(shown(plan, { kind: "failed", message: "no steps" })).toBe("plan  failed: no steps\n");
  });
});

test("calls that run at the same time each get their line", () => {
  const { stderr } = play({
    wiring: "stdout-piped",
    events: [
      { type: "tool-started", callId: "1", action: read },
      { type: "tool-started", callId: "2", action: sh("true") },
      { type: "tool-ended", callId: "2", action: sh("true"), result: exited(""), durationMs: 12 },
      {
        type: "tool-ended",
        callId: "1",
        action: read,
        result: { kind: "file-read", lines: 2, totalLines: 2 },
        durationMs: 1,
      },
    ],
  });
  expect(stderr).toBe(
    `read  src/a.ts\rexec  true\x1b[K\r\x1b[K${head("true", "ok in 12 ms")}read  src/a.ts\r\x1b[Kread  src/a.ts  lines 1–2 of 2\n`,
  );
});
