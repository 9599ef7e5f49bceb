// `npm run check`, the definition of done: every step runs, cheap ones first, and only the failed ones print more than a line.
// The last line is that of the tests: `N passed, N failed`.

import { spawn } from "node:child_process";
import { resolve } from "node:path";

/**
 * Unused code is looked for twice. First everything, tests included: a file, an export (also one used only in its own file), a type
 * or a dependency that nobody uses. Then src alone: what only tests keep alive is dead too; here an export that its own file uses
 * is let through, so that a test may reach a function that the program calls only beside it.
 */
const STEPS = [
  { name: "format, lint", commands: ["biome check --error-on-warnings ."] },
  { name: "types", commands: ["tsc -p .", "tsc -p scripts"] },
  // Its output is short, and has warnings about files that grow: shown also when all is well.
  { name: "layers", commands: ["node scripts/check-layers.mjs"], isAlwaysShown: true },
  {
    name: "unused",
    commands: ["knip --no-progress", "knip --no-progress --production -c scripts/knip-production.json"],
  },
  { name: "tests", commands: ["npm test --silent"] },
];

const CLOSING_LINE = /^\d+ passed, \d+ failed(, \d+ skipped)?$/;

const failed = [];
let lastLines = "";
for (const step of STEPS) {
  const startedAt = performance.now();
  const results = [];
  for (const command of step.commands) {
    results.push(await run(command));
  }
  const isOk = results.every(({ exitCode }) => exitCode === 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${isOk ? "ok    " : "FAILED"}  ${step.name}  ${seconds} s`);
  if (!isOk) {
    failed.push(step.name);
  }

  const shown = results.filter(({ exitCode }) => exitCode !== 0 || step.isAlwaysShown);
  const output = shown.map((result) => result.output).join("\n");
  if (step.name === "tests") {
    lastLines = closingLines(results[0]?.output ?? "", isOk);
  } else if (output !== "") {
    console.log(output);
  }
}
if (failed.length > 0) {
  console.log(`check failed: ${failed.join("; ")}`);
}
console.log(lastLines);
process.exitCode = failed.length > 0 ? 1 : 0;

/**
 * @param {string} command a word of it has no spaces
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
function run(command) {
  const [program = "", ...args] = command.split(" ");
  // `npm run` has put node_modules/.bin on the PATH; started by hand this script does it itself. Absolute, since tests run
  // programs in folders that have one of their own.
  const env = { ...process.env, PATH: `${resolve("node_modules/.bin")}:${process.env.PATH}` };
  return new Promise((done) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => done({ exitCode: 1, output: String(error) }));
    child.on("close", (code) =>
      done({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString().trimEnd() }),
    );
  });
}

/** All of it when tests failed, else the skips with their reasons; the closing line stands at the end in any case. @param {string} output @param {boolean} isOk */
function closingLines(output, isOk) {
  const lines = output.split("\n");
  // Without a closing line the tests did not even begin (the build failed, vitest did not start): that is a failure.
  const closing = lines.findLast((line) => CLOSING_LINE.test(line)) ?? "0 passed, 1 failed";
  const shown = lines.filter((line) => !CLOSING_LINE.test(line) && (!isOk || line.startsWith("skipped: ")));
  return [...shown, closing].join("\n");
}
