/** Runs commands as the policy allows, and judges the writes of tools that run in this process. */

import { homedir } from "node:os";
import type { SandboxError, SandboxPolicy, SandboxTier } from "../protocol/index.ts";
import { type CommandEnd, obstacleToStart, runDirectly, type SandboxCommand } from "./command.ts";
import { macosConfiner } from "./confine-macos.ts";
import type { TieredConfiner } from "./confiner.ts";
import { realPath } from "./disk.ts";
import { createHiding } from "./hidden.ts";
import { linuxTiers } from "./linux-tiers.ts";
import { contains, networkAllowed, type WriteVerdict } from "./policy.ts";
import { doesNotStart, trustedFirst } from "./probe.ts";
import { protectionOf } from "./protection.ts";
import { findRepositories } from "./repositories.ts";
import { checkWrite, fixRoots, guardedRoots, rootsInPlace } from "./roots.ts";

export interface Sandbox {
  readonly policy: SandboxPolicy;
  /** Cheap and synchronous: is the confining program there at all? undefined: it is, or none is needed. */
  readonly missing: SandboxError | undefined;
  /** Runs a probe, once: undefined if commands can be confined as the policy says. */
  check(): Promise<SandboxError | undefined>;
  /** What confines commands here; probes like `check`. */
  tier(): Promise<SandboxTier>;
  /** Runs one command. Never throws for the command's own failure. */
  run(command: SandboxCommand): Promise<CommandEnd>;
  /** May a tool in this process write this absolute path? Symlinks are followed as far as they exist. */
  checkWrite(path: string): WriteVerdict;
  /** The same commands and paths without confinement, for a call that the user has approved; secrets stay hidden from tools. */
  readonly unconfined: Sandbox;
  /** Does this absolute path lead to a secret, which no tool in this process may read or change, whatever the mode? */
  isHidden(path: string): boolean;
}

export interface SandboxOptions {
  readonly policy: SandboxPolicy;
  readonly cwd: string;
  /** The environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute paths of files with secrets, existing or not: no confined command and no tool may read them. */
  readonly hiddenFiles?: readonly string[];
  /** Absolute paths of files and folders that are hidden in the same way, unless they are what one works in. */
  readonly hiddenPaths?: readonly string[];
  /** Absolute paths of folders that stay read-only also where they lie in a writable one: leat's own home. */
  readonly protectedFolders?: readonly string[];
  readonly platform?: NodeJS.Platform;
  /** Where to look for bubblewrap and for what stands in for it; else the PATH of `environment`. */
  readonly path?: string;
}

const PROBE_TIMEOUT_MS = 5000;

