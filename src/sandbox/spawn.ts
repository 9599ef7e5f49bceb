/** The only file that starts processes. One process group a command, ended as a whole. */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { type CapturedOutput, OutputCapture } from "./capture.ts";
import { withoutInherited } from "./inherited.ts";

export interface SpawnRequest {
  /** Program and arguments; its standard output is the output, see `withMergedOutput`. */
  readonly command: readonly string[];
  /** Given where standard error is part of the output, the confining program's too. */
  readonly ownWords?: OwnWords;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  onOutput?(text: string): void;
  /**
   * For a confining program that starts the command in a process group of its own: reads the group from what
   * it writes on file descriptor 3, which only then exists.
   */
  readonly innerProcessGroup?: (statusText: string) => number | undefined;
  /** Given to the confining program on file descriptors from 4 on, each to be read to its end; only where 3 is used, too. */
  readonly inputs?: readonly Uint8Array[] | undefined;
}

/** How a confining program's own messages are told from the output of the command. */
export interface OwnWords {
  /** How they begin. */
  readonly prefix: string;
  /** The command was started, by what was written on file descriptor 3: then no words are its own. */
  wasStarted(statusText: string): boolean;
}

export type SpawnEnd =
  | {
      readonly kind: "ended";
      readonly exitCode: number;
      readonly signal: NodeJS.Signals | undefined;
      readonly stopped: StopReason | undefined;
      readonly output: CapturedOutput;
      /** Standard error: nothing but the confining program's own words, since the command's is merged. */
      readonly errorText: string;
      /** What was written on file descriptor 3. */
      readonly statusText: string;
    }
  | { readonly kind: "failed"; readonly reason: string };

type StopReason = "timeout" | "abort";

const TERMINATION_GRACE_MS = 500;
/** After SIGKILL; a process stuck in the kernel is left behind rather than waited for. */
const KILL_GRACE_MS = 2000;
/** How long a pipe may stay open after the command's end, held by something it left in the background. */
const PIPE_GRACE_MS = 250;
const PIPE_PATIENCE = 8;
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_SIDE_TEXT_LENGTH = 16 * 1024;

/** One pipe for both streams is the only way to keep their order. */
export function withMergedOutput(command: readonly string[]): string[] {
  return shellExec('exec "$@" 2>&1', command);
}

/**
 * Node hands out sockets, and a socket can't be opened by name: `> /dev/stderr` and `-o /dev/stdout` would
 * fail in every command. So the output goes through a pipe, which the shell has from an empty here-document
 * (where it makes one: dash, busybox, bash since 5.1), and `cat` passes it on.
 *
 * 9 reads the pipe, 8 writes it, 1 is Node's socket, 3 the status channel; the command has 8 as its 1.
 */
function withOutputPipe({ command, ownWords }: SpawnRequest): string[] {
  const errors = ownWords === undefined ? "" : "2>&1";
  const script = `exec 9<<END
END
[ -p /proc/self/fd/9 ] && [ -x /bin/cat ] || exec "$@" ${errors} 9<&-
exec 8>/proc/self/fd/9
{ trap "" TERM; exec /bin/cat; } <&9 2>/dev/null 3>&- 8>&- 9<&- &
exec "$@" >&8 ${errors} 8>&- 9<&-`;
  return shellExec(script, command);
}

/** The shell replaces itself by the command and interprets nothing of it. */
function shellExec(script: string, command: readonly string[]): string[] {
  return ["/bin/sh", "-c", script, "sh", ...command];
}

/** Node's module is loaded with the first command: most of what it costs falls outside the wait for the first token. */
export async function spawnProcess(request: SpawnRequest): Promise<SpawnEnd> {
  const { spawn } = await import("node:child_process");
  const [program = "", ...programArguments] = withOutputPipe(request);
  let child: ChildProcess;
  try {
    child = spawn(program, programArguments, {
      cwd: request.cwd,
      env: request.environment,
      stdio: withoutInherited([
        "ignore",
        "pipe",
        "pipe",
        ...(request.innerProcessGroup === undefined ? [] : (["pipe"] as const)),
        ...(request.inputs ?? []).map(() => "pipe" as const),
      ] as const),
      detached: true,
    });
  } catch (error) {
    // Node refuses some arguments at once, a NUL in them for one.
    return { kind: "failed", reason: messageOf(error) };
  }
  giveInputs(child, 4, request.inputs);
  return await new Promise((resolve) => followProcess(child, request, resolve));
}

/** Process groups that live now. */
const living = new Set<number>();

/** leat may leave in the middle, at a second Ctrl-C for one: what it started must not go on without it. */
function endWithThisProcess(processGroup: number | undefined): () => void {
  if (processGroup === undefined) {
    return () => {};
  }
  if (living.size === 0) {
    process.on("exit", killLiving);
  }
  living.add(processGroup);
  return () => {
    living.delete(processGroup);
    if (living.size === 0) {
      process.removeListener("exit", killLiving);
    }
  };
}

function killLiving(): void {
  for (const processGroup of living) {
    signalGroup(processGroup, "SIGKILL");
  }
}

