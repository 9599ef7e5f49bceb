import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PracticeServer, startPracticeServer } from "../practice/index.ts";
import type { SandboxError } from "../protocol/index.ts";
import { childEnvironment, openSandbox, resolvePolicy, runUnconfined } from "../sandbox/index.ts";
import { BROKEN_FILE, commitDemoProject, writeDemoProject } from "./demo-project.ts";
import type { ExecOptions } from "./exec.ts";
import { exitCode } from "./exit-code.ts";
import { explainSandbox } from "./explain.ts";
import type { Io } from "./io.ts";

export interface DemoOptions {
  readonly pace: "human" | "full";
  /** Handed in, so that the lazily loaded demo does not bring a second copy of everything. */
  readonly runExec: (options: ExecOptions, io: Io) => Promise<number>;
}

const PROMPT = "A test fails here. Find the cause, mend it and show that the tests pass.";

/**
 * The main job, for someone without a model: a real run of `leat exec` (config, net, wire, agent, sandbox,
 * session) against the practice model, in a temporary project. What the last line claims has been checked.
 */
export async function runDemo(options: DemoOptions, io: Io): Promise<number> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "leat-demo-")));
  const [project, home] = [join(root, "project"), join(root, "home")];
  mkdirSync(home, { mode: 0o700 });
  writeDemoProject(project);
  const env = plainEnvironment(io);
  const committed = await commitDemoProject(project, { env, signal: io.interrupt });
  const broken = readFileSync(join(project, BROKEN_FILE), "utf8");
  const sandboxError = await probeSandbox(project, env);

  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  const server = await startPracticeServer({ pace: options.pace });
  try {
    writeFileSync(join(home, "config.toml"), demoConfig(server.url));
    introduce(io, { project, committed, sandboxError });
    const code = await options.runExec(
      {
        prompt: PROMPT,
        overrides: [],
        addDirs: [],
        skipGitRepoCheck: !committed,
        color: "auto",
        stream: false,
        offline: false,
        verbose: false,
        ...(sandboxError === undefined ? {} : { sandbox: "danger-full-access" as const }),
      },
      { ...io, env: { ...io.env, CODEX_HOME: home }, cwd: project },
    );
    if (code !== exitCode.ok) {
      return code;
    }
    return await conclude({ project, home, broken, env, server }, io);
  } finally {
    await server.stop();
  }
}

interface DemoRun {
  readonly project: string;
  readonly home: string;
  /** The file's text before. */
  readonly broken: string;
  readonly env: Readonly<Record<string, string>>;
  readonly server: PracticeServer;
}

/** Looks at the disk, not at what was said. */
async function conclude(run: DemoRun, io: Io): Promise<number> {
  const { project, home, broken, env, server } = run;
  const session = await findSession(home);
  const tests = await runUnconfined(["node", "--test"], {
    cwd: project,
    env,
    timeoutMs: 60_000,
    signal: io.interrupt,
  });
  const failures = [
    ...(readFileSync(join(project, BROKEN_FILE), "utf8") === broken
      ? [`${BROKEN_FILE} was not changed`]
      : []),
    ...(tests.kind === "exited" && tests.exitCode === 0 ? [] : ["the tests do not pass"]),
    ...(session === undefined ? ["no session file that can be read"] : []),
  ];
  if (failures.length > 0) {
    io.stderr.write(`demo failed: ${failures.join("; ")}. The folder is ${project}\n`);
    return exitCode.failure;
  }
  io.stdout.write(`
Where everything lies (a temporary folder, delete it when you like):
  project  ${project}
  config   ${join(home, "config.toml")}
  session  ${session}
Next: put your own server into ~/.codex/config.toml and run leat exec "…" in a project of yours.
demo: ${server.requests.length} requests, ${BROKEN_FILE} changed, tests pass, session ${session}
`);
  return exitCode.ok;
}

/** The one rollout under the home, if each of its lines is JSON. */
async function findSession(home: string): Promise<string | undefined> {
  const folder = join(home, "sessions");
  const names = await readdir(folder, { recursive: true });
  const name = names.find((entry) => entry.endsWith(".jsonl"));
  if (name === undefined) {
    return undefined;
  }
  const path = join(folder, name);
  try {
    for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) {
      JSON.parse(line);
    }
    return path;
  } catch {
    return undefined;
  }
}

function introduce(
  io: Io,
  facts: { project: string; committed: boolean; sandboxError: SandboxError | undefined },
): void {
  io.stderr.write(`The demo works in ${facts.project}, a project with one failing test.\n`);
  io.stderr.write(
    "Its model is leat's practice model: a script behind a real server, not a language model.\n",
  );
  if (!facts.committed) {
    io.stderr.write("git is missing or can't commit, so the project is a plain folder.\n");
  }
  if (facts.sandboxError !== undefined) {
    const { message } = explainSandbox(facts.sandboxError);
    io.stderr.write(
      `Outside the demo, ${message}\nThe demo's own commands run in its temp folder, unconfined.\n`,
    );
  }
  io.stderr.write("\n");
}

/** The same probe a real run makes, so that the demo knows before it starts. */
async function probeSandbox(
  project: string,
  environment: Readonly<Record<string, string>>,
): Promise<SandboxError | undefined> {
  const policy = resolvePolicy({
    mode: "workspace-write",
    cwd: project,
    writableRoots: [],
    networkAccess: false,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false,
  });
  const sandbox = await openSandbox({ policy, cwd: project, environment });
  return await sandbox.check();
}

function demoConfig(url: string): string {
  return `# Written by leat demo.
model = "practice"
model_provider = "practice"
sandbox_mode = "workspace-write"

[model_providers.practice]
name = "leat practice model (a script)"
base_url = "${url}"
wire_api = "chat"
`;
}

/** For git and the final check: the user's environment without anything that looks like a secret. */
function plainEnvironment(io: Io): Record<string, string> {
  const policy = {
    inherit: "all",
    ignoreDefaultExcludes: false,
    exclude: [],
    set: {},
    includeOnly: [],
  } as const;
  return childEnvironment(io.env, policy, []);
}
