/** Paths that the messages of common programs name as the reason of a failure. Pure; says nothing of who is to blame. */

export type PathFailure = "read-only" | "permission" | "not-permitted" | "busy" | "missing";

export interface PathEvidence {
  readonly kind: "path";
  /** As it is written, in the order in which they may be meant; one of them is what failed. */
  readonly paths: readonly string[];
  readonly failure: PathFailure;
}

/** C's own words, as nearly every program prints them in English, whatever language it is written in. */
const PHRASE =
  /\b(?:(read-only file ?system)|(permission denied)|(operation not permitted)|(device or resource busy)|(no such file or directory))\b/i;

const FAILURES: readonly PathFailure[] = ["read-only", "permission", "not-permitted", "busy", "missing"];

/** How many lines before a bare phrase may name the path: cargo tells causes one by one. */
const LINES_OF_CAUSE = 5;

export function pathEvidence(lines: readonly string[], index: number): PathEvidence | undefined {
  const line = lines[index] ?? "";
  const byName = namedError(line) ?? npmError(lines, index);
  if (byName !== undefined) {
    return byName;
  }
  const match = PHRASE.exec(line);
  if (match === null) {
    return undefined;
  }
  const failure = FAILURES[match.slice(1).findIndex((group) => group !== undefined)] ?? "missing";
  const before = line.slice(0, match.index);
  const after = line.slice(match.index + match[0].length);
  const paths =
    pathsAfter(before, after) ?? pathsBefore(before, after) ?? pathsAbove(lines, index, before, after);
  return paths === undefined || paths.length === 0 ? undefined : { kind: "path", paths, failure };
}

/** `[Errno 30] Read-only file system: '/x'`, `EROFS: read-only file system, open '/x'`, `… @ rb_sysopen - /x`, `zsh: … : /x` */
function pathsAfter(before: string, after: string): string[] | undefined {
  const quoted = /^(?: ?:|, [a-z]+) (['"])(.+?)\1(?: -> (['"])(.+?)\3)?(?:\)|\])*(?: ?\{)?$/.exec(
    after.trimEnd(),
  );
  if (
    quoted !== null &&
    /(?:\[Errno \d+\] |\b(?:EROFS|EACCES|EPERM|EBUSY|ENOENT): |Exception: )$/.test(before)
  ) {
    return [quoted[2], quoted[4]].filter((path) => path !== undefined);
  }
  const ruby = /^ @ \w+ - (.+?)(?: \(Errno::\w+\))?$/.exec(after.trimEnd())?.[1];
  if (ruby !== undefined) {
    return [ruby];
  }
  const zsh = /^(?:zsh|[\w./-]+):(?:\d+:)? $/.test(before) ? /^: (\S.*)$/.exec(after)?.[1] : undefined;
  return zsh === undefined ? undefined : [zsh.trimEnd()];
}

/** `touch: cannot touch '/x': Read-only file system`, `/x (Read-only file system)`, `open /x - open (30: Read-only file system)` */
function pathsBefore(before: string, after: string): string[] | undefined {
  const isLast = /^(?: \(os error \d+\)| \(errno \d+\)| at \S+ line \d+)?[.)\]]*\s*$/.test(after);
  if (!isLast) {
    return undefined;
  }
  const java = /(?:^|: )([^:]*\/[^:]*?) \($/.exec(before)?.[1];
  if (java !== undefined && after.startsWith(")")) {
    return [java];
  }
  const apt = /(\/\S+) - \w+ \(\d+: $/.exec(before)?.[1];
  if (apt !== undefined) {
    return [apt];
  }
  return before.endsWith(": ") ? pathsIn(before.slice(0, -2)) : undefined;
}

/** The phrase stands alone, and what was tried stands above it. */
function pathsAbove(
  lines: readonly string[],
  index: number,
  before: string,
  after: string,
): string[] | undefined {
  const isAlone =
    /^[\s\d:│└─╰]*$/.test(before) && /^(?: \(os error \d+\))?\s*$/.test(after) && after.includes("os error");
  if (!isAlone) {
    return undefined;
  }
  for (let above = index - 1; above >= Math.max(0, index - LINES_OF_CAUSE); above -= 1) {
    const line = lines[above] ?? "";
    const paths = quotedParts(line).filter((part) => part.includes("/"));
    const last = /: (\/\S.*)$/.exec(line)?.[1];
    if (paths.length > 0 || last !== undefined) {
      return [...paths, ...(last === undefined ? [] : [last])];
    }
  }
  return undefined;
}

/** What a program says before its colon: `cannot move 'a' to 'b'`, `could not lock config file .git/config`, `x: Cannot open`. */
function pathsIn(subject: string): string[] {
  const quoted = quotedParts(subject);
  const segments = subject.split(": ");
  const last = segments.at(-1) ?? "";
  // Quotes further up name something else: `Exception in thread "main"`.
  if (quoted.length > 0 && /['"`’”]/.test(last)) {
    return quoted;
  }
  const tried = /^(?:cannot|can't|could not|couldn't|failed to|unable to) [a-z ]+$/i.test(last)
    ? segments.at(-2)
    : undefined;
  const text = (tried ?? last).trim();
  const fromSlash = /(?:^|\s)((?:~|\.{1,2}|[\w.@+-]*)\/.*)$/.exec(text)?.[1];
  const lastWord = /\s(\S+)$/.exec(text)?.[1];
  return [
    ...new Set([fromSlash, text, lastWord].filter((path) => path !== undefined && path !== "")),
  ] as string[];
}

function quotedParts(text: string): string[] {
  const parts: string[] = [];
  for (const match of text.matchAll(/'((?:[^']|'\\'')+)'|"([^"]+)"|`([^`']+)[`']|‘([^’]+)’|“([^”]+)”/g)) {
    const part = match.slice(1).find((group) => group !== undefined);
    // GNU's way to quote an apostrophe.
    parts.push(part?.replaceAll("'\\''", "'") ?? "");
  }
  return parts;
}

/** Errors that have a name and no phrase. */
function namedError(line: string): PathEvidence | undefined {
  const java = /\bAccessDeniedException: (\/\S.*)$/.exec(line)?.[1];
  const dotnet = /\bUnauthorizedAccessException: Access to the path '(.+)' is denied\.$/.exec(line)?.[1];
  const path = java ?? dotnet;
  return path === undefined ? undefined : { kind: "path", paths: [path.trimEnd()], failure: "permission" };
}

const NPM_CODES: Readonly<Record<string, PathFailure>> = {
  EROFS: "read-only",
  EACCES: "permission",
  EPERM: "not-permitted",
};

/** npm says the code, the call and the path each on a line of its own. */
function npmError(lines: readonly string[], index: number): PathEvidence | undefined {
  const path = /^npm (?:error|ERR!) path (\S.*)$/.exec(lines[index] ?? "")?.[1];
  if (path === undefined) {
    return undefined;
  }
  for (const line of lines.slice(Math.max(0, index - 3), index)) {
    const failure = NPM_CODES[/^npm (?:error|ERR!) code (\w+)$/.exec(line)?.[1] ?? ""];
    if (failure !== undefined) {
      return { kind: "path", paths: [path.trimEnd()], failure };
    }
  }
  return undefined;
}
