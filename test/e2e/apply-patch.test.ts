import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorkbench } from "./support.ts";

const PATCH = "*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n*** End Patch";
const USAGE = "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch\n";
const DONE = "Success. Updated the following files:\nM a.txt\n";

test.each([
  { what: "as its argument", args: [PATCH], end: { code: 0, stdout: DONE, stderr: "" } },
  { what: "behind --", args: ["--", PATCH], end: { code: 0, stdout: DONE, stderr: "" } },
  { what: "from stdin", args: [], stdin: `${PATCH}\n`, end: { code: 0, stdout: DONE, stderr: "" } },
  { what: "not at all", args: [], end: { code: 2, stdout: "", stderr: USAGE } },
  {
    what: "an empty argument",
    args: [""],
    end: {
      code: 1,
      stdout: "",
      stderr: "Invalid patch: The first line of the patch must be '*** Begin Patch'\n",
    },
  },
  {
    what: "two arguments",
    args: [PATCH, PATCH],
    end: { code: 2, stdout: "", stderr: "Error: apply_patch accepts exactly one argument.\n" },
  },
  {
    what: "bytes that are no text",
    args: [],
    stdin: [Buffer.from([0xff])],
    end: {
      code: 1,
      stdout: "",
      stderr: "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8\n",
    },
  },
])("the patch $what", async ({ args, stdin, end }) => {
  const bench = await createWorkbench([]);
  writeFileSync(join(bench.project, "a.txt"), "one");
  const run = await bench.leat(["apply-patch", ...args], stdin === undefined ? {} : { stdin });
  expect(run).toEqual(end);
  expect(readFileSync(join(bench.project, "a.txt"), "utf8")).toBe(end.code === 0 ? "two\n" : "one");
});

test("what was done before a failure stays; an option it does not know ends with 2", async () => {
  const bench = await createWorkbench([]);
  const patch =
    "*** Begin Patch\n*** Add File: made.txt\n+x\n*** Update File: no.txt\n@@\n-a\n+b\n*** End Patch";
  expect(await bench.leat(["apply-patch", patch])).toEqual({
    code: 1,
    stdout: "",
    stderr: "Failed to read file to update no.txt: No such file or directory (os error 2)\n",
  });
  expect(existsSync(join(bench.project, "made.txt"))).toBe(true);
  expect((await bench.leat(["apply-patch", "--what", patch])).code).toBe(2);
});

test("edit_tool of the config decides what is offered", async () => {
  const bench = await createWorkbench([{ text: "Hello." }, { text: "Hello." }]);
  await bench.leat(["exec", "-c", "edit_tool=edit_file", "hi"]);
  await bench.leat(["exec", "-c", "edit_tool=write_file", "hi"]);
  const offered = bench.server.requests.map((request) =>
    (request.json as { tools: { function: { name: string } }[] }).tools
      .map((tool) => tool.function.name)
      .filter((name) => /edit|write|patch/.test(name)),
  );
  expect(offered).toEqual([["edit_file", "write_file"], ["write_file"]]);
});
