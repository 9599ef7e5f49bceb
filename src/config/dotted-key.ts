import { parse } from "smol-toml";

/** Keys as a path of segments, and as text: `projects."/a.b".trust_level`. */
export type KeyPath = readonly string[];

const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'`;
const BARE_SEGMENT = /^[A-Za-z0-9_-]+$/;
// A file's bare segment; wider than TOML's, since the text is known to be valid.
const FILE_SEGMENT = new RegExp(String.raw`[ \t]*(${QUOTED}|[^\s."'=\[\]#]+)[ \t]*`, "y");
const OVERRIDE_SEGMENT = new RegExp(String.raw`(?:(${QUOTED})|([^."'][^.]*|))(\.|$)`, "y");

/** One spelling per path, so that it can serve as the key of a map as well as be shown. */
export function formatKey(path: KeyPath): string {
  return path.map((segment) => (BARE_SEGMENT.test(segment) ? segment : quote(segment))).join(".");
}

/** Reads a key of valid TOML from `start`; `end` is the first character after it. */
export function readKey(text: string, start: number): { path: string[]; end: number } {
  const path: string[] = [];
  let end = start;
  for (;;) {
    FILE_SEGMENT.lastIndex = end;
    const match = FILE_SEGMENT.exec(text);
    if (match?.[1] === undefined) {
      return { path, end };
    }
    path.push(unquote(match[1]));
    end = FILE_SEGMENT.lastIndex;
    if (text[end] !== ".") {
      return { path, end };
    }
    end += 1;
  }
}

/** The key of a `-c` override: Codex splits at every dot; quoted segments are leat's addition. */
export function splitOverrideKey(key: string): string[] {
  const path: string[] = [];
  let start = 0;
  for (;;) {
    OVERRIDE_SEGMENT.lastIndex = start;
    const match = OVERRIDE_SEGMENT.exec(key);
    if (match === null) {
      // A quote that is not closed, or something behind a closing one: from here on quotes are text, as in Codex.
      return [...path, ...key.slice(start).split(".")];
    }
    path.push(match[1] === undefined ? (match[2] ?? "") : unquote(match[1]));
    if (match[3] === "") {
      return path;
    }
    start = OVERRIDE_SEGMENT.lastIndex;
  }
}

function quote(segment: string): string {
  return JSON.stringify(segment).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

function unquote(segment: string): string {
  if (segment.startsWith("'")) {
    return segment.slice(1, -1);
  }
  return segment.startsWith('"') ? unescapeBasic(segment) : segment;
}

/** smol-toml knows TOML's escapes; what it refuses is taken as it stands. */
function unescapeBasic(segment: string): string {
  try {
    return String(parse(`key = ${segment}`)["key"]);
  } catch {
    return segment.slice(1, -1);
  }
}
