/**
 * Programs that change nothing, with the options that would make them do more. Codex's list and what models use beside
 * it. A program found by a path is not on it: who knows what `./ls` is.
 */

import { hasLetter, mayBeLong, operandsOf } from "./options.ts";
import { isReadOnlyGit } from "./safe-git.ts";

interface Circumstances {
  /** Some word is a pattern of file names: there may be more words than can be seen. */
  readonly hasPattern: boolean;
}
type Check = (args: readonly string[], circumstances: Circumstances) => boolean;

const always: Check = () => true;
const ALWAYS =
  ": arch basename cat cd cksum cmp comm cut df diff dirname du echo expand expr false fold free grep egrep fgrep groups head id join ls " +
  "logname md5sum nl nproc numfmt od paste ps pwd readlink realpath rev seq sha1sum sha256sum sha512sum sleep stat strings sum tac " +
  "tail tr true tty type uname unexpand uptime wc which whoami";
/** Their version, and nothing else of them. Shims that may load another version of the program first are left out. */
const VERSIONS = "bash clang cmake g++ gcc java make node npm perl php python python3 ruby";

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...VERSIONS.split(" ").map((name): [string, Check] => [name, (args) => isVersion(args)]),
  ...ALWAYS.split(" ").map((name): [string, Check] => [name, always]),
  // `-o` writes a file.
  ["base64", (args) => !args.some((word) => hasLetter(word, "o") || mayBeLong(word, "--output"))],
  ["command", (args) => /^-[vV]$/.test(args[0] ?? "")],
  // An operand or `-s` sets the clock.
  ["date", (args) => isDateQuery(args)],
  ["env", (args) => args.length === 0],
  ["printenv", always],
  // `-C` compiles a magic file.
  ["file", (args) => !args.some((word) => hasLetter(word, "C") || mayBeLong(word, "--compile"))],
  ["find", (args) => !args.some((word) => /^-(?:exec|ok|delete|fls|fprint)/.test(word))],
  ["git", (args) => isVersion(args) || isReadOnlyGit(args)],
  // An operand sets the name.
  ["hostname", (args) => args.every((word) => /^-[AdfiIs]$/.test(word))],
  // Some of its rewrites edit in place.
  ["jq", (args) => !args.some((word) => hasLetter(word, "i") || mayBeLong(word, "--in-place"))],
  ["printf", isPrintOnly],
  ["rg", (args) => args[0] === "--version" || !args.some(runsPrograms)],
  ["sed", isPrinting],
  // Only switches that make a script stop early or show its commands.
  ["set", (args) => args.length > 0 && args.every((word) => /^-[euxo]+$/.test(word) || word === "pipefail")],
  // `-o` writes a file, `--compress-program` runs one.
  [
    "sort",
    (args) =>
      !args.some(
        (word) =>
          hasLetter(word, "o") || mayBeLong(word, "--output") || mayBeLong(word, "--compress-program"),
      ),
  ],
  // `-o` writes a file, `-R` with `-H` one in every folder.
  ["tree", (args) => !args.some((word) => hasLetter(word, "o") || hasLetter(word, "R"))],
  // The second operand is written.
  ["uniq", (args, { hasPattern }) => !hasPattern && operandsOf(args).length <= 1],
]);

export function isSafe(words: readonly string[], circumstances: Circumstances): boolean {
  const [program = "", ...args] = words;
  return CHECKS.get(program)?.(args, circumstances) ?? false;
}

function isVersion(args: readonly string[]): boolean {
  return args.length === 1 && args[0] === "--version";
}

function isDateQuery(args: readonly string[]): boolean {
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    if (word === "-d" || word === "-r") {
      index++;
    } else if (!/^(?:\+|-[uR]+$|-I[a-z]*$|--(?:utc|universal|rfc-|iso-8601|date=|reference=))/.test(word)) {
      return false;
    }
  }
  return true;
}

/**
 * `-v PATH` and `%n` set a variable for the commands that follow; where a number is wanted, some shells calculate, and
 * `a[$(…)]` runs a command in that.
 */
function isPrintOnly(args: readonly string[]): boolean {
  return (
    !args[0]?.startsWith("-v") &&
    !args.some((word) => /%[-+ #0-9.*'hlLjztq]*n/.test(word)) &&
    !args.slice(1).some((word) => /[$`[(]/.test(word))
  );
}

/** `--pre` and `--hostname-bin` name programs, `-z` starts those that unpack. */
function runsPrograms(word: string): boolean {
  return /^--(?:pre|hostname-bin|search-zip)/.test(word) || hasLetter(word, "z");
}

/** `sed -n 1,20p file …`: with any other script, sed writes files and runs commands. */
function isPrinting(args: readonly string[]): boolean {
  const [quiet, script = "", ...files] = args;
  const isPlainPrint = /^(?:\d+|\$)(?:,(?:\d+|\$))?p$/.test(script);
  return quiet === "-n" && isPlainPrint && files.every((word) => !word.startsWith("-"));
}
