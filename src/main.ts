import { homedir } from "node:os";
import { runProgram } from "./cli/index.ts";

/**
 * The composition root: the only file that reads argv and the environment and ends the process.
 * The first Ctrl-C stops what is under way, the second leaves.
 */
const interrupt = new AbortController();
/** What a shell reports of a process ended by that signal. */
let signalCode = 0;
const onSignal = (code: number) => () => {
  if (interrupt.signal.aborted) {
    process.exit(code);
  }
  signalCode = code;
  interrupt.abort();
};
process.on("SIGINT", onSignal(130));
process.on("SIGTERM", onSignal(143));
// The terminal is gone, its window closed.
process.on("SIGHUP", onSignal(129));
// What can't be written does not stop the work: it is in the session file. A reader that has left (`| head`) is
// no failure at all; a full disk behind stdout is one, and is told at the end.
let lostOutput: Error | undefined;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    lostOutput = error;
  }
});
process.stderr.on("error", () => {});
process.on("uncaughtException", (error) => {
  // The text of an error may quote what a model wrote.
  const stack = (error.stack ?? error.message).replace(/[^\n\P{Cc}]/gu, "").slice(0, 4000);
  process.stderr.write(`\nThis is a mistake in leat, please report it with these lines:\n${stack}\n`);
  process.exit(1);
});

const code = await runProgram(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  userHome: homedir(),
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interrupt.signal,
});
process.exitCode = code === 130 && interrupt.signal.aborted ? signalCode : code;
// Node reports the last failed write only when everything else is done.
process.on("exit", () => {
  if (lostOutput === undefined) {
    return;
  }
  process.stderr.write(
    `the answer can't be written to stdout: ${lostOutput.message}. It is in the session file.\n`,
  );
  process.exitCode = 1;
});
