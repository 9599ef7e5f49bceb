/** Code from the network that runs without anyone having read it. */
import { basename } from "node:path";
import { isShell } from "./shell.ts";

const DOWNLOADERS = new Set(["curl", "wget", "fetch", "aria2c", "http", "https"]);
const INTERPRETERS = /^(?:python[\d.]*|node|deno|bun|perl|ruby|php|lua)$/;

export function isDownload([program = ""]: readonly string[]): boolean {
  return DOWNLOADERS.has(basename(program));
}

/** Programs that pass their input on to the one they start. */
const PASSING = /^(?:sudo|doas|env|exec|command|nohup|nice|time|timeout|stdbuf)$/;

/** Does it run what comes on its standard input? `python3 -m json.tool` and `sh script` do not. */
export function runsItsInput(words: readonly string[]): boolean {
  const [program = ""] = words;
  if (!PASSING.test(basename(program))) {
    return isReader(words);
  }
  // Where its own words end is all the same here: a shell's name is hardly the value of an option.
  const start = words.findIndex(
    (word, index) => index > 0 && (isShell(word) || INTERPRETERS.test(basename(word))),
  );
  return start !== -1 && isReader(words.slice(start));
}

function isReader([program = "", ...args]: readonly string[]): boolean {
  const isStandardInput = (word: string) =>
    word === "-" || word === "/dev/stdin" || word === "/proc/self/fd/0";
  if (isShell(program)) {
    const hasScript = args.some((word) => /^-[a-z]*c/i.test(word));
    const operand = args.find((word) => !/^[-+]./.test(word));
    const readsInput = args.some((word) => /^-[a-z]*s/i.test(word));
    return !hasScript && (readsInput || operand === undefined || isStandardInput(operand));
  }
  const [first] = args;
  return INTERPRETERS.test(basename(program)) && (first === undefined || isStandardInput(first));
}

/** Does it run the text or the file that its arguments are made into, as `eval "$(…)"` and `bash <(…)` do? */
export function runsItsArguments([program = "", ...args]: readonly string[]): boolean {
  const name = basename(program);
  if (name === "eval" || name === "source" || name === ".") {
    return true;
  }
  const takesCode = args.some((word) => /^-[a-z]*[ce]/i.test(word) || word.startsWith("<("));
  return takesCode && (isShell(program) || INTERPRETERS.test(name));
}
