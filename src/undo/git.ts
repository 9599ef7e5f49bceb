import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SnapshotObstacle } from "../protocol/index.ts";
import { done, hindered, isOver, type Limit, type Outcome, overstepped } from "./outcome.ts";
import type { Store } from "./workspace.ts";

export interface GitCall {
  readonly arguments: readonly string[];
  readonly index?: string;
  readonly workTree?: string;
  readonly input?: string;
  /** Standard output goes into this file, byte for byte: what is captured is text, and cut. */
  readonly output?: string;
  readonly limit: Limit;
}

/** Runs git on the shadow directory: nothing of the user's repository or configuration is read, no hook, filter or monitor is run. */
export async function runGit(store: Store, call: GitCall): Promise<Outcome<undefined>> {
  const { limit } = call;
  if (isOver(limit)) {
    return hindered(overstepped(limit));
  }
  const script = 'git=$1 in=$2 out=$3; shift 3; exec "$git" "$@" <"$in" >"$out"';
  const files = [store.git, call.input ?? "/dev/null", call.output ?? "/dev/null"];
  const end = await store.run(["/bin/sh", "-c", script, "sh", ...files, ...call.arguments], {
    // Outside the workspace, or git would look at the part below only.
    cwd: "/",
    env: gitEnvironment(store, call),
    timeoutMs: Math.max(1, limit.endsAtMs - performance.now()),
    ...(limit.signal === undefined ? {} : { signal: limit.signal }),
  });
  switch (end.kind) {
    case "exited":
      return end.exitCode === 0
        ? done(undefined)
        : hindered(end.timedOut ? { kind: "too-slow" } : failure(end.output.text, end.exitCode));
    case "aborted":
      return hindered({ kind: "interrupted" });
    case "not-started":
      return hindered({ kind: "failed", detail: end.reason });
    default:
      return end satisfies never;
  }
}

function failure(text: string, exitCode: number): SnapshotObstacle {
  const lines = text.trim().split("\n");
  // The first error is the reason, what git gives up with comes last.
  const said = lines.find((line) => line.startsWith("error: ")) ?? lines.at(-1) ?? "";
  return { kind: "failed", detail: said === "" ? `git ended with ${exitCode}` : said.slice(0, 300) };
}

/** Runs git and reads what it wrote. */
export async function readGit(
  store: Store,
  call: GitCall & { readonly output: string },
): Promise<Outcome<Buffer>> {
  const end = await runGit(store, call);
  return end.ok ? done(readFileSync(call.output)) : end;
}

function gitEnvironment(store: Store, call: GitCall): Record<string, string> {
  return {
    PATH: store.searchPath,
    LC_ALL: "C",
    HOME: store.directory,
    XDG_CONFIG_HOME: store.directory,
    GIT_DIR: store.directory,
    GIT_WORK_TREE: call.workTree ?? store.root,
    GIT_INDEX_FILE: call.index ?? join(store.directory, "index"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    // glibc would give memory back after every file of a large snapshot, which takes 40 % of its time.
    MALLOC_TOP_PAD_: String(32 * 2 ** 20),
    MALLOC_TRIM_THRESHOLD_: String(256 * 2 ** 20),
    MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  };
}

/** Many files at once go into one pack, where git can do that for `update-index` (since 2.37). */
export async function canPack(store: Store, output: string, limit: Limit): Promise<boolean> {
  const said = await readGit(store, { arguments: ["version"], output, limit });
  const [, major, minor] = /(\d+)\.(\d+)/.exec(said.ok ? said.value.toString() : "") ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 37);
}
