/**
 * What reading a prompt ahead is worth: the time from the end of the prompt to the first token, against the practice server with a
 * prefix cache that reads 300 tokens a second, as a laptop does. Each cold figure has a server of its own, started anew. Beside it
 * the same question under prefixes of the size that other agents send, as plain requests.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TOKENS_PER_SECOND = 300;
const PROMPT = "What is here?";
/** Long enough for all of the prefix to be read, and for a part of it. */
const LONG_TYPING_MS = 15_500;
const SHORT_TYPING_MS = 5_000;
/** AGENTS.md, so that the whole prompt has 4,000 tokens as the practice server counts them. */
const PROJECT_DOC_BYTES = 11_650;
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

const leat = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const quick = process.argv.includes("--quick");
const folder = mkdtempSync(join(tmpdir(), "leat-prewarm-"));
const work = join(folder, "work");
mkdirSync(join(work, ".git"), { recursive: true });
writeFileSync(join(work, ".git/HEAD"), "ref: refs/heads/main\n");
writeFileSync(join(work, "AGENTS.md"), words(PROJECT_DOC_BYTES));
const script = join(folder, "script.json");
writeFileSync(script, JSON.stringify({ replies: [{ text: "Nothing." }], after: "repeat-last" }));

try {
  await measureAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureAll() {
  console.log(
    `first token after the prompt, in seconds; ${TOKENS_PER_SECOND} tokens/s, one slot with a prefix cache\n`,
  );
  row("", "tokens", "cold", "warm", "prewarmed");
  const cold = await onServer(async (url) => [
    await leatRun(url, { typingMs: SHORT_TYPING_MS, prewarm: false }),
    await leatRun(url, { typingMs: SHORT_TYPING_MS, prewarm: false }),
  ]);
  const prewarmed = await onServer((url) => leatRun(url, { typingMs: LONG_TYPING_MS, prewarm: true }));
  const [first, second] = cold;
  row("leat, prompt typed in 15 s", first.tokens, first.seconds, second.seconds, prewarmed.seconds);
  const partly = await onServer((url) => leatRun(url, { typingMs: SHORT_TYPING_MS, prewarm: true }));
  row("leat, prompt typed in 5 s", first.tokens, first.seconds, second.seconds, partly.seconds);
  for (const tokens of quick ? [7_000] : [7_000, 25_000]) {
    const [plain, again] = await onServer(async (url) => [
      await plainRun(url, tokens),
      await plainRun(url, tokens),
    ]);
    row(`a plain request under ${tokens / 1000}k tokens`, plain.tokens, plain.seconds, again.seconds, "");
  }
}

/** A practice server that has read nothing yet. */
async function onServer(measure) {
  const args = ["practice", "--port", "0", "--as", "llamacpp", "--pace", "full", "--script", script];
  const server = spawn(process.execPath, [leat, ...args, "--prefill", String(TOKENS_PER_SECOND)], {
    env: { ...environment, CODEX_HOME: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await new Promise((resolve, reject) => {
      let text = "";
      server.stdout.on("data", (data) => {
        text += data;
        const [, found] = /Serving at (\S+)/.exec(text) ?? [];
        if (found !== undefined) {
          resolve(found);
        }
      });
      server.on("close", () => reject(new Error(`the practice server has ended: ${text}`)));
    });
    return await measure(url);
  } finally {
    server.removeAllListeners("close");
    server.kill();
  }
}

/** The prompt comes from stdin, whose end is the moment at which a person presses Enter. */
function leatRun(url, { typingMs, prewarm }) {
  const home = mkdtempSync(join(folder, "home-"));
  writeFileSync(
    join(home, "config.toml"),
    `model = "m"\nmodel_provider = "p"\nmodel_context_window = 131072\nstats = false\nprewarm = ${prewarm}\n[model_providers.p]\nname = "p"\nbase_url = "${url}"\n`,
  );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [leat, "exec", "--stream", "-"], {
      env: { ...environment, CODEX_HOME: home },
      cwd: work,
    });
    let entered = 0;
    let firstToken = 0;
    let errors = "";
    child.stdout.once("data", () => {
      firstToken = performance.now();
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    setTimeout(() => {
      entered = performance.now();
      child.stdin.end(PROMPT);
    }, typingMs);
    child.on("close", (code) => {
      const [, tokens] = /([\d,]+) in /.exec(errors) ?? [];
      if (code !== 0 || tokens === undefined) {
        reject(new Error(`leat ended with ${code}: ${errors}`));
        return;
      }
      resolve({ tokens: Number(tokens.replace(",", "")), seconds: (firstToken - entered) / 1000 });
    });
  });
}

function plainRun(url, tokens) {
  const messages = [
    { role: "system", content: words(tokens * 4) },
    { role: "user", content: PROMPT },
  ];
  const body = JSON.stringify({
    model: "m",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const outgoing = request(url.concat("/chat/completions"), { method: "POST" }, (response) => {
      let seconds;
      let text = "";
      response.on("data", (data) => {
        text += data;
        if (seconds === undefined && text.includes('"content":"')) {
          seconds = (performance.now() - started) / 1000;
        }
      });
      response.on("end", () => {
        const [, count] = /"prompt_tokens":(\d+)/.exec(text) ?? [];
        resolve({ tokens: Number(count), seconds });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function words(bytes) {
  return "Keep it simple, and say why. ".repeat(Math.ceil(bytes / 29)).slice(0, bytes);
}

function row(name, ...cells) {
  const shown = cells.map((cell, index) =>
    typeof cell === "number" ? (index === 0 ? cell.toLocaleString("en") : cell.toFixed(2)) : cell,
  );
  console.log(`${name.padEnd(36)}${shown.map((cell) => cell.padStart(11)).join("")}`);
}
