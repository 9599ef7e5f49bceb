/**
 * `npm run bench`: what the design promises (docs/performance.md), each figure beside a floor measured in the same run.
 * Linux only: counters come from /proc. CPU time is that of all threads of the process, in milliseconds.
 */
import { execFileSync, fork, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { peakRssMb } from "./proc.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const leat = join(here, "../dist/main.js");
const quick = process.argv.includes("--quick");
const folder = mkdtempSync(join(tmpdir(), "leat-bench-"));
const server = fork(join(here, "server.mjs"));
let onRequest = () => {};
const port = await new Promise((resolve) => {
  server.on("message", (message) => {
    if (message.type === "listening") {
      resolve(message.port);
    } else {
      onRequest(message);
    }
  });
});
const url = `http://127.0.0.1:${port}/v1`;
writeFileSync(
  join(folder, "config.toml"),
  // The window is known, so that no other request than those measured reaches the server.
  `model_provider = "bench"\nmodel_context_window = 131072\n[model_providers.bench]\nname = "bench"\nbase_url = "${url}"\n`,
);
// It adds some 30 ms to every start of Node 20, whatever the program.
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
mkdirSync(join(folder, "work"));

const clients = {
  leat: (model) => [leat, "exec", "--skip-git-repo-check", "--stream", "-m", model, "hi"],
  floor: (model) => [join(here, "floor.mjs"), `${url}/chat/completions`, model],
  "leat agent": (model) => [leat, "exec", "--skip-git-repo-check", "--full-auto", "-m", model, "hi"],
  "floor agent": (model) => [join(here, "floor-agent.mjs"), `${url}/chat/completions`, model],
};

try {
  await measureAll();
} finally {
  server.send({ type: "stop" });
  rmSync(folder, { recursive: true, force: true });
}

async function measureAll() {
  if (process.argv.includes("--prewarm")) {
    measurePrewarm();
    return;
  }
  const runs = quick ? 3 : 11;
  console.log(
    `node ${process.version}, medians; NODE_EXTRA_CA_CERTS unset; ratios are what counts, the machine is noisy\n`,
  );
  row("measure", "floor", "leat", "ratio", "budget");

  // In turns, so that whatever else the machine does falls on all three alike.
  const starts = [];
  const empties = [];
  const bareStarts = [];
  for (let index = 0; index < runs; index += 1) {
    empties.push(await cpuOfEmpty());
    starts.push(await run("leat", "bench:10:0"));
    bareStarts.push(await run("floor", "bench:10:0"));
  }
  const empty = middle(empties);
  const start = middle(starts.map((sample) => sample.cpuAtRequestMs));
  row("start → first request, CPU ms", empty, start, start / empty, "≤ 1.8 × an empty module");
  const bareStart = middle(bareStarts.map((sample) => sample.cpuAtRequestMs));
  row("  the same, floor a bare node:http client", bareStart, start, start / bareStart, "");
  console.log(`first request for "hi": ${starts[0].bodyBytes} bytes (budget 6,000)`);

  if (process.argv.includes("--start")) {
    return;
  }
  await measureCommands();
  if (process.argv.includes("--commands")) {
    return;
  }
  for (const [name, model] of [["token → stdout, ms, 100/s", "bench:300:100"]]) {
    const floor = middle((await run("floor", model)).delaysMs);
    const own = middle((await run("leat", model)).delaysMs);
    row(name, floor, own, own / floor, "≤ 2 ms");
  }
  for (const count of quick ? [10_000] : [10_000, 50_000]) {
    const floor = await perThousand("floor", count);
    const own = await perThousand("leat", count);
    row(
      `CPU ms per 1k tokens, ${count / 1000}k at full speed`,
      floor.cpu,
      own.cpu,
      own.cpu / floor.cpu,
      "≤ 6 and ≤ 2 ×",
    );
    row(`peak RSS MB, ${count / 1000}k tokens`, floor.rss, own.rss, own.rss / floor.rss, "≤ 80");
  }
  const pacedFloor = await perThousand("floor", quick ? 600 : 3000, 300);
  const paced = await perThousand("leat", quick ? 600 : 3000, 300);
  row("CPU ms per 1k tokens at 300/s", pacedFloor.cpu, paced.cpu, paced.cpu / pacedFloor.cpu, "≤ 1.15 ×");
  const decoder = JSON.parse(
    execFileSync(process.execPath, [join(here, "decoder.mjs")], { encoding: "utf8" }),
  );
  for (const [name, { floor, own }] of Object.entries(decoder)) {
    row(`decoder alone, MB/s, ${name}`, floor, own, own / floor, "");
  }
  measurePrewarm();
}

/** A table of its own: seconds, on a server that takes its time. */
function measurePrewarm() {
  console.log("");
  const args = [join(here, "prewarm.mjs"), ...(quick ? ["--quick"] : [])];
  execFileSync(process.execPath, args, { stdio: "inherit" });
}

async function measureCommands() {
  const calls = quick ? 10 : 40;
  const gaps = { floor: [], own: [] };
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    for (const [client, seen] of [
      ["floor agent", gaps.floor],
      ["leat agent", gaps.own],
    ]) {
      const { gapsMs } = await run(client, `tools:${calls}`);
      if (gapsMs.length !== calls) {
        throw new Error(`${client} ran ${gapsMs.length} of ${calls} calls`);
      }
      seen.push(...gapsMs);
    }
  }
  const [floor, own] = [middle(gaps.floor), middle(gaps.own)];
  row("tool call → next request (`true`), ms", floor, own, own / floor, "≤ 20 ms");
  const { sandbox, undo, files } = JSON.parse(
    execFileSync(process.execPath, [join(here, "commands.mjs"), ...(quick ? ["--quick"] : [])], {
      encoding: "utf8",
    }),
  );
  if (sandbox === null) {
    console.log("a command in the sandbox: not measured, no sandbox works here");
  } else {
    const added = (sandbox.own - sandbox.floor).toFixed(2);
    row(
      "a command (`true`) in the sandbox, ms",
      sandbox.floor,
      sandbox.own,
      sandbox.own / sandbox.floor,
      `adds ${added}, ≤ 8 ms`,
    );
  }
  const thousands = `${files / 1000}k files`;
  const { first, before, after } = undo;
  const waits = first.skippedTurns === 0 ? "" : `, over ${first.skippedTurns + 1} turns`;
  row(
    `undo, first snapshot, ${thousands}, ms`,
    first.floor,
    first.own,
    first.own / first.floor,
    `git add${waits}`,
  );
  row(
    `undo, before a turn's first change, ms`,
    before.floor,
    before.own,
    before.own / before.floor,
    "git status",
  );
  row(`undo, at the end of that turn, ms`, after.floor, after.own, after.own / after.floor, "git status");
}

