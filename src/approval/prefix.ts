/** The beginning of a command that a person can allow for more than this once. */
import { basename } from "node:path";

/** Programs that are many in one: the second word names what is done. */
const NAMED_BY_TWO = new Set(
  (
    "apt apt-get brew bun bundle bunx cargo composer conda deno docker dotnet gh git go gradle gradlew helm hg just kubectl make mix " +
    "mvn mvnw npm npx nx pip pip3 pnpm podman poetry rails rake rustup swift svn systemctl task terraform tofu turbo uv uvx yarn"
  ).split(" "),
);
const NAMED_BY_THREE = new Set([
  "bun run",
  "docker compose",
  "gh issue",
  "gh pr",
  "gh release",
  "gh repo",
  "gh run",
  "npm run",
  "pnpm run",
  "uv pip",
  "yarn run",
]);

/** They run whatever stands in their arguments, or do their work on whatever they are pointed at: no beginning says enough. */
const NO_PREFIX = new Set(
  (
    "bash sh dash zsh ksh mksh ash fish pwsh powershell awk gawk mawk sed perl ruby php lua osascript tclsh expect sudo doas su env xargs parallel " +
    "nohup nice ionice timeout time setsid stdbuf command builtin exec eval source . coproc busybox toybox chroot flock watch script strace unshare nsenter " +
    "ssh scp rsync sftp nc socat curl wget find rm mv cp dd ln tee truncate shred chmod chown chgrp kill pkill killall tar unzip " +
    "vi vim nano ed gdb less more man trap alias export set"
  ).split(" "),
);
/** Subcommands that run code out of their arguments, or undo protections. */
const NO_SUBCOMMAND = new Set([
  "git config",
  "git bisect",
  "git rebase",
  "git submodule",
  "git filter-branch",
  "git difftool",
  "git mergetool",
  "git clone",
  "npm exec",
  "npm config",
  "npm pkg",
  "pnpm exec",
  "pnpm dlx",
  "yarn exec",
  "yarn dlx",
  "bun x",
  "docker run",
  "docker exec",
  "podman run",
  "podman exec",
  "kubectl exec",
  "kubectl run",
  "deno eval",
  "deno run",
  "gh api",
  "gh alias",
  "go tool",
  "uv run",
  "poetry run",
  "bundle exec",
]);
/** With a file they run that file; with `-m`, a module. With anything else, code out of the arguments. */
const INTERPRETERS = /^(?:python[\d.]*|node|tsx|ts-node)$/;
const NO_MODULE = new Set(["code", "timeit", "pdb", "trace", "runpy", "cProfile", "profile"]);
/** A word that can be shown and written down: a name, a path, a task; no option but `-m`. */
const NAME = /^[\p{L}\p{N}_./@][\p{L}\p{N}_./:@+-]{0,99}$/u;

/** Undefined where "always" can only stand for this very command. `words` are those of a single command that is not dangerous. */
export function suggestPrefix(words: readonly string[]): readonly string[] | undefined {
  const [program = "", first = "", second = ""] = words;
  const name = basename(program);
  if (!NAME.test(program) || NO_PREFIX.has(name) || NO_SUBCOMMAND.has(`${name} ${first}`)) {
    return undefined;
  }
  if (INTERPRETERS.test(name)) {
    return interpreterPrefix(program, first, second);
  }
  // `npx tsx -e …` runs code just as `tsx -e …` does.
  if (/^(?:npx|bunx|uvx)$/.test(name) && (INTERPRETERS.test(first) || NO_PREFIX.has(first))) {
    return undefined;
  }
  const count = wordCount(name, first);
  const prefix = words.slice(0, count);
  return prefix.length === count && prefix.every((word) => NAME.test(word)) ? prefix : undefined;
}

function wordCount(name: string, first: string): number {
  if (NAMED_BY_THREE.has(`${name} ${first}`)) {
    return 3;
  }
  return NAMED_BY_TWO.has(name) ? 2 : 1;
}

function interpreterPrefix(program: string, first: string, second: string): readonly string[] | undefined {
  if (first === "-m") {
    return NAME.test(second) && !NO_MODULE.has(second) ? [program, first, second] : undefined;
  }
  return NAME.test(first) ? [program, first] : undefined;
}
