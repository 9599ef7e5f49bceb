import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fallsSilent } from "../sandbox/support.ts";
import { noSandbox } from "../support/sandbox.ts";
import { createWorkbench, messagesOf } from "./support.ts";

const MODES = [
  { flag: "--yolo", obstacle: undefined },
  { flag: "--full-auto", obstacle: noSandbox },
];

const shell = (command: string) => ({ name: "shell", arguments: { command, background: true } });
const ask = (more: object = {}) => ({ name: "shell_output", arguments: { id: "1", ...more } });

for (const { flag, obstacle } of MODES) {
  const why = obstacle === undefined ? flag : `${flag} (skipped: ${obstacle})`;

  test.skipIf(obstacle !== undefined)(
    `a server is started, asked, and ends with the session: ${why}`,
    async () => {
      const command = "echo ready; while :; do echo x >> beat; sleep 0.02; done";
      const bench = await createWorkbench([
        { calls: [shell(command)] },
        { calls: [ask({ wait: 0 })] },
        { text: "It is up." },
      ]);
      const run = await bench.leat(["exec", flag, "hi"]);
      expect([run.code, run.stdout]).toEqual([0, "It is up.\n"]);
      const results = messagesOf(bench.server)
        .at(-1)
        ?.filter(({ role }) => role === "tool")
        .map(({ content }) => String(content).replace(/[\d.]+ m?s\]/, "T]"));
      expect(results).toEqual([
        `ready\n[running in the background, id 1; look at it with shell_output${flag === "--yolo" ? "" : "; as there is no network, other commands can't connect to it"}]`,
        "[no new output; still running after T]",
      ]);
      expect(run.stderr).toMatch(/exec {2}echo ready; .+ {2}in the background as 1\n {2}ready\n/);
      expect(run.stderr).toContain("still running\n");
      expect(run.stderr).toContain(`ended, as it was left running in the background: ${command}\n`);
      expect(await fallsSilent(() => readFileSync(join(bench.project, "beat")).length)).toBe(true);
    },
  );
}

test("one that the model has ended is no matter", async () => {
  const bench = await createWorkbench([
    { calls: [shell("echo ready; sleep 600")] },
    { calls: [ask({ stop: true })] },
    { text: "Done." },
  ]);
  const run = await bench.leat(["exec", "--yolo", "hi"]);
  expect(run.stderr).toMatch(/stop {2}echo ready; sleep 600 {2}stopped\n/);
  expect([run.code, run.stderr.includes("left running")]).toEqual([0, false]);
});

const ENDS = [
  { flag: "--yolo", signal: "SIGINT", code: 130 },
  { flag: "--full-auto", signal: "SIGINT", code: 130 },
  { flag: "--full-auto", signal: "SIGKILL", code: null },
] as const;

test.skipIf(noSandbox !== undefined)(
  `it ends with leat, by Ctrl-C and in the sandbox by kill -9${noSandbox === undefined ? "" : ` (skipped: ${noSandbox})`}`,
  async () => {
    // Most of the time of each goes into waiting, so all run at once.
    const ends = await Promise.all(
      ENDS.map(async ({ flag, signal }) => {
        const bench = await createWorkbench([
          { calls: [shell("trap '' INT; while :; do echo x >> beat; sleep 0.02; done")] },
          { status: 200, delay_ms: 60_000, body: "{}" },
        ]);
        const running = bench.start(["exec", flag, "hi"]);
        await running.sees("in the background as 1");
        running.child.kill(signal);
        const { code } = await running.ended;
        const isQuiet = await fallsSilent(() => readFileSync(join(bench.project, "beat")).length);
        return { flag, signal, code, isQuiet };
      }),
    );
    expect(ends).toEqual(ENDS.map((end) => ({ ...end, isQuiet: true })));
  },
);