/** Cost of the tokens alone: a run of ten is taken off. */
async function perThousand(client, count, rate = 0) {
  const repeats = quick ? 1 : rate === 0 ? 5 : 3;
  const small = await series(Math.max(3, repeats), () => run(client, "bench:10:0"));
  const large = await series(repeats, () => run(client, `bench:${count}:${rate}`));
  const cpu = middle(large.map((sample) => sample.cpuMs)) - middle(small.map((sample) => sample.cpuMs));
  return { cpu: cpu / (count / 1000), rss: middle(large.map((sample) => sample.rssMb)) };
}

function run(client, model) {
  return new Promise((resolve, reject) => {
    const sample = { delaysMs: [], gapsMs: [], cpuAtRequestMs: 0, bodyBytes: 0, cpuMs: 0, rssMb: 0 };
    const child = timed(clients[client](model));
    server.send({ type: "client", shellPid: child.pid });
    onRequest = ({ bodyBytes, pid, cpuMs, gapMs }) => {
      if (gapMs !== undefined) {
        sample.gapsMs.push(gapMs);
        return;
      }
      sample.bodyBytes = bodyBytes;
      sample.cpuAtRequestMs = cpuMs;
      const timer = setInterval(() => {
        sample.rssMb = Math.max(sample.rssMb, peakRssMb(pid));
      }, 20);
      child.on("close", () => clearInterval(timer));
    };
    child.stdout.on("data", (data) => {
      const now = process.hrtime.bigint();
      for (const match of data.toString().matchAll(/@(\d+)@/g)) {
        sample.delaysMs.push(Number(now - BigInt(match[1])) / 1e6);
      }
    });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.on("close", (code) => {
      sample.cpuMs = totalCpu(errors);
      if (code === 0) {
        resolve(sample);
      } else {
        reject(new Error(`${client} ended with ${code}: ${errors}`));
      }
    });
  });
}

/** bash's `time` reads the process's whole rusage, to the millisecond, when it has ended. */
function timed(args) {
  const script = 'TIMEFORMAT="cpu %3U %3S"; time "$@"';
  return spawn("bash", ["-c", script, "bash", process.execPath, ...args], {
    env: { ...environment, CODEX_HOME: folder },
    cwd: join(folder, "work"),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function totalCpu(errors) {
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(errors) ?? [];
  return (Number(user) + Number(system)) * 1000;
}

async function cpuOfEmpty() {
  const child = timed([join(here, "empty.mjs")]);
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  await new Promise((resolve) => child.on("close", resolve));
  return totalCpu(errors);
}

async function series(count, measure) {
  const samples = [];
  for (let index = 0; index < count; index += 1) {
    samples.push(await measure());
  }
  return samples;
}

function middle(values) {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}

function row(name, floor, own, ratio, budget) {
  const cell = (value) => (typeof value === "number" ? value.toFixed(2) : value).padStart(10);
  console.log(`${name.padEnd(44)}${cell(floor)}${cell(own)}${cell(ratio)}   ${budget}`);
}
