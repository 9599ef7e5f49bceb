// Records how a live server answers, as vectors for fixtures/wire: asks it once through the built program in a home and a project
// of its own. Usage: record.mjs --url URL --model M [--prompt TEXT] [--tools] [--out FILE] [--key-env VAR]

import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const USAGE =
  "npm run record -- --url URL --model M [--prompt TEXT] [--tools] [--out FILE] [--key-env VAR]\n" +
  "  --tools  ask for something that takes a tool call; the call is recorded, and what follows it, in files of their own\n";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
process.exitCode = await main();

async function main() {
  const options = readOptions();
  if (options === undefined) {
    return 2;
  }
  const root = mkdtempSync(join(tmpdir(), "leat-record-"));
  try {
    return await record(options, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @typedef {{ url: string, model: string, prompt: string, out: string, keyEnv: string | undefined }} Options */

/** @returns {Options | undefined} */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: "string" },
        model: { type: "string" },
        prompt: { type: "string" },
        tools: { type: "boolean" },
        out: { type: "string" },
        "key-env": { type: "string" },
      },
    });
    const { url, model, tools } = values;
    if (url === undefined || model === undefined) {
      throw new Error("--url and --model are needed");
    }
    const prompt =
      values.prompt ??
      (tools === true
        ? "Read the file note.txt with a tool, then tell in one sentence what it says."
        : "Say hello in one short sentence. Use no tool.");
    const out = resolve(values.out ?? `recorded-${model.replaceAll(/[^\w.-]+/g, "-")}.json`);
    if (existsSync(out)) {
      throw new Error(`${out} is there already; name another file with --out`);
    }
    return { url, model, prompt, out, keyEnv: values["key-env"] };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

/** @param {Options} options @param {string} root an empty folder */
async function record({ url, model, prompt, out, keyEnv }, root) {
  const home = join(root, "home");
  const project = join(root, "project");
  const recordings = join(root, "recordings");
  mkdirSync(home);
  mkdirSync(join(project, ".git"), { recursive: true });
  writeFileSync(join(project, ".git/HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(project, "note.txt"), "The meadow is mown on Thursday.\n");
  writeFileSync(join(home, "config.toml"), config({ url, model, keyEnv }));
  const code = await run([program, "exec", "--record", recordings, prompt], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      CODEX_HOME: home,
      ...(keyEnv === undefined ? {} : { [keyEnv]: process.env[keyEnv] }),
    },
  });
  const names = existsSync(recordings) ? readdirSync(recordings).sort() : [];
  names.forEach((name, index) => {
    const target = index === 0 ? out : `${out.replace(/\.json$/, "")}-${index + 1}.json`;
    copyFileSync(join(recordings, name), target);
    process.stdout.write(`${target}\n`);
  });
  if (names.length === 0) {
    process.stderr.write("nothing was recorded\n");
  }
  return names.length === 0 ? 1 : code;
}

/** TOML takes JSON's strings. @param {{ url: string, model: string, keyEnv: string | undefined }} facts */
function config({ url, model, keyEnv }) {
  return `model = ${JSON.stringify(model)}
model_provider = "recorded"

[model_providers.recorded]
name = "the recorded server"
base_url = ${JSON.stringify(url)}
wire_api = "chat"
request_max_retries = 0
stream_max_retries = 0
${keyEnv === undefined ? "" : `env_key = ${JSON.stringify(keyEnv)}\n`}`;
}

/** @param {string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} options @returns {Promise<number>} */
function run(args, options) {
  // stdout is kept for the names of the files.
  const child = spawn(process.execPath, args, { ...options, stdio: ["ignore", 2, 2] });
  const stop = () => child.kill("SIGINT");
  process.on("SIGINT", stop);
  return new Promise((done) => {
    child.on("close", (code) => {
      process.off("SIGINT", stop);
      done(code ?? 1);
    });
  });
}
