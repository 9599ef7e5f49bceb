import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../src/practice/index.ts";
import { noSandbox } from "../support/sandbox.ts";
import { noGit } from "../undo/support.ts";
import { createWorkbench, messagesOf } from "./support.ts";

/** A model that makes every mistake small models make, one after the other, and still gets there. */

const BROKEN =
  "export function median(numbers) {\n\tconst sorted = [...numbers].sort();\n\treturn sorted[1];\n}\n";
const MENDED = BROKEN.replace(".sort()", ".sort((a, b) => a - b)");

const asks = (name: string, args: object | string): Reply => ({
  calls: [{ name, arguments: args as never }],
});
const wrongEdit = asks("edit_file", {
  path: "median.mjs",
  old_text: "  const sorted = numbers.slice().sort();",
  new_text: "  const sorted = numbers.slice().sort((a, b) => a - b);",
});
const listing = asks("shell", { command: "ls" });

const CLUMSY: readonly (readonly [reply: Reply, told: string])[] = [
  // Half a JSON object: the call can't be read.
  [asks("read_file", '{"path": "medi'), "failed to parse function arguments"],
  // A path that is nearly right.
  [asks("read_file", { path: "medain.mjs" }), "median.mjs"],
  // A tool of another agent, and one that nobody has.
  [asks("str_replace_based_edit_tool", { command: "view" }), "unsupported call"],
  // Text that is not in the file, twice.
  [wrongEdit, "closest"],
  [wrongEdit, "write_file"],
  // A patch that does not fit, in a format it was not offered.
  [
    asks("apply_patch", {
      input: "*** Begin Patch\n*** Update File: median.mjs\n@@\n-  nothing like it\n+  x\n*** End Patch",
    }),
    "apply_patch verification failed",
  ],
  // Somewhere it has no business.
  [asks("write_file", { path: "/etc/leat-was-here", content: "x" }), "patch rejected"],
  [asks("shell", { command: "rm -rf .git" }), "dangerous command detected"],
  // The same again and again.
  [listing, "median.mjs"],
  [listing, "median.mjs"],
  [listing, "median.mjs"],
  [listing, "4 times"],
  // The right line at last, with spaces for the tab and without the end of the line.
  [
    asks("edit_file", {
      path: "median.mjs",
      old_text: "    const sorted = [...numbers].sort();",
      new_text: "    const sorted = [...numbers].sort((a, b) => a - b);",
    }),
    "median.mjs",
  ],
  // It says what it will do, and does not.
  [{ text: "The comparison is there now. Let me run it to check." }, ""],
  [
    asks("shell", {
      command: `node -e 'import("./median.mjs").then((m) => console.log(m.median([10, 9, 1])))'`,
    }),
    "9",
  ],
  [{ text: "Mended: the median of 10, 9 and 1 is 9." }, ""],
];

describe.skipIf(noSandbox !== undefined)("a clumsy model", () => {
  test("gets there in bounded steps, harms nothing, and is undone whole", async () => {
    const bench = await createWorkbench(CLUMSY.map(([reply]) => reply));
    const file = join(bench.project, "median.mjs");
    writeFileSync(file, BROKEN);
    const run = await bench.leat(["exec", "--full-auto", "-m", "qwen3-coder", "mend the median"]);
    expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({
      code: 0,
      stdout: "Mended: the median of 10, 9 and 1 is 9.\n",
    });
    expect(readFileSync(file, "utf8")).toBe(MENDED);
    expect(bench.server.requests).toHaveLength(CLUMSY.length);
    const told =
      messagesOf(bench.server)
        .at(-1)
        ?.filter(({ role }) => role === "tool") ?? [];
    const wanted = CLUMSY.flatMap(([, text]) => (text === "" ? [] : [text]));
    expect(told.map(({ content }, index) => String(content).includes(wanted[index] ?? "?"))).toEqual(
      wanted.map(() => true),
    );
    for (const notice of ["for the 3rd time", "for the 4th time", "announced a step and did not take it"]) {
      expect(run.stderr).toContain(notice);
    }
    if (!noGit) {
      const undone = await bench.leat(["undo"]);
      expect(undone.code, undone.stderr).toBe(0);
      expect(readFileSync(file, "utf8")).toBe(BROKEN);
    }
  });

  test("that never learns is stopped, with the reason", async () => {
    const bench = await createWorkbench([...Array(12)].map(() => wrongEdit));
    writeFileSync(join(bench.project, "median.mjs"), BROKEN);
    const run = await bench.leat(["exec", "--full-auto", "-m", "qwen3-coder", "mend the median"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "error: the model goes round in circles: it asked for the same call of edit_file",
    );
    expect(bench.server.requests.length).toBeLessThanOrEqual(6);
    expect(readFileSync(join(bench.project, "median.mjs"), "utf8")).toBe(BROKEN);
    expect(execFileSync("ls", ["-A", bench.project], { encoding: "utf8" })).toBe(".git\nmedian.mjs\n");
  });
});
