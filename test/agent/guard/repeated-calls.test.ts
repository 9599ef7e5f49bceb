import { describe, expect, test } from "vitest";
import { type CallReport, type CallWatch, createCallWatch } from "../../../src/agent/guard/repeated-calls.ts";
import type { LoopError } from "../../../src/protocol/index.ts";

/** Calls as the watch sees them, one a response unless they are grouped; and what it says to each. */

type Step = Omit<CallReport, "name" | "arguments"> & { readonly name: string; readonly arguments: string };

function command(line: string, output = "", exitCode = 0, status = "12 ms"): Step {
  const text = output === "" ? "" : `${output}\n`;
  return {
    name: "shell",
    arguments: JSON.stringify({ command: line }),
    action: { kind: "command", command: line, cwd: "/work" },
    outcome: { kind: "command-exited", exitCode, output, timedOut: false },
    output: `${text}[exit ${exitCode}, ${status}]`,
  };
}

function read(path: string, output = "content", extra: object = {}): Step {
  return {
    name: "read_file",
    arguments: JSON.stringify({ path, ...extra }),
    action: { kind: "read", path },
    outcome: { kind: "file-read", lines: 1, totalLines: 1 },
    output,
  };
}

function edit(text: string, failure?: string): Step {
  return {
    name: "edit_file",
    arguments: JSON.stringify({ path: "a.ts", new_text: text }),
    action: { kind: "edit", paths: ["a.ts"] },
    outcome:
      failure === undefined
        ? { kind: "files-changed", changes: [{ path: "a.ts", change: "update", diff: text }] }
        : { kind: "failed", message: failure },
    output: failure ?? "edited a.ts",
  };
}

function invalid(argumentsText: string, output: string): Step {
  const action = { kind: "invalid", name: "shell" } as const;
  return {
    name: "shell",
    arguments: argumentsText,
    action,
    outcome: { kind: "failed", message: output },
    output,
  };
}

const forget = "forget" as const;

/** Up to the end of the turn. */
function play(entries: readonly (Step | readonly Step[] | typeof forget)[]): string[] {
  const watch = createCallWatch();
  const words: string[] = [];
  for (const entry of entries) {
    if (entry === forget) {
      watch.forget();
      continue;
    }
    watch.beginResponse();
    for (const step of "name" in entry ? [entry] : entry) {
      const word = say(watch, step);
      words.push(word);
      if (word.startsWith("stop")) {
        return words;
      }
    }
  }
  return words;
}

function say(watch: CallWatch, step: Step): string {
  const verdict = watch.before(step);
  if (verdict.kind !== "run") {
    return verdict.kind === "stop" ? stopWords(verdict.error) : `refuse ${verdict.count}`;
  }
  const finding = watch.after(step);
  if (finding === undefined) {
    return "";
  }
  return finding.kind === "stop" ? stopWords(finding.error) : `${finding.kind} ${finding.count}`;
}

function stopWords({ problem }: LoopError): string {
  return `stop ${problem.type} ${"count" in problem ? problem.count : ""}`;
}

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const LADDER = ["", "", "notice-call 3", "hint-call 4", "refuse 5", "stop repeated_call 6"];

describe("the same call with the same result", () => {
  test.each<[string, (index: number) => Step]>([
    ["a read", () => read("a.ts")],
    ["a command", () => command("npm test", "1 failed", 1)],
    ["a command that says nothing", () => command("grep x a.ts", "", 1)],
    ["a failing edit", () => edit("x", "old_text was not found")],
    ["an edit that changes the same again", () => edit("x")],
    ["arguments that can't be read", () => invalid("{", "failed to parse")],
    ["whatever time it took", (index) => command("npm test", "1 failed", 1, `${index} ms`)],
    ["or so", (index) => command("npm test", "1 failed", 1, `${index / 10} s`)],
    [
      "keys in another order",
      (index) => ({ ...read("a"), arguments: ['{"a":1,"b":2}', '{ "b":2, "a":1 }'][index % 2] ?? "" }),
    ],
  ])("%s: notice, hint, refuse, stop", (_, make) => {
    expect(play(times(6, make))).toEqual(LADDER);
  });

  test("the second refusal in one response is no stop: the model has not read the first one yet", () => {
    const same = () => read("a.ts");
    expect(play([times(8, same), same()])).toEqual([
      ...LADDER.slice(0, 5),
      "refuse 6",
      "refuse 7",
      "refuse 8",
      "stop repeated_call 9",
    ]);
  });

  test("the error says what it was", () => {
    const watch = createCallWatch();
    const step = command("npm test", "1 failed", 1);
    for (let count = 0; count < 5; count += 1) {
      watch.beginResponse();
      if (watch.before(step).kind === "run") {
        watch.after(step);
      }
    }
    watch.beginResponse();
    expect(watch.before(step)).toEqual({
      kind: "stop",
      action: step.action,
      error: {
        kind: "loop",
        problem: { type: "repeated_call", name: "shell", subject: "npm test", count: 6 },
      },
    });
  });

  test.each([2, 3, 5, 8])("%i calls that take turns end, too", (period) => {
    const words = play(times(100, (index) => read(`file-${index % period}`)));
    expect(words.indexOf("stop repeated_call 6")).toBe(5 * period);
    expect(words.filter((word) => word.startsWith("hint-call"))).toHaveLength(period);
  });

  test("an edit to and fro with a test in between ends", () => {
    const cycle = [
      edit("x"),
      command("npm test", "1 failed", 1),
      edit("y"),
      command("npm test", "1 failed", 1),
    ];
    const words = play(times(60, (index) => cycle[index % 4] as Step));
    const end = words.findIndex((word) => word.startsWith("stop"));
    expect(end).toBeGreaterThan(8);
    expect(end).toBeLessThan(24);
  });

  test("with durations and clock times in its output it gets more patience, and ends", () => {
    const words = play(
      times(20, (index) => command("npm test", `12:00:${10 + index} 1 failed in ${index}.5s`, 1)),
    );
    expect(
      words.flatMap((word, index) => (word === "" ? [] : [`${index + 1}: ${word}`])).slice(0, 4),
    ).toEqual(["8: notice-call 8", "12: hint-call 12", "13: refuse 13", "14: stop repeated_call 14"]);
  });

  test.each<[string, () => Step]>([
    [
      "a look at a command in the background",
      () => ({ ...command("", "still running"), action: { kind: "poll", id: "1", stop: false } as const }),
    ],
    ["a wait", () => command("sleep 5 && cat build.log", "building")],
  ])("%s gets more patience", (_, make) => {
    const words = play(times(14, make));
    expect(words.slice(0, 7)).toEqual(times(7, () => ""));
    expect(words.slice(7)).toEqual([
      "notice-call 8",
      "",
      "",
      "",
      "hint-call 12",
      "refuse 13",
      "stop repeated_call 14",
    ]);
  });
});

