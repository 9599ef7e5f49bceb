/** `leat sandbox`: one command of the user's, confined as the agent's are, on the user's own streams. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { SandboxMode } from "../protocol/index.ts";
import { confine, sandboxPolicy } from "./confinement.ts";
import { explainSandbox } from "./explain.ts";
import { explainConfigError } from "./explain-config.ts";
import type { Explanation } from "./explanation.ts";
import type { Io } from "./io.ts";
import { isDirectory, loadSettings, missingAddDir } from "./settings.ts";

export interface SandboxCommandOptions {
  readonly words: readonly string[];
  readonly overrides: readonly string[];
  readonly addDirs: readonly string[];
  readonly profile?: string;
  readonly sandbox?: SandboxMode;
  readonly directory?: string;
}

/** As env, timeout and docker have it: the command itself was not started, and 125 is hardly ever its own code. */
const NOT_RUN = 125;
const NOT_FOUND = 127;

/** The exit code is the command's. Nothing is printed unless it could not be started. */
export async function runSandboxCommand(options: SandboxCommandOptions, io: Io): Promise<number> {
  const fail = ({ message, hint }: Explanation, code: number = NOT_RUN) => {
    io.stderr.write(`leat sandbox: ${message}\n${hint === undefined ? "" : `${hint}\n`}`);
    return code;
  };
  const directory = resolve(io.cwd, options.directory ?? ".");
  if (!isDirectory(directory)) {
    return fail({ message: `no such directory: ${directory}`, hint: "-C takes an existing directory." });
  }
  const cwd = realpathSync(directory);
  const missing = missingAddDir(options.addDirs, cwd);
  if (missing !== undefined) {
    return fail({ message: `no such directory: ${missing}`, hint: "--add-dir takes an existing directory." });
  }
  const loaded = loadSettings(
    {
      overrides: options.overrides,
      addDirs: options.addDirs,
      flags: {
        ...(options.profile === undefined ? {} : { profile: options.profile }),
        ...(options.sandbox === undefined ? {} : { sandboxMode: options.sandbox }),
      },
    },
    { ...io, cwd },
  );
  if (!loaded.ok) {
    return fail(explainConfigError(loaded.error));
  }
  const { config, home } = loaded;
  if (options.addDirs.length > 0 && config.sandboxMode === "read-only") {
    return fail({
      message: "--add-dir has no effect in the sandbox mode read-only",
      hint: "Add --full-auto, or leave it out.",
    });
  }
  const sandbox = await confine(sandboxPolicy(config, cwd, io), { config, cwd, home }, io);
  const end = await sandbox.run({
    argv: options.words,
    cwd,
    timeoutMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    onOutput: () => {},
    attached: true,
  });
  switch (end.kind) {
    case "exited":
      return end.exitCode;
    case "refused":
      return fail(explainSandbox(end.error));
    case "not-started":
      return fail({ message: end.reason }, NOT_FOUND);
    case "aborted":
      return NOT_RUN;
    default:
      return end satisfies never;
  }
}
