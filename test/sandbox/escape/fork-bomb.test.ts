import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { noSandbox } from "../../support/sandbox.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { eventually } from "../support.ts";

/** The user who may start no more than that: root is not held to it, so root becomes somebody else. */
const MOST_PROCESSES = 150;
const asSomebody =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

const DRIVER = `import { createSandbox } from "./sandbox.mjs";
const [cwd, script] = process.argv.slice(2);
const policy = { mode: "workspace-write", writableRoots: [cwd], networkAccess: false };
const sandbox = createSandbox({ cwd, environment: process.env, policy });
const { kind, exitCode, timedOut } = await sandbox.run({ argv: ["bash", "-c", script], cwd, timeoutMs: 1000,
  signal: new AbortController().signal, onOutput() {} });
console.log(JSON.stringify({ kind, exitCode, timedOut }));`;

test.skipIf(noSandbox !== undefined)(
  `a fork bomb ends whole at the time-out (${noSandbox ?? `at most ${MOST_PROCESSES} processes`})`,
  async () => {
    const folder = tempFolder();
    const workspace = join(folder, "work");
    mkdirSync(workspace);
    chmodSync(folder, 0o755);
    chmodSync(workspace, 0o777);
    await build({
      entryPoints: [join(import.meta.dirname, "../../../src/sandbox/sandbox.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      loader: { ".pl": "text" },
      outfile: join(folder, "sandbox.mjs"),
      logLevel: "silent",
    });
    writeFileSync(join(folder, "run.mjs"), DRIVER);
    // The shell itself starts nothing once the bomb is lit: it could not. It counts, and says when it is full.
    const script = `ulimit -u ${MOST_PROCESSES}; trap '' TERM; bomb() { bomb | bomb & }; bomb
      until set -- /proc/[0-9]*; [ $# -gt ${MOST_PROCESSES / 2} ]; do :; done; : > full; while :; do :; done`;
    const words = [...asSomebody, process.execPath, join(folder, "run.mjs"), workspace, script];
    const [program = "", ...rest] = words;
    const child = spawn(program, rest, {
      env: { PATH: process.env["PATH"], HOME: folder, LEAT_BOMB: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (bytes) => {
      text += String(bytes);
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect(JSON.parse(text)).toEqual({ kind: "exited", exitCode: 124, timedOut: true });
    expect(readdirSync(workspace)).toEqual(["full"]);
    // The kernel is told to end the first process of the namespace, and with it all others; it takes a moment.
    expect(await eventually(() => processesWith(`LEAT_BOMB=${folder}`).length === 0)).toBe(true);
  },
);

function processesWith(variable: string): string[] {
  return readdirSync("/proc").filter((entry) => {
    try {
      return (
        /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(variable)
      );
    } catch {
      return false;
    }
  });
}
