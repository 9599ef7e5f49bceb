/** Code from the network that runs without anyone having read it. */
import { basename } from "node:path";
import { isShell } from "./shell.ts";

const DOWNLOADERS = new Set(["curl", "wget", "fetch", "aria2c", "http", "https"]);
const INTERPRETERS = /^(?:python[\d.]*|node|deno|bun|perl|ruby|php|lua)$/;

export function isDownload([program = ""]: readonly string[]): boolean {
  return DOWNLOADERS.has(basename(program));
}

/** Does it run what comes on its standard input? `python3 -m json.tool` and `sh script` do not. */
export function runsItsInput([program = "", ...args]: readonly string[]): boolean {
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
