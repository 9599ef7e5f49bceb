/**
 * Commands and snapshots in this process, without a model: a command in the sandbox beside a plain spawn, and what `undo` takes before a
 * turn's first change beside `git status` of the same tree. Prints one JSON line of medians in milliseconds.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const quick = process.argv.includes("--quick");
const COMMANDS = quick ? 20 : 100;
const TREE_FILES = quick ? 5000 : 20_000;
const TURNS = quick ? 3 : 7;

const folder = mkdtempSync(join(tmpdir(), "leat-bench-commands-"));
try {
  const { openSandbox, runUnconfined, createTurnSnapshots } = await load();
  console.log(
    JSON.stringify({
      sandbox: await compareCommands(openSandbox),
      undo: await compareSnapshots({ createTurnSnapshots, runUnconfined }),
      files: TREE_FILES,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `bash -c true`, by turns. Null where there is no sandbox. */
async function compareCommands(openSandbox) {
  const cwd = join(folder, "work");
  mkdirSync(cwd);
  const environment = { PATH: process.env.PATH };
  const policy = { mode: "workspace-write", writableRoots: [cwd, "/tmp"], networkAccess: false };
  const sandbox = await openSandbox({ policy, cwd, environment });
  if ((await sandbox.check()) !== undefined) {
    return null;
  }
  const argv = ["bash", "-c", "true"];
  const signal = new AbortController().signal;
  const plain = () =>
    new Promise((resolve, reject) => {
      const child = spawn(argv[0], argv.slice(1), {
        cwd,
        env: environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stdout.on("data", () => {});
      child.stderr.on("data", () => {});
      child.on("error", reject);
      child.on("close", resolve);
    });
  const confined = async () => {
    const end = await sandbox.run({ argv, cwd, timeoutMs: 10_000, signal, onOutput() {} });
    if (end.kind !== "exited" || end.exitCode !== 0) {
      throw new Error(`the command failed: ${JSON.stringify(end)}`);
    }
  };
  const times = { floor: [], own: [] };
  for (let index = 0; index < COMMANDS + 5; index += 1) {
    times.floor.push(await timed(plain));
    times.own.push(await timed(confined));
  }
  // The first ones load code.
  return { floor: middle(times.floor.slice(5)), own: middle(times.own.slice(5)) };
}

/** A tree of small files in a repository, all committed: `git status` reads every file's facts, as a snapshot does. */
async function compareSnapshots({ createTurnSnapshots, runUnconfined }) {
  const root = join(folder, "tree");
  makeTree(root);
  const git = (...args) =>
    execFileSync(
      "git",
      ["-c", "user.name=b", "-c", "user.email=b@b", "-c", "maintenance.auto=false", ...args],
      {
        cwd: root,
        stdio: "ignore",
      },
    );
  git("init", "-q");
  const addMs = await timed(() => git("add", "-A"));
  git("commit", "-qm", "tree");
  const home = join(folder, "home");
  mkdirSync(home);
  const snapshots = createTurnSnapshots({
    home,
    userHome: join(folder, "user"),
    root,
    env: process.env,
    writableFolders: [],
    run: runUnconfined,
  });
  const signal = new AbortController().signal;
  const before = () => snapshots.before({ prompt: "bench", signal });
  let firstMs = 0;
  let skippedTurns = 0;
  for (let taken = false; !taken; ) {
    let start;
    firstMs += await timed(async () => {
      start = await before();
    });
    taken = start.kind === "taken";
    skippedTurns += taken ? 0 : 1;
    if (!taken && (start.reason.kind !== "too-slow" || skippedTurns > 10)) {
      throw new Error(`no snapshot: ${JSON.stringify(start.reason)}`);
    }
    await snapshots.after();
  }
  const times = { status: [], before: [], after: [] };
  for (let turn = 0; turn < TURNS; turn += 1) {
    times.status.push(await timed(() => git("status", "--porcelain")));
    times.before.push(await timed(before));
    writeFileSync(join(root, "d1/e1/changed"), `turn ${turn}\n`);
    times.after.push(await timed(() => snapshots.after()));
  }
  return {
    first: { floor: addMs, own: firstMs, skippedTurns },
    before: { floor: middle(times.status), own: middle(times.before) },
    after: { floor: middle(times.status), own: middle(times.after) },
  };
}

function makeTree(root) {
  for (let index = 0; index < TREE_FILES; index += 1) {
    const place = join(root, `d${index % 100}/e${Math.floor(index / 100) % 20}`);
    mkdirSync(place, { recursive: true });
    // 0.2 to 12 kB, no two alike.
    const lines = [5, 20, 60, 150, 300][index % 5];
    const text = Array.from(
      { length: lines },
      (_, line) => `const value${line} = ${(index * 7919) ^ line};\n`,
    );
    writeFileSync(join(place, `f${index}.ts`), text.join(""));
  }
}

async function load() {
  const at = (path) => fileURLToPath(new URL(`../src/${path}/index.ts`, import.meta.url));
  const entry = `export { openSandbox, runUnconfined } from ${JSON.stringify(at("sandbox"))};
export { createTurnSnapshots } from ${JSON.stringify(at("undo"))};`;
  const outfile = join(folder, "commands.mjs");
  await build({
    stdin: { contents: entry, resolveDir: folder },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    loader: { ".md": "text", ".pl": "text" },
    outfile,
    logLevel: "error",
  });
  return await import(pathToFileURL(outfile).href);
}

async function timed(action) {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

function middle(values) {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}