describe("no loop", () => {
  test.each<[string, (Step | readonly Step[] | typeof forget)[]]>([
    ["another result each time", times(20, (index) => command("cat log", `line ${index}`))],
    [
      "a result that changes now and then",
      times(20, (index) => command("cat log", `line ${Math.floor(index / 2)}`)),
    ],
    ["another call each time", times(20, (index) => read(`file-${index}`))],
    ["another part of the file each time", times(20, (index) => read("a.ts", "x", { offset: index }))],
    [
      "a test again after each edit",
      times(20, (index) => [edit(`try ${index}`), command("npm test", "1 failed", 1)]).flat(),
    ],
    [
      "a test again after each command that may have mended it",
      times(20, (index) => [command(`sed -i s/a/${index}/ a.ts`), command("npm test", "1 failed", 1)]).flat(),
    ],
    [
      "git status after each change",
      times(20, (index) => [command(`touch f${index}`), command("git status", "modified: a")]).flat(),
    ],
    ["twice now and then", times(8, (index) => [read(`f${index}`), read(`f${index}`)]).flat()],
    ["searches that find nothing", times(20, (index) => command(`grep -rn word${index} .`, "", 1))],
    [
      "far apart",
      times(20, (index) => [read("a.ts"), ...times(29, (other) => read(`${index}-${other}`))]).flat(),
    ],
    ["what has been forgotten", times(6, () => [read("a.ts"), read("a.ts"), forget]).flat()],
    ["interrupted", times(9, () => ({ ...read("a.ts"), outcome: { kind: "aborted" } as const }))],
  ])("%s", (_, steps) => {
    expect(play(steps).filter((word) => word !== "")).toEqual([]);
  });

  test("looking elsewhere does not make it another result", () => {
    const looks = ["ls", "cat x", "cd a && rg y", "git diff | head", "find . -name z 2>/dev/null"];
    const words = play(looks.flatMap((look) => [command("npm test", "1 failed", 1), command(look, "seen")]));
    expect(words.filter((word) => word !== "")).toEqual(["notice-call 3", "hint-call 4", "refuse 5"]);
  });

  test("a change after the hint begins it anew", () => {
    const same = () => command("npm test", "1 failed", 1);
    expect(play([...times(5, same), edit("x"), ...times(5, same)])).toEqual([
      ...LADDER.slice(0, 5),
      "",
      ...LADDER.slice(0, 5),
    ]);
  });
});

describe("different calls with the same error", () => {
  const fail = (index: number) => command(`rg word${index}`, "bash: rg: command not found", 127);

  test("a hint after six, the end after twelve", () => {
    const words = play(times(12, fail));
    expect(words.flatMap((word, index) => (word === "" ? [] : [`${index + 1}: ${word}`]))).toEqual([
      "6: hint-error 6",
      "12: stop repeated_error 12",
    ]);
  });

  test("all in one response: no end before the model has read a hint", () => {
    const words = play([times(20, fail), fail(20)]);
    expect(words.filter((word) => word !== "")).toEqual([
      "hint-error 6",
      "hint-error 12",
      "hint-error 18",
      "stop repeated_error 21",
    ]);
  });

  test("looks in between do not part them", () => {
    const words = play(
      times(12, (index) => [edit(`${index}`, "old_text was not found"), read(`f${index}`)]).flat(),
    );
    expect(words.filter((word) => word !== "")).toEqual(["hint-error 6", "stop repeated_error 12"]);
  });

  test("a change in between does", () => {
    expect(
      play(times(40, (index) => (index % 5 === 4 ? edit(`${index}`) : fail(index)))).filter(Boolean),
    ).toEqual([]);
  });

  test("different errors are none", () => {
    expect(
      play(times(40, (index) => command(`cat ${index}`, `cat: ${index}: No such file`, 1))).filter(Boolean),
    ).toEqual([]);
  });
});
