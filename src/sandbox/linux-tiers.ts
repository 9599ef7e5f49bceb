/** Which of the ways to confine a command works on this Linux: found out once, with the first command. */
import type { SandboxError, SandboxTier } from "../protocol/index.ts";
import type { CommandEnd } from "./command.ts";
import { linuxConfiner } from "./confine-linux.ts";
import type { ConfinedRun, TieredConfiner } from "./confiner.ts";
import { helperTier } from "./fallback/limits.ts";
import { findProgram } from "./probe.ts";

interface Candidate {
  readonly name: "bubblewrap" | "namespaces" | "landlock";
  run(run: ConfinedRun): Promise<CommandEnd>;
}

const PROBE_TIMEOUT_MS = 5000;

export function linuxTiers(options: {
  readonly path: string | undefined;
  readonly untrustedRoots: readonly string[];
}): TieredConfiner {
  const bubblewrap = linuxConfiner(options);
  const perl = findProgram("perl", options);
  let landlockVersion = 0;
  const underPerl = (program: string, mode: "namespaces" | "landlock"): Candidate => ({
    name: mode,
    async run(confined) {
      const { runUnderHelper } = await import("./fallback/confine-perl.ts");
      const done = await runUnderHelper(confined, { program, mode });
      landlockVersion = done.landlockVersion;
      return done.end;
    },
  });
  let untried: Candidate[] = [
    ...(bubblewrap.missing === undefined ? [{ name: "bubblewrap" as const, run: bubblewrap.run }] : []),
    ...(perl === undefined ? [] : [underPerl(perl, "namespaces"), underPerl(perl, "landlock")]),
  ];
  let chosen: Candidate | undefined;
  /** What the best of them said: that is the one to be mended. */
  let obstacle = bubblewrap.missing;
  let bubblewrapProblem = bubblewrap.missing;
  let lastRun: ConfinedRun | undefined;

  const run = async (confined: ConfinedRun): Promise<CommandEnd> => {
    lastRun = confined;
    const candidate = chosen ?? untried[0];
    if (candidate === undefined) {
      return { kind: "refused", error: obstacle ?? { kind: "sandbox", problem: "missing" } };
    }
    const end = await candidate.run(confined);
    if (end.kind === "exited" && !end.timedOut) {
      chosen = candidate;
    }
    if (end.kind !== "refused" || candidate === chosen) {
      return end;
    }
    // It may be this one command that can't be confined so. If that were enough to go on to a lesser sandbox, a
    // command could bring about that the next one gets it.
    if (await works(candidate)) {
      chosen = candidate;
      return end;
    }
    if (candidate.name === "bubblewrap") {
      bubblewrapProblem = end.error;
    }
    untried = untried.filter((other) => other !== candidate);
    obstacle = joined(obstacle, end.error);
    return await run(confined);
  };

  return {
    missing: untried.length === 0 ? bubblewrap.missing : undefined,
    run,
    tier: (): SandboxTier => {
      if (chosen === undefined || chosen.name === "bubblewrap") {
        return { name: chosen?.name ?? "none", limits: [] };
      }
      const tier = helperTier(chosen.name, {
        landlockVersion,
        hasRoots: lastRun?.writableRoots.length !== 0,
      });
      return bubblewrapProblem === undefined ? tier : { ...tier, insteadOf: bubblewrapProblem };
    },
  };
}

/** The least there is to confine: what no command can have spoilt. */
async function works(candidate: Candidate): Promise<boolean> {
  const end = await candidate.run({
    command: {
      argv: ["/bin/sh", "-c", ":"],
      cwd: "/",
      timeoutMs: PROBE_TIMEOUT_MS,
      signal: new AbortController().signal,
      onOutput: () => {},
    },
    writableRoots: [],
    networkAccess: false,
    environment: {},
    guardedRoots: [],
    hiddenFiles: [],
    hiddenFolders: [],
    protectedPaths: [],
    missingPaths: [],
    protectedLinks: [],
  });
  return end.kind === "exited" && end.exitCode === 0;
}

/** bubblewrap that is not there stays the problem; what came after it is the detail. */
function joined(first: SandboxError | undefined, next: SandboxError): SandboxError {
  if (first === undefined) {
    return next;
  }
  if (first.problem !== "missing" || next.detail === undefined) {
    return first;
  }
  const detail = first.detail === undefined ? next.detail : `${first.detail}; ${next.detail}`;
  return { ...first, detail };
}
