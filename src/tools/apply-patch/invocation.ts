import { parseJson } from "../arguments.ts";
import { isPatchText } from "./parse.ts";

/**
 * `apply_patch` is no program here: models trained on Codex call it through the shell, and it must then be
 * recognised with certainty or not at all, since the rest of the script would run without it.
 */
export type Invocation =
  | { readonly kind: "patch"; readonly patch: string; readonly folder?: string }
  /** Calls apply_patch together with other things. */
  | { readonly kind: "mixed" }
  | { readonly kind: "none" };

export function findPatch(command: { argv: readonly string[]; script?: string }): Invocation {
  const { argv, script } = command;
  const [program = "", patch] = argv;
  if (isApplyPatch(program) && patch !== undefined && argv.length === 2) {
    return { kind: "patch", patch };
  }
  if (argv.length === 1 && isPatchText(program)) {
    return { kind: "patch", patch: program };
  }
  if (script === undefined) {
    return { kind: "none" };
  }
  if (isPatchText(script)) {
    return { kind: "patch", patch: script };
  }
  return findInScript(script);
}

/** The patch itself, where a model has put it into what it remembers calls to look like; any other text as it is. */
export function unwrapPatch(text: string): string {
  if (isPatchText(text)) {
    return text.trim().includes("\n") ? text : unescaped(text);
  }
  const inner = fromScript(text) ?? fromJson(text) ?? FENCED.exec(text)?.[1];
  return inner !== undefined && isPatchText(inner) ? inner : text;
}

const FENCED = /^\s*```[^\n`]*\n([\s\S]*?)\n?```\s*$/;

/** The body of `apply_patch <<'EOF' …`, where that is all there is. */
function fromScript(text: string): string | undefined {
  const found = findInScript(text);
  return found.kind === "patch" && found.folder === undefined ? found.patch : undefined;
}

/** `{"input": "…"}`, `["apply_patch", "…"]` or a string. */
function fromJson(text: string): string | undefined {
  const parsed = /^\s*[[{"]/.test(text) ? parseJson(text) : undefined;
  if (parsed?.ok !== true) {
    return undefined;
  }
  const values = typeof parsed.value === "object" ? Object.values(parsed.value ?? {}).flat() : [parsed.value];
  const patches = values.filter((value): value is string => typeof value === "string" && isPatchText(value));
  return patches.length === 1 ? patches[0] : undefined;
}

/** No patch has one line: its newlines were escaped twice. */
function unescaped(text: string): string {
  const parsed = parseJson(`"${text.trim()}"`);
  return parsed.ok && typeof parsed.value === "string" ? parsed.value : text;
}

function findInScript(script: string): Invocation {
  const start = SCRIPT_START.exec(script);
  if (start === null) {
    return { kind: CALLS_APPLY_PATCH.test(script) ? "mixed" : "none" };
  }
  const folder = start[1] === undefined ? undefined : readFolder(start[1]);
  const patch = readHeredoc(script.slice(start[0].length)) ?? readQuoted(script.slice(start[0].length));
  if (patch === undefined) {
    return { kind: "mixed" };
  }
  return { kind: "patch", patch, ...(folder === undefined ? {} : { folder }) };
}

/**
 * `cd DIR &&` at most before it. What a shell would compute (`$HOME`, `*`, `~somebody`, `-`) is no folder we know;
 * `~` alone is one.
 */
const SCRIPT_START =
  /^\s*(?:cd\s+('[^']+'|"[^"$`\\]+"|(?:~(?=[/\s&])|[^\s'"`$;&|<>()*?[\]{}\\~-])[^\s'"`$;&|<>()*?[\]{}\\]*)\s*&&\s*)?(?:apply_patch|applypatch)\s+/;

/** Within quotes a `~` is a name like any other. */
function readFolder(word: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(word)?.[2];
  if (inner === undefined) {
    return word;
  }
  return inner.startsWith("~") ? `./${inner}` : inner;
}

/** At the beginning of a line or after an operator, with a patch to come: not merely the word in some text. */
const CALLS_APPLY_PATCH = /(?:^|[;&|])[ \t]*(?:apply_patch|applypatch)[ \t]*(?:<<|['"]\*\*\*|$)/m;

function readHeredoc(text: string): string | undefined {
  const opening = /^<<\s*(?:'(\w+)'|"(\w+)"|(\w+))[ \t]*\n/.exec(text);
  if (opening === null) {
    return undefined;
  }
  const delimiter = opening[1] ?? opening[2] ?? opening[3] ?? "";
  const lines = text.slice(opening[0].length).trimEnd().split("\n");
  const end = lines.indexOf(delimiter);
  // Anything behind the delimiter is a second command.
  return end === lines.length - 1 ? lines.slice(0, end).join("\n") : undefined;
}

/** `apply_patch '…'`: one quoted word and nothing else. Loops, since a regex keeps a stack of all it has passed. */
function readQuoted(text: string): string | undefined {
  if (text.startsWith("'")) {
    return readSingleQuoted(text);
  }
  return text.startsWith('"') ? readDoubleQuoted(text) : undefined;
}

function readSingleQuoted(text: string): string | undefined {
  let end = text.indexOf("'", 1);
  while (end !== -1 && text.startsWith(QUOTE_WITHIN, end)) {
    end = text.indexOf("'", end + QUOTE_WITHIN.length);
  }
  return isLast(text, end) ? text.slice(1, end).replaceAll(QUOTE_WITHIN, "'") : undefined;
}

/** Ends the quotes, adds one quote, begins them again. */
const QUOTE_WITHIN = "'\\''";

function readDoubleQuoted(text: string): string | undefined {
  let end = 1;
  while (end < text.length && text[end] !== '"') {
    end += text[end] === "\\" ? 2 : 1;
  }
  // Variables are left as they stand: in a patch they are text.
  return isLast(text, end) ? text.slice(1, end).replace(/\\(["\\$`])/g, "$1") : undefined;
}

/** The word ends at `end`, and only white space follows. */
function isLast(text: string, end: number): boolean {
  return end > 0 && end < text.length && text.slice(end + 1).trim() === "";
}

function isApplyPatch(program: string): boolean {
  return program === "apply_patch" || program === "applypatch";
}