/** Starts no process. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { policy, cwd } = options;
  const roots = fixRoots(policy);
  const platform = options.platform ?? process.platform;
  const hiding = createHiding({
    files: options.hiddenFiles ?? [],
    paths: options.hiddenPaths ?? [],
    shownFolders: [realPath(cwd) ?? cwd, ...roots.map(({ real }) => real)],
  });
  const protectedFolders = options.protectedFolders ?? [];
  const networkAccess = networkAllowed(policy);
  const environment = networkAccess
    ? options.environment
    : { ...options.environment, CODEX_SANDBOX_NETWORK_DISABLED: "1" };
  const userHome = environment["HOME"] ?? homedir();
  const untrustedRoots = [...roots.map(({ real }) => real), ...foreignFolder(cwd, userHome)];
  const confiner =
    policy.mode === "danger-full-access"
      ? undefined
      : pickConfiner(platform, {
          path: options.path ?? environment["PATH"],
          untrustedRoots,
        });
  let repositories: readonly string[] | undefined;
  let probe: Promise<SandboxError | undefined> | undefined;

  const run = async (command: SandboxCommand): Promise<CommandEnd> => {
    if (confiner === undefined) {
      return await runDirectly(command.argv, { ...command, env: environment });
    }
    if (confiner.missing !== undefined) {
      return { kind: "refused", error: confiner.missing };
    }
    const obstacle = obstacleToStart(command);
    if (obstacle !== undefined) {
      return obstacle;
    }
    const writableRoots = rootsInPlace(roots);
    const guarded = guardedRoots(writableRoots, { cwd, tmpdir: environment["TMPDIR"] });
    // Looked for once: what a command makes of a repository later changes nothing, and a search takes time.
    repositories ??= [...new Set(guarded.flatMap(findRepositories))];
    const protection = protectionOf({
      roots: writableRoots,
      guardedRoots: guarded,
      repositories,
      protectedFolders,
      userHome,
    });
    const end = await confiner.run({
      command,
      writableRoots,
      guardedRoots: guarded,
      ...protection,
      ...hiding.existing(),
      networkAccess,
      environment,
    });
    if (end.kind !== "exited" || end.exitCode === 0) {
      return end;
    }
    const { findDenials } = await import("./denials/denials.ts");
    const denials = findDenials(end.output.text, {
      tier: confiner.tier().name,
      cwd: command.cwd,
      userHome: environment["HOME"],
      networkAccess,
      checkWrite: (path) => checkWrite(path, { policy, roots, cwd, platform, protectedFolders, userHome }),
      isHidden: (path) => hiding.covers(path),
    });
    return denials.length === 0 ? end : { ...end, denials };
  };

  const check = () => {
    probe ??= confiner === undefined ? Promise.resolve(undefined) : runProbe(run, cwd);
    return probe;
  };

  const sandbox: Omit<Sandbox, "unconfined"> = {
    policy,
    missing: confiner?.missing,
    check,
    async tier() {
      const error = await check();
      return confiner === undefined || error !== undefined ? { name: "none", limits: [] } : confiner.tier();
    },
    run,
    checkWrite: (path) => checkWrite(path, { policy, roots, cwd, platform, protectedFolders, userHome }),
    isHidden: (path) => hiding.covers(path),
  };
  let unconfined: Sandbox | undefined;
  return {
    ...sandbox,
    get unconfined() {
      unconfined ??= createSandbox({
        ...options,
        policy: { mode: "danger-full-access" },
        environment: outsideEnvironment(options.environment, untrustedRoots),
      });
      return unconfined;
    },
  };
}

function outsideEnvironment(
  environment: Readonly<Record<string, string>>,
  untrustedRoots: readonly string[],
): Readonly<Record<string, string>> {
  const { PATH } = environment;
  return PATH === undefined ? environment : { ...environment, PATH: trustedFirst(PATH, untrustedRoots) };
}

/**
 * What lies in a project may come from anybody, or from an earlier command, also where this mode writes nothing. A
 * folder around the home or the system's programs is no project.
 */
function foreignFolder(cwd: string, userHome: string): string[] {
  const real = realPath(cwd) ?? cwd;
  return [realPath(userHome) ?? userHome, "/usr/bin"].some((path) => contains(real, path)) ? [] : [real];
}

/** A Mac has no network and no list of processes of a command's own. */
const SEATBELT: SandboxTier = {
  name: "seatbelt",
  limits: ["processes-visible", "local-sockets-refused", "shared-memory-refused"],
};

function pickConfiner(
  platform: NodeJS.Platform,
  options: { readonly path: string | undefined; readonly untrustedRoots: readonly string[] },
): TieredConfiner {
  if (platform === "linux") {
    return linuxTiers(options);
  }
  if (platform === "darwin") {
    return { ...macosConfiner(), tier: () => SEATBELT };
  }
  const error: SandboxError = { kind: "sandbox", problem: "unsupported_platform" };
  return {
    missing: error,
    run: () => Promise.resolve({ kind: "refused", error }),
    tier: () => ({ name: "none", limits: [] }),
  };
}

/** The real thing with an empty command: only this shows what a container or AppArmor forbids. */
async function runProbe(run: Sandbox["run"], cwd: string): Promise<SandboxError | undefined> {
  const end = await run({
    argv: ["/bin/sh", "-c", ":"],
    cwd,
    timeoutMs: PROBE_TIMEOUT_MS,
    signal: new AbortController().signal,
    onOutput: () => {},
  });
  switch (end.kind) {
    case "exited":
      return end.exitCode === 0 ? undefined : doesNotStart(end.timedOut ? "no answer" : end.output.text);
    case "refused":
      return end.error;
    case "not-started":
      return doesNotStart(end.reason);
    case "aborted":
      return undefined;
    default:
      return end satisfies never;
  }
}
