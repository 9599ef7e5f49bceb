/**
 * The programs that search, as command lines of one meaning: what git ignores is left out, hidden files are not, links are
 * not followed. Nothing in a repository or a user's configuration makes them start another program.
 */

export type Engine = "rg" | "git" | "grep";

/** What a system has. `perl`: grep reads the regular expressions that models write (`\d`, `\b`, look-ahead). */
export interface Engines {
  readonly names: readonly Engine[];
  readonly perl: boolean;
}

/** Everything here is relative to the folder that the program is started in. */
export interface Query {
  /** Absent: files by name. */
  readonly pattern?: string;
  /** `pattern` is no regular expression. */
  readonly literal: boolean;
  readonly ignoreCase: boolean;
  /** A file of the folder; absent: the folder. */
  readonly file?: string;
  /** Without braces. A name alone counts at every depth, a path from the folder on; `!` in front leaves out. */
  readonly globs: readonly string[];
}

/** More than a model ever reads; a count of what is beyond it helps nobody. */
export const MAX_FOUND = 2_000;
/** Path and text together; what is longer is no line of source code. */
export const MAX_LINE_BYTES = 500;
/** Below what a command's output may hold without losing its middle. */
const MAX_BYTES = 400_000;

const EXIT_LINE = `code=$?; printf '//exit %s\\n' "$code" 2>/dev/null`;

/** Prints the engines there are. */
export const PROBE = [
  "sh",
  "-c",
  `for name in rg git; do command -v "$name" >/dev/null 2>&1 && echo "$name"; done
echo grep
grep -P -e x /dev/null >/dev/null 2>&1; [ "$?" -le 1 ] && echo perl; true`,
];

export function readProbe(text: string): Engines {
  const lines = text.split("\n");
  const all: readonly Engine[] = ["rg", "git", "grep"];
  return { names: all.filter((name) => lines.includes(name)), perl: lines.includes("perl") };
}

/** One line for what was found, at most one more than `MAX_FOUND`; at the end `//exit N`, which no path can be. */
export function searchCommand(engine: Engine, query: Query, perl: boolean): string[] {
  const limits = `head -n ${MAX_FOUND + 1} | head -c ${MAX_BYTES}`;
  const cut = query.pattern === undefined ? "" : `cut -b 1-${MAX_LINE_BYTES} | `;
  switch (engine) {
    case "rg":
      return script(`{ "$@" 2>/dev/null; ${EXIT_LINE}; } | ${cut}${limits}`, ripgrep(query));
    case "git": {
      // For git there is nothing in a place that is ignored itself; but whoever names it wants to look into it.
      const ignored = `git -c core.fsmonitor=false check-ignore -q ${quote(`./${query.file ?? ""}`)} 2>/dev/null`;
      const run = query.pattern === undefined ? gitFiles(query) : gitGrep(query, query.pattern, perl);
      const lines = query.pattern === undefined ? "tr '\\0' '\\n' | " : cut;
      return script(
        `{ if ${ignored}; then (exit 128); else "$@" 2>/dev/null; fi; ${EXIT_LINE}; } | ${lines}${limits}`,
        run,
      );
    }
    case "grep": {
      const files = `"$@" 2>/dev/null | LC_ALL=C sort -z`;
      const use =
        query.pattern === undefined
          ? "tr '\\0' '\\n'"
          : `xargs -0 ${["grep", ...grepFlags(query, perl), "-e", query.pattern].map(quote).join(" ")} -- /dev/null 2>/dev/null`;
      return script(`{ ${files} | ${use}; ${EXIT_LINE}; } | ${cut}${limits}`, find(query));
    }
    default:
      return engine satisfies never;
  }
}

/** Fails with a message if the engine can't read the pattern. */
export function checkCommand(engine: Engine, query: Query, perl: boolean): string[] {
  const pattern = query.pattern ?? "";
  return engine === "rg"
    ? ["rg", "--no-config", "-e", pattern, "--", "/dev/null"]
    : ["grep", ...grepFlags(query, perl), "-e", pattern, "--", "/dev/null"];
}

