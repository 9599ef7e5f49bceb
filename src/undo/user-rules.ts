/** What the user's own git leaves out beside the `.gitignore` files, read from its files; git is asked for one setting. */
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { Store } from "./workspace.ts";

/** Patterns of `core.excludesFile` and of the repository's `info/exclude`, which wins. */
export async function userIgnoreRules(store: Store): Promise<string> {
  const repository = userRepository(store.root);
  const files = [
    await excludesFile(store),
    repository === undefined ? undefined : join(repository.commonDirectory, "info", "exclude"),
  ];
  return files.map((file) => (file === undefined ? "" : readBounded(file))).join("\n");
}

interface UserRepository {
  readonly gitDirectory: string;
  /** Of a worktree: the main repository's. */
  readonly commonDirectory: string;
}

/** Undefined where `.git` is none. */
export function userRepository(root: string): UserRepository | undefined {
  const path = join(root, ".git");
  const pointer = /^gitdir: (.+)$/m.exec(readBounded(path))?.[1]?.trim();
  const gitDirectory = pointer === undefined ? path : resolve(root, pointer);
  if (statSync(gitDirectory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return undefined;
  }
  const common = readBounded(join(gitDirectory, "commondir")).trim();
  return { gitDirectory, commonDirectory: common === "" ? gitDirectory : resolve(gitDirectory, common) };
}

const ASK_LIMIT_MS = 1000;

/** Asked of the user's and the system's settings only. It runs nothing. */
async function excludesFile({
  env,
  searchPath,
  directory,
  git,
  run,
  userHome,
}: Store): Promise<string | undefined> {
  const configHome = env["XDG_CONFIG_HOME"] || join(userHome, ".config");
  const end = await run([git, "config", "--type=path", "--get", "core.excludesFile"], {
    cwd: "/",
    env: {
      PATH: searchPath,
      LC_ALL: "C",
      HOME: userHome,
      XDG_CONFIG_HOME: configHome,
      GIT_DIR: directory,
    },
    timeoutMs: ASK_LIMIT_MS,
  });
  const named = end.kind === "exited" && end.exitCode === 0 ? end.output.text.trim() : "";
  if (named !== "") {
    return isAbsolute(named) ? named : undefined;
  }
  return join(configHome, "git", "ignore");
}

const MAX_RULES_BYTES = 2 ** 20;

/** Empty where it is no regular file of a sensible size: anything else could block, or never end. */
function readBounded(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() && stats.size <= MAX_RULES_BYTES ? readFileSync(path, "utf8") : "";
  } catch {
    return "";
  }
}
