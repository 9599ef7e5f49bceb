/** The most frequent scripts are one program with plain arguments: they are read without loading the parser. */

/** Words with a meaning of their own at the start of a command line. */
const RESERVED = new Set(
  "if then else elif fi for while until do done case esac select function time coproc in".split(" "),
);
/** No quote, no expansion, no operator, no escape, nothing but single spaces between words. */
const SIMPLE = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:=@%+,-]*(?: [A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:=@%+,-]*)*$/;

export function readSimpleScript(script: string): readonly string[] | undefined {
  if (!SIMPLE.test(script)) {
    return undefined;
  }
  const words = script.split(" ");
  const [first = ""] = words;
  return first.includes("=") || RESERVED.has(first) ? undefined : words;
}