function script(text: string, args: readonly string[]): string[] {
  return ["sh", "-c", text, "sh", ...args];
}

function ripgrep({ pattern, literal, ignoreCase, file, globs }: Query): string[] {
  const what =
    pattern === undefined
      ? ["--files"]
      : [
          ...["--line-number", "--with-filename", "--null", "--no-heading"],
          ...(literal ? ["--fixed-strings"] : []),
          ...(ignoreCase ? ["--ignore-case"] : []),
          ...["-e", pattern],
        ];
  return [
    ...["rg", "--no-config", "--no-messages", "--color=never", "--sort=path", "--hidden"],
    ...globs.map((glob) => `--glob=${glob}`),
    "--glob=!.git",
    ...what,
    "--",
    `./${file ?? ""}`,
  ];
}

/** A repository's own settings can name programs; those that these commands would start are turned off. */
const GIT = [
  "env",
  ...["GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1"],
  ...["git", "-c", "core.fsmonitor=false", "-c", "grep.column=false", "-c", "grep.fallbackToNoIndex=false"],
];

function gitGrep(query: Query, pattern: string, perl: boolean): string[] {
  return [
    ...GIT,
    ...["grep", "--untracked", "--no-recurse-submodules", "--no-full-name", "--no-color", "--no-textconv"],
    ...["-n", "-z", "-I", kindFlag(query, perl), ...(query.ignoreCase ? ["-i"] : [])],
    ...["-e", pattern, "--", ...pathspecs(query)],
  ];
}

function gitFiles(query: Query): string[] {
  return [...GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...pathspecs(query)];
}

function pathspecs({ file, globs }: Query): string[] {
  if (file !== undefined) {
    return [`:(literal)${file}`];
  }
  const specs = globs.map((glob) => {
    const excludes = glob.startsWith("!");
    const bare = excludes ? glob.slice(1) : glob;
    return `:(${excludes ? "exclude,glob" : "glob"})${bare.includes("/") ? bare : `**/${bare}`}`;
  });
  return specs.some((spec) => spec.startsWith(":(glob)")) ? specs : [".", ...specs];
}

/** Without git nobody says what is made by tools; these folders nearly always are. */
const MADE_BY_TOOLS = [
  ...[".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".cache"],
  ...[".mypy_cache", ".pytest_cache", ".ruff_cache", ".next", ".gradle"],
];

/** Its `*` also spans folders: it may find more than the others, never less. */
function find({ file, globs }: Query): string[] {
  if (file !== undefined) {
    return ["find", `./${file}`, "-type", "f", "-print0"];
  }
  const included = globs.filter((glob) => !glob.startsWith("!")).map(findTest);
  const excluded = globs.filter((glob) => glob.startsWith("!")).map((glob) => findTest(glob.slice(1)));
  return [
    ...["find", "."],
    ...["-type", "d", "(", ...anyOf(MADE_BY_TOOLS.map((name) => ["-name", name])), ")", "-prune", "-o"],
    ...["-type", "f"],
    ...(included.length === 0 ? [] : ["(", ...anyOf(included), ")"]),
    ...excluded.flatMap((test) => ["!", ...test]),
    "-print0",
  ];
}

function findTest(glob: string): string[] {
  return glob.includes("/") ? ["-path", `./${glob.replaceAll("**/", "*")}`] : ["-name", glob];
}

function anyOf(tests: readonly (readonly string[])[]): string[] {
  return tests.flatMap((test, index) => (index === 0 ? test : ["-o", ...test]));
}

function grepFlags(query: Query, perl: boolean): string[] {
  return ["-nIHs", "--null", kindFlag(query, perl), ...(query.ignoreCase ? ["-i"] : [])];
}

function kindFlag({ literal }: Query, perl: boolean): string {
  return literal ? "-F" : perl ? "-P" : "-E";
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
