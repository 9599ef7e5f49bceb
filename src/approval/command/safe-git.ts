/** Subcommands of git that only look. Whatever names a program, a file to write or another configuration is not among them. */
import { gitCommand } from "./git-arguments.ts";
import { hasLetter, mayBeLong, operandsOf } from "./options.ts";

/** `-c`, `--exec-path`, `--git-dir`, `-C` and the like make another repository's configuration ours, and that runs programs. */
const GLOBALS = new Set([
  "--no-pager",
  "-P",
  "--no-optional-locks",
  "--literal-pathspecs",
  "--no-replace-objects",
]);
const PROGRAMS_AND_FILES = [
  "--output",
  "--ext-diff",
  "--textconv",
  "--exec",
  "--paginate",
  "--open-files-in-pager",
  "--filters",
];

type Check = (rest: readonly string[]) => boolean;

const ALWAYS =
  "blame cat-file describe diff log ls-files ls-tree merge-base rev-list rev-parse shortlog show status";
const SUBCOMMANDS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...ALWAYS.split(" ").map((name): [string, Check] => [name, () => true]),
  ["grep", (rest) => !rest.some((word) => hasLetter(word, "O"))],
  ["branch", isBranchList],
  ["tag", isTagList],
  ["remote", (rest) => rest.every((word) => word === "-v" || word === "--verbose")],
  ["stash", (rest) => rest[0] === "list" || rest[0] === "show"],
  ["reflog", (rest) => rest[0] === undefined || rest[0] === "show"],
  ["worktree", (rest) => rest[0] === "list"],
  ["config", isConfigQuery],
]);

export function isReadOnlyGit(args: readonly string[]): boolean {
  const { globals, name = "", rest } = gitCommand(args);
  return (
    globals.every((word) => GLOBALS.has(word)) &&
    !rest.some((word) => PROGRAMS_AND_FILES.some((option) => mayBeLong(word, option))) &&
    (SUBCOMMANDS.get(name)?.(rest) ?? false)
  );
}

/** An operand makes a branch, unless `--list` says that it is a pattern. */
function isBranchList(rest: readonly string[]): boolean {
  const isList = rest.includes("--list");
  const isQuery = rest.every(
    (word) =>
      /^(?:-[arlv]+|--(?:all|remotes|list|verbose|show-current|no-color|column|ignore-case)|--(?:format|sort|color|column|contains|merged|no-merged|points-at)=.*)$/s.test(
        word,
      ) ||
      (isList && !word.startsWith("-")),
  );
  return isQuery && (isList || operandsOf(rest).length === 0);
}

function isTagList(rest: readonly string[]): boolean {
  const [first, ...others] = rest;
  return (
    first === undefined ||
    ((first === "-l" || first === "--list") &&
      others.every(
        (word) =>
          !word.startsWith("-") || /^(?:-n\d*|--(?:sort|format|contains|merged|points-at)=.*)$/s.test(word),
      ))
  );
}

function isConfigQuery([action = "", ...others]: readonly string[]): boolean {
  return (
    /^(?:--get|--get-all|--get-regexp|--list|-l)$/.test(action) &&
    others.every(
      (word) =>
        !word.startsWith("-") ||
        /^--(?:global|local|system|worktree|name-only|null|show-origin|show-scope)$/.test(word),
    )
  );
}