function followProcess(child: ChildProcess, request: SpawnRequest, resolve: (end: SpawnEnd) => void): void {
  const capture = new OutputCapture();
  const output = child.stdio[1] as Readable;
  const errorText = collectText(child.stdio[2] as Readable);
  const statusText = collectText(child.stdio[3] as Readable | undefined);
  const timers = new Set<NodeJS.Timeout>();
  const release = endWithThisProcess(child.pid);
  let stopped: StopReason | undefined;
  let ended: { exitCode: number | null; signal: NodeJS.Signals | null } | undefined;
  let closed = false;
  let finished = false;

  const after = (milliseconds: number, action: () => void) => {
    timers.add(setTimeout(action, Math.min(milliseconds, MAX_TIMER_MS)));
  };
  // What may be the confining program's own is no output until it is known that the command was started.
  let held: string | undefined = request.ownWords === undefined ? undefined : "";
  const deliver = (text: string) => {
    if (text === "" || finished) {
      return;
    }
    const prefix = request.ownWords?.prefix ?? "";
    const waiting = held === undefined ? undefined : held + text;
    const mayBeOwn = waiting !== undefined && (waiting.startsWith(prefix) || prefix.startsWith(waiting));
    held = mayBeOwn ? waiting : undefined;
    if (!mayBeOwn) {
      request.onOutput?.(waiting ?? text);
    }
  };

  const finish = (failure?: string) => {
    if (finished) {
      return;
    }
    // Whatever is left of the group: it ignored SIGTERM, or holds the pipe from the background.
    if (stopped !== undefined || !closed) {
      signalGroup(child.pid, "SIGKILL");
    }
    release();
    deliver(capture.end());
    if (held !== undefined && held !== "" && request.ownWords?.wasStarted(statusText()) !== false) {
      request.onOutput?.(held);
    }
    finished = true;
    for (const timer of timers) {
      clearTimeout(timer);
    }
    request.signal?.removeEventListener("abort", onAbort);
    for (const stream of child.stdio) {
      stream?.destroy();
    }
    if (failure !== undefined) {
      return resolve({ kind: "failed", reason: failure });
    }
    const signal = ended?.signal ?? undefined;
    resolve({
      kind: "ended",
      exitCode: ended?.exitCode ?? 128 + signalNumber(signal),
      signal,
      stopped,
      output: capture.output,
      errorText: errorText(),
      statusText: statusText(),
    });
  };

  const stop = (reason: StopReason) => {
    if (stopped !== undefined || ended !== undefined) {
      return;
    }
    stopped = reason;
    if (request.innerProcessGroup === undefined) {
      signalGroup(child.pid, "SIGTERM");
    } else {
      // The confining program would take SIGTERM as its own end and kill the command without a chance.
      const group = request.innerProcessGroup(statusText());
      if (group === undefined) {
        signalGroup(child.pid, "SIGKILL");
      } else {
        signalGroup(group, "SIGTERM");
      }
    }
    after(TERMINATION_GRACE_MS, () => signalGroup(child.pid, "SIGKILL"));
    after(TERMINATION_GRACE_MS + KILL_GRACE_MS, () => finish());
  };
  const onAbort = () => stop("abort");

  /** The command has ended; as long as its output still arrives, we wait for more, but not for ever. */
  const awaitPipes = (patience: number) => {
    const bytesBefore = capture.totalBytes;
    after(PIPE_GRACE_MS, () => {
      if (capture.totalBytes > bytesBefore && patience > 0) {
        awaitPipes(patience - 1);
      } else {
        finish();
      }
    });
  };

  output.on("data", (bytes: Buffer) => deliver(capture.push(bytes)));
  output.on("error", () => {});
  child.on("error", (error) => {
    // Also raised when a signal can't be sent; then the process is there and will end by itself.
    if (child.pid === undefined) {
      finish(messageOf(error));
    }
  });
  child.on("exit", (exitCode, signal) => {
    ended = { exitCode, signal };
    awaitPipes(PIPE_PATIENCE);
  });
  child.on("close", () => {
    closed = true;
    finish();
  });
  after(request.timeoutMs, () => stop("timeout"));
  request.signal?.addEventListener("abort", onAbort, { once: true });
  if (request.signal?.aborted === true) {
    onAbort();
  }
}

function collectText(stream: Readable | undefined): () => string {
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    if (text.length < MAX_SIDE_TEXT_LENGTH) {
      text += chunk;
    }
  });
  stream?.on("error", () => {});
  return () => text;
}

function signalGroup(processGroup: number | undefined, signal: NodeJS.Signals): void {
  if (processGroup === undefined || processGroup <= 1) {
    return;
  }
  try {
    process.kill(-processGroup, signal);
  } catch {
    // The group is gone already.
  }
}

function signalNumber(signal: NodeJS.Signals | undefined): number {
  return signal === undefined ? constants.signals.SIGKILL : constants.signals[signal];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type AttachedChild = ChildProcess;

/**
 * For a command that gets leat's own streams. 2 and 3 are pipes, for the confining program's words and its
 * status; leat's standard error is 4, and from 5 on come the inputs. It gets a session of its own, as every command does.
 */
export async function spawnOnOwnStreams(
  request: Pick<SpawnRequest, "command" | "cwd" | "environment" | "inputs">,
): Promise<
  | { readonly kind: "started"; readonly child: AttachedChild }
  | { readonly kind: "failed"; readonly reason: string }
> {
  const { spawn } = await import("node:child_process");
  const [program = "", ...programArguments] = request.command;
  try {
    const child = spawn(program, programArguments, {
      cwd: request.cwd,
      env: request.environment,
      stdio: withoutInherited([
        ...(["inherit", "inherit", "pipe", "pipe"] as const),
        2,
        ...(request.inputs ?? []).map(() => "pipe" as const),
      ]),
      detached: true,
    });
    giveInputs(child, 5, request.inputs);
    return { kind: "started", child };
  } catch (error) {
    return { kind: "failed", reason: messageOf(error) };
  }
}

function giveInputs(
  child: ChildProcess,
  firstFd: number,
  inputs: readonly Uint8Array[] | undefined = [],
): void {
  const streams: readonly unknown[] = child.stdio;
  for (const [index, input] of inputs.entries()) {
    // What does not start does not read.
    (streams[firstFd + index] as Writable).on("error", () => {}).end(input);
  }
}
