/** Everything that can be looked at without asking a server: evidence is gathered here and judged in `checks/`. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, defaultConfig } from "../../config/index.ts";
import type { ConfigError } from "../../protocol/index.ts";
import { runUnconfined } from "../../sandbox/index.ts";
import { confine, sandboxPolicy } from "../confinement.ts";
import type { Io } from "../io.ts";
import { terminalFacts } from "../terminal.ts";
import { version } from "../version.ts";
import type { Check } from "./check.ts";
import { judgeConfiguration } from "./checks/configuration.ts";
import { judgeInstallation } from "./checks/installation.ts";
import { judgeProgram, type ProgramEvidence } from "./checks/programs.ts";
import { judgeSandbox } from "./checks/sandbox.ts";
import { judgeTerminal } from "./checks/terminal.ts";
import { installCommand } from "./install-command.ts";

/** The configuration, or why there is none: then what is not about it is checked with the defaults. */
export type Configured =
  | { readonly ok: true; readonly chosen: Config; readonly home: string }
  | { readonly ok: false; readonly error: ConfigError };

export function checkInstallation(): Check[] {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  return judgeInstallation({
    version,
    nodeVersion: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    folder: folder.replace(/\/(?:chunks\/)?$/, ""),
  });
}

export function checkConfiguration(configured: Configured, io: Io): Check[] {
  if (!configured.ok) {
    return judgeConfiguration({ type: "broken", error: configured.error });
  }
  const { chosen, home } = configured;
  return judgeConfiguration({
    type: "read",
    config: chosen,
    home,
    homeExists: existsSync(home),
    homeIsNamed: (io.env["CODEX_HOME"] ?? "") !== "",
    fileExists: existsSync(chosen.file),
  });
}

export async function checkSandbox(configured: Configured, io: Io): Promise<Check[]> {
  const home = configured.ok ? configured.home : join(io.userHome, ".codex");
  const defaults = defaultConfig({ codexHome: home, cwd: io.cwd, env: io.env });
  const config = configured.ok ? configured.chosen : defaults.ok ? defaults.config : undefined;
  if (config === undefined) {
    return [
      {
        id: "sandbox.tier",
        status: "unknown",
        message: "the sandbox can't be set up without a configuration",
      },
    ];
  }
  const cwd = realpathSync(io.cwd);
  const sandbox = await confine(sandboxPolicy(config, cwd, io), { config, cwd, home }, io);
  const error = await sandbox.check();
  return [
    judgeSandbox({
      mode: config.sandboxMode,
      ...(error === undefined ? {} : { error }),
      tier: await sandbox.tier(),
      install: howToInstall("bubblewrap"),
    }),
  ];
}

export async function checkSurroundings(io: Io): Promise<Check[]> {
  const { stdout, stderr, env } = io;
  const terminal = judgeTerminal({
    isTerminal: { stdout: stdout.isTTY === true, stderr: stderr.isTTY === true },
    columns: stdout.columns ?? stderr.columns,
    term: env["TERM"],
    ...terminalFacts(env),
  });
  const programs = await Promise.all([findProgram("git", "git", io), findProgram("rg", "ripgrep", io)]);
  return [terminal, ...programs.map(judgeProgram)];
}

const VERSION_TIMEOUT_MS = 5_000;

async function findProgram(
  name: ProgramEvidence["name"],
  packageName: string,
  { env }: Io,
): Promise<ProgramEvidence> {
  const path = env["PATH"];
  const end = await runUnconfined([name, "--version"], {
    cwd: "/",
    env: path === undefined ? {} : { PATH: path },
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  const install = howToInstall(packageName);
  const firstLine =
    end.kind === "exited" && end.exitCode === 0 ? end.output.text.split("\n")[0]?.trim() : undefined;
  return firstLine === undefined || firstLine === ""
    ? { name, install }
    : { name, version: firstLine, install };
}

function howToInstall(packageName: string): string | undefined {
  return installCommand({ platform: process.platform, osRelease: readOsRelease() }, packageName);
}

function readOsRelease(): string | undefined {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return undefined;
  }
}
