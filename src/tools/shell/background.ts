/** Commands that run on while the model does something else. */
import { type CapturedOutput, type CommandEnd, type Sandbox, TextCapture } from "../../sandbox/index.ts";

/** What the calls of a session share. */
export interface ShellSession {
  readonly useLoginShell: boolean;
  /** How long a command is watched before it is left alone: those that can't start say so at once. */
  readonly firstWaitMs: number;
  readonly background: BackgroundCommands;
}

/** For a person who asks what is running. */
export interface RunningCommand {
  readonly id: string;
  readonly command: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface BackgroundStart {
  readonly sandbox: Sandbox;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** As people are shown it. */
  readonly command: string;
}

const MAX_RUNNING = 16;
/** Those that have ended can still be asked about; of more than so many the oldest are forgotten. */
const MAX_ENDED = 16;
/** A model is shown a fraction of it; what comes between two polls beyond that loses its middle. */
const PART_LENGTH = 64 * 1024;
/** The longest that Node's timers take, 24 days. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;
const NO_OUTPUT: CapturedOutput = { text: "", totalBytes: 0, totalLines: 0 };

export class BackgroundCommands {
  readonly #commands = new Map<string, BackgroundCommand>();
  #count = 0;
  #closed: boolean;

  constructor({ closed }: { readonly closed: boolean } = { closed: false }) {
    this.#closed = closed;
  }

  /** undefined: too many are running. */
  start(start: BackgroundStart): BackgroundCommand | undefined {
    if (this.running().length >= MAX_RUNNING) {
      return undefined;
    }
    this.#count += 1;
    const command = new BackgroundCommand(String(this.#count), start);
    if (this.#closed) {
      command.stop();
    }
    command.run();
    this.#commands.set(command.id, command);
    this.#forgetOldest();
    return command;
  }

  find(id: string): BackgroundCommand | undefined {
    return this.#commands.get(id);
  }

  forget(command: BackgroundCommand): void {
    this.#commands.delete(command.id);
  }

  running(): readonly RunningCommand[] {
    return [...this.#commands.values()].filter(({ end }) => end === undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#commands.values()].filter(({ end }) => end === undefined);
    for (const command of running) {
      command.stop();
    }
    await Promise.all(running.map(({ ended }) => ended));
  }

  #forgetOldest(): void {
    const ended = [...this.#commands.values()].filter(({ end }) => end !== undefined);
    for (const command of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) {
      this.forget(command);
    }
  }
}

/** One command, from its start to after its end. */
export class BackgroundCommand implements RunningCommand {
  readonly id: string;
  readonly command: string;
  readonly startedAt = Date.now();
  /** Hears the output while somebody waits for it. */
  onOutput: ((text: string) => void) | undefined;
  readonly #start: BackgroundStart;
  readonly #startedMs = performance.now();
  readonly #stopping = new AbortController();
  #unread = new Unread();
  #end: CommandEnd | undefined;
  #durationMs: number | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(id: string, start: BackgroundStart) {
    this.id = id;
    this.command = start.command;
    this.#start = start;
  }

  run(): void {
    const { sandbox, argv, cwd } = this.#start;
    const running = sandbox.run({
      argv,
      cwd,
      timeoutMs: NO_TIMEOUT_MS,
      signal: this.#stopping.signal,
      onOutput: (text) => {
        this.#unread.push(text);
        this.onOutput?.(text);
      },
    });
    this.#ended = running.then(
      (end) => this.#settle(end),
      (error: unknown) => this.#settle({ kind: "not-started", reason: String(error) }),
    );
  }

  /** undefined while it runs. Its output is what `takeOutput` gives. */
  get end(): CommandEnd | undefined {
    return this.#end;
  }

  get durationMs(): number {
    return this.#durationMs ?? performance.now() - this.#startedMs;
  }

  /** Settles when it has ended, however. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Asks for its end, with that of its children. */
  stop(): void {
    this.#stopping.abort();
  }

  /** What came since the last time. */
  takeOutput(): CapturedOutput {
    const { output, rest } = this.#unread.take(this.#end === undefined);
    this.#unread = rest;
    return output;
  }

  #settle(end: CommandEnd): void {
    this.#durationMs = performance.now() - this.#startedMs;
    this.#end = end.kind === "exited" || end.kind === "aborted" ? { ...end, output: NO_OUTPUT } : end;
  }
}

/** Output that the model has not seen. */
class Unread {
  readonly #capture = new TextCapture(PART_LENGTH);
  #bytes = 0;

  push(text: string): void {
    this.#capture.push(text);
    this.#bytes += Buffer.byteLength(text);
  }

  take(goesOn: boolean): { readonly output: CapturedOutput; readonly rest: Unread } {
    const { text, totalLines } = this.#capture.kept;
    const rest = new Unread();
    // Half a control sequence could not be told from text.
    const half = goesOn ? (HALF_SEQUENCE.exec(text)?.[0] ?? "") : "";
    rest.push(half);
    return {
      output: {
        text: text.slice(0, text.length - half.length),
        totalBytes: this.#bytes - half.length,
        totalLines,
      },
      rest,
    };
  }
}

const HALF_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*)?$/;
