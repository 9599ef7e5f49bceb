/** A command on leat's own standard streams, with leat's signals: what a user runs in the sandbox himself. */
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { OutputCapture } from "./capture.ts";
import { type AttachedChild, type SpawnEnd, type SpawnRequest, spawnOnOwnStreams } from "./spawn.ts";

type AttachedRequest = Pick<SpawnRequest, "command" | "cwd" | "environment" | "innerProcessGroup" | "inputs">;

/** All that say something to a command. */
const FORWARDED = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGCONT",
] as const;

/** 2 is the confining program's, so that its own words can be told from the command's; the command gets leat's, which is 4. */
export function withOwnErrorStream(command: readonly string[]): string[] {
  return ["/bin/sh", "-c", 'exec "$@" 2>&4 3>&- 4>&-', "sh", ...command];
}

export async function spawnAttached(request: AttachedRequest): Promise<SpawnEnd> {
  const started = await spawnOnOwnStreams(request);
  return started.kind === "failed" ? started : await followAttached(started.child, request);
}

async function followAttached(child: AttachedChild, request: AttachedRequest): Promise<SpawnEnd> {
  let [errorText, statusText] = ["", ""];
  (child.stdio[2] as Readable).setEncoding("utf8").on("data", (text: string) => {
    errorText += text;
  });
  let waiting: NodeJS.Signals[] = [];
  const forward = (signal: NodeJS.Signals) => {
    const group = request.innerProcessGroup === undefined ? child.pid : request.innerProcessGroup(statusText);
    if (group === undefined) {
      waiting.push(signal);
    } else {
      signalGroup(group, signal);
    }
  };
  (child.stdio[3] as Readable).setEncoding("utf8").on("data", (text: string) => {
    statusText += text;
    const signals = waiting;
    waiting = [];
    signals.forEach(forward);
  });
  const release = takeSignals(forward);
  const end = await new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null } | Error>(
    (resolve) => {
      child.on("close", (exitCode, signal) => resolve({ exitCode, signal }));
      child.on("error", resolve);
    },
  );
  release();
  if (end instanceof Error) {
    return { kind: "failed", reason: end.message };
  }
  const { exitCode, signal } = end;
  return {
    kind: "ended",
    exitCode: exitCode ?? 128 + (signal === null ? constants.signals.SIGKILL : constants.signals[signal]),
    signal: signal ?? undefined,
    stopped: undefined,
    output: new OutputCapture().output,
    errorText,
    statusText,
  };
}

/** While the command runs, signals are its own: whether Ctrl-C ends it is for it to say. */
function takeSignals(forward: (signal: NodeJS.Signals) => void): () => void {
  const others = FORWARDED.map((signal) => ({ signal, listeners: process.listeners(signal) }));
  for (const { signal } of others) {
    process.removeAllListeners(signal);
    process.on(signal, forward);
  }
  return () => {
    for (const { signal, listeners } of others) {
      process.removeListener(signal, forward);
      for (const listener of listeners) {
        process.on(signal, listener as NodeJS.SignalsListener);
      }
    }
  };
}

function signalGroup(processGroup: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-processGroup, signal);
  } catch {
    // It has just ended.
  }
}
