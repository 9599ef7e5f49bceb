import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runUnconfined } from "../../src/sandbox/index.ts";
import { createTurnSnapshots } from "../../src/undo/index.ts";
import { writeFiles } from "../support/temp-folder.ts";
import { noGit, tree } from "../undo/support.ts";
import { createBench } from "./support.ts";

/** A project in which a turn was run that changed a file, made one and deleted one. */
async function benchAfterTurn(prompt = "do it") {
  const bench = createBench("http://127.0.0.1:1/v1");
  const snapshots = createTurnSnapshots({
    home: bench.home,
    userHome: bench.home,
    root: bench.project,
    env: process.env,
    writableFolders: [],
    run: runUnconfined,
  });
  writeFiles(bench.project, { "a.txt": "old\n", "deleted.txt": "d\n" });
  await snapshots.before({ prompt, signal: new AbortController().signal });
  writeFiles(bench.project, { "a.txt": "new\n", "src/made.txt": "m\n" });
  rmSync(join(bench.project, "deleted.txt"));
  await snapshots.after();
  return bench;
}

function filesOf(project: string): Record<string, string> {
  return Object.fromEntries(Object.entries(tree(project)).filter(([path]) => !path.startsWith(".git/")));
}

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d/g;

describe.skipIf(noGit)("leat undo", () => {
  test("undo, list, redo", async () => {
    const { leat, project } = await benchAfterTurn("fix\x1b[31m it");
    const changed = filesOf(project);
    const said = async (...args: string[]) => {
      const { code, stdout, stderr } = await leat(["undo", ...args]);
      return { code, stdout: stdout.replace(TIME, "TIME"), stderr };
    };
    expect(await said("--list")).toEqual({
      code: 0,
      stdout: " 1  TIME  +1 ~1 -1      fix^[[31m it\n",
      stderr: "",
    });
    expect(await said()).toEqual({
      code: 0,
      stdout:
        "undone: fix^[[31m it (TIME)\n- src/made.txt\n~ a.txt\n+ deleted.txt\nTo take this back: leat undo --redo\n",
      stderr: "",
    });
    expect(filesOf(project)).toEqual({ "a.txt": "old\n", "deleted.txt": "d\n" });
    expect(await said("--list")).toEqual({
      code: 0,
      stdout:
        " 1  TIME  +1 ~1 -1      undo of: fix^[[31m it\n 2  TIME  +1 ~1 -1      fix^[[31m it  (undone)\n",
      stderr: "",
    });
    expect(await said()).toEqual({
      code: 1,
      stdout: "",
      stderr: `nothing to undo in ${project}\nleat undo --list shows all turns that are kept.\n`,
    });
    expect(await said("--redo")).toMatchObject({ code: 0, stderr: "" });
    expect(filesOf(project)).toEqual(changed);
    expect(await said("1", "-C", "src")).toMatchObject({ code: 0, stderr: "" });
    expect(filesOf(project)).toEqual({ "a.txt": "old\n", "deleted.txt": "d\n" });
  });

  test("a file that was changed after the turn is kept, and --force is for it", async () => {
    const { leat, project } = await benchAfterTurn();
    writeFileSync(join(project, "a.txt"), "mine\n");
    const kept = await leat(["undo"]);
    expect({ ...kept, stdout: kept.stdout.replace(TIME, "TIME") }).toEqual({
      code: 1,
      stdout: "undone: do it (TIME)\n- src/made.txt\n+ deleted.txt\nTo take this back: leat undo --redo\n",
      stderr:
        "kept: a.txt: changed after the turn\nTo restore what was kept, with what is there now saved first: leat undo --force\n",
    });
    expect(filesOf(project)["a.txt"]).toBe("mine\n");
    const forced = await leat(["undo", "--force"]);
    expect(forced).toMatchObject({ code: 0, stderr: "" });
    expect(filesOf(project)).toEqual({ "a.txt": "old\n", "deleted.txt": "d\n" });
    await leat(["undo", "--redo"]);
    expect(filesOf(project)["a.txt"]).toBe("mine\n");
  });

  test("nothing can be restored: the turn is not called undone", async () => {
    const { leat, project } = await benchAfterTurn();
    writeFiles(project, { "a.txt": "mine", "src/made.txt": "mine", "deleted.txt": "mine" });
    const { code, stdout, stderr } = await leat(["undo"]);
    expect({ code, stdout: stdout.replace(TIME, "TIME"), kept: stderr.match(/^kept: \S+/gm) }).toEqual({
      code: 1,
      stdout: "nothing restored: do it (TIME)\n",
      kept: ["kept: a.txt:", "kept: deleted.txt:", "kept: src/made.txt:"],
    });
  });

  test.each<{ name: string; args: string[]; code: number; stderr: string }>([
    {
      name: "no number",
      args: ["last"],
      code: 2,
      stderr: "error: the number is one of leat undo --list, and stands alone\n",
    },
    {
      name: "a number and --redo",
      args: ["1", "--redo"],
      code: 2,
      stderr: "error: the number is one of leat undo --list, and stands alone\n",
    },
    {
      name: "no such entry",
      args: ["7"],
      code: 1,
      stderr: "there is no such entry: leat undo --list has 0.\n",
    },
    {
      name: "no such folder",
      args: ["-C", "missing"],
      code: 1,
      stderr: "no such directory: missing\n-C takes an existing directory.\n",
    },
  ])("$name", async ({ args, code, stderr }) => {
    const { leat } = createBench("http://127.0.0.1:1/v1");
    expect(await leat(["undo", ...args])).toEqual({ code, stdout: "", stderr });
  });

  test("nothing was kept here", async () => {
    const { leat, project } = createBench("http://127.0.0.1:1/v1");
    expect(await leat(["undo", "--list"])).toEqual({
      code: 0,
      stdout: `nothing to undo in ${project}\n`,
      stderr: "",
    });
  });
});

test("leat undo without git", async () => {
  const { leat } = createBench("http://127.0.0.1:1/v1");
  expect(await leat(["undo"], { env: { PATH: "/nowhere" } })).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "leat undo: git, which keeps what a turn changes, is not installed.\nInstall it: apt install git (Debian, Ubuntu), dnf install git (Fedora), brew install git (macOS).\n",
  });
});
