import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createWorkbench } from "./support.ts";

test("the demo mends a failing test, and its last line is true", async () => {
  const bench = await createWorkbench([]);
  const run = await bench.leat(["demo", "--pace", "full"]);
  expect(run.stderr).toContain("not a language model");
  expect(run.code).toBe(0);
  const last = run.stdout.trimEnd().split("\n").at(-1) ?? "";
  const [, requests, file, session] =
    /^demo: (\d+) requests, (\S+) changed, tests pass, session (\S+)$/.exec(last) ?? [];
  const root = join(session?.split("/home/sessions/")[0] ?? "-");
  try {
    expect(Number(requests)).toBeGreaterThan(3);
    expect(readFileSync(join(root, "project", file ?? "-"), "utf8")).toContain(".sort((a, b) => a - b)");
    const lines = readFileSync(session ?? "-", "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toContain("response_item");
    expect(dirname(session ?? "")).toContain("sessions");
  } finally {
    if (/leat-demo-\w+$/.test(root)) {
      rmSync(root, { recursive: true, force: true });
    }
  }
});

test("without git and without a sandbox the demo says so and still works", async () => {
  const bench = await createWorkbench([]);
  const run = await bench.leat(["demo", "--pace", "full"], {
    env: { PATH: toolsWithout(["git", "bwrap"], bench.home) },
  });
  expect(run.stderr).toContain("the project is a plain folder");
  expect(run.stderr).toContain("unconfined");
  expect(run.stdout).toMatch(/demo: \d+ requests, src\/median\.js changed, tests pass, session (\S+)\n$/);
  expect(run.code).toBe(0);
});

/** A folder of links to what the demo needs, so that the rest is missing. */
function toolsWithout(missing: readonly string[], home: string): string {
  const folder = join(home, "bin");
  mkdirSync(folder);
  for (const name of ["bash", "sh", "node", "npm", "sed", "cat", "ls", "env", "uname", "dirname"]) {
    const found = (process.env["PATH"] ?? "")
      .split(":")
      .map((part) => join(part, name))
      .find((path) => existsSync(path));
    if (found !== undefined && !missing.includes(name)) {
      symlinkSync(realpathSync(found), join(folder, name));
    }
  }
  return folder;
}
