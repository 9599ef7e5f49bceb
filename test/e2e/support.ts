import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type PracticeServer, type Reply, startPracticeServer } from "../../src/practice/index.ts";

/** The built program; `npm test` builds it first. */
export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** A user with a home and a project of his own, gone when the test is over. */
export interface Workbench {
  readonly home: string;
  readonly project: string;
  readonly server: PracticeServer;
  writeConfig(toml: string): void;
  /** Runs leat in the project and waits for its end. */
  leat(args: readonly string[], options?: RunOptions): Promise<Run>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Every line of the one session file, parsed; throws if one is no JSON. */
  sessionLines(): { readonly type: string; readonly payload: Record<string, unknown> }[];
}

interface RunOptions {
  /** `open`: the test writes to it, and ends it. */
  readonly stdin?: string | readonly Buffer[] | "open";
  readonly env?: Readonly<Record<string, string>>;
}

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess & { readonly stdin: Writable };
  readonly ended: Promise<Run>;
  /** Resolves once stdout or stderr hold the text. */
  sees(text: string): Promise<void>;
}

/** Starts the practice server with a script and makes home and project around it. */
export async function createWorkbench(replies: readonly Reply[]): Promise<Workbench> {
  const server = await startPracticeServer({ pace: "full", script: { replies } });
  onTestFinished(() => server.stop());
  return { ...createBench(server.url), server };
}

/** Home and project for a server at that URL. */
export function createBench(url: string): Omit<Workbench, "server"> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "leat-e2e-")));
  const [home, project] = [join(root, "home"), join(root, "project")];
  mkdirSync(home);
  mkdirSync(join(project, ".git"), { recursive: true });
  writeFileSync(join(project, ".git/HEAD"), "ref: refs/heads/main\n");
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const bench = {
    home,
    project,
    writeConfig: (toml: string) => writeFileSync(join(home, "config.toml"), toml),
    leat: (args: readonly string[], options?: RunOptions) => start(bench, args, options).ended,
    start: (args: readonly string[], options?: RunOptions) => start(bench, args, options),
    sessionLines: () => readSession(home),
  };
  bench.writeConfig(localConfig(url));
  return bench;
}

/** A local provider as a user would write it, fast to give up where a test needs that. */
export function localConfig(url: string, more = ""): string {
  return `model = "openai/gpt-oss-20b"
model_provider = "local-oss"
${more}
[model_providers.local-oss]
name = "Local gpt-oss-20b"
base_url = "${url}"
wire_api = "chat"
`;
}

function start(
  bench: Pick<Workbench, "home" | "project">,
  args: readonly string[],
  options: RunOptions = {},
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: bench.project,
    env: {
      PATH: process.env["PATH"],
      HOME: bench.home,
      CODEX_HOME: bench.home,
      LANG: "C.UTF-8",
      ...options.env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8");
    child[name].on("data", (text: string) => {
      output[name] += text;
      for (const watcher of watchers) {
        watcher();
      }
    });
  }
  if (options.stdin !== "open") {
    for (const piece of typeof options.stdin === "string" ? [options.stdin] : (options.stdin ?? [])) {
      child.stdin.write(piece);
    }
    child.stdin.end();
  }
  // A test that fails half-way must not leave a process behind.
  const timer = setTimeout(() => child.kill("SIGKILL"), 18_000);
  const ended = new Promise<Run>((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    });
  });
  const sees = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!(output.stdout + output.stderr).includes(text)) {
          return;
        }
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
      void ended.then((run) =>
        reject(new Error(`ended without showing ${text}: ${run.stdout}${run.stderr}`)),
      );
    });
  return { child, ended, sees };
}

function readSession(home: string): { type: string; payload: Record<string, unknown> }[] {
  const folder = join(home, "sessions");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".jsonl"),
  );
  if (names.length !== 1) {
    throw new Error(`expected one session file, found ${names.length}`);
  }
  const text = readFileSync(join(folder, names[0] ?? ""), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The messages of each chat request the server got. */
export function messagesOf(server: PracticeServer): Record<string, unknown>[][] {
  return server.requests.map((request) => (request.json as { messages: Record<string, unknown>[] }).messages);
}
