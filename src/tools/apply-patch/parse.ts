/** The patch format of Codex, read as leniently as Codex reads it; the messages are Codex's too. */

export type PatchHunk =
  | { readonly kind: "add"; readonly path: string; readonly text: string }
  | { readonly kind: "delete"; readonly path: string }
  | {
      readonly kind: "update";
      readonly path: string;
      readonly moveTo?: string;
      readonly chunks: readonly PatchChunk[];
    };

export interface PatchChunk {
  /** A line (of a function, say) after which the chunk lies. */
  readonly context?: string;
  readonly lines: readonly PatchLine[];
  readonly isEndOfFile: boolean;
}

export interface PatchLine {
  readonly sign: " " | "+" | "-";
  readonly text: string;
}

export type ParsedPatch =
  | { readonly kind: "parsed"; readonly hunks: readonly PatchHunk[] }
  | { readonly kind: "invalid"; readonly message: string };

const BEGIN_MARKER = "*** Begin Patch";
const END_MARKER = "*** End Patch";
const ADD_MARKER = "*** Add File: ";
const DELETE_MARKER = "*** Delete File: ";
const UPDATE_MARKER = "*** Update File: ";
const MOVE_MARKER = "*** Move to: ";
const END_OF_FILE_MARKER = "*** End of File";

/**
 * `endMarker: "optional"` is for a patch that is known to have arrived whole: some models leave the last line out.
 * Then a text that can't be read on without doubt is told by the missing marker.
 */
export function parsePatch(
  patch: string,
  { endMarker = "required" }: { readonly endMarker?: "required" | "optional" } = {},
): ParsedPatch {
  const all = withoutWrapper(patch.trim().split(/\r?\n/));
  if (all[0]?.trim() !== BEGIN_MARKER) {
    return {
      kind: "invalid",
      message: `Invalid patch: The first line of the patch must be '${BEGIN_MARKER}'`,
    };
  }
  if (all.length >= 2 && all.at(-1)?.trim() === END_MARKER) {
    return readHunks(all.slice(0, -1));
  }
  const open = endMarker === "optional" ? readHunks(all) : undefined;
  return open?.kind === "parsed" && open.hunks.length > 0 && open.hunks.every(isComplete)
    ? open
    : { kind: "invalid", message: `Invalid patch: The last line of the patch must be '${END_MARKER}'` };
}

/** Has changes in it, as no patch that breaks off in its header or context has. */
function isComplete(hunk: PatchHunk): boolean {
  switch (hunk.kind) {
    case "add":
      return hunk.text !== "";
    case "delete":
      return true;
    case "update":
      return hunk.chunks.every((chunk) => chunk.lines.some((line) => line.sign !== " "));
    default:
      return hunk satisfies never;
  }
}

/** The first of the lines is the one of the marker, so that an index is a line number less one. */
function readHunks(lines: readonly string[]): ParsedPatch {
  const hunks: PatchHunk[] = [];
  let at = lines[1]?.startsWith("*** Environment ID: ") ? 2 : 1;
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const read = readHunk(lines, at);
    if (read.kind === "invalid") {
      return read;
    }
    hunks.push(read.value);
    at = read.next;
  }
  return { kind: "parsed", hunks };
}

/** A text that is meant as a patch and as nothing else, be it right or wrong. */
export function isPatchText(text: string): boolean {
  return text.trimStart().startsWith(BEGIN_MARKER);
}

/** gpt-4.1 hands the here-document on as an argument, `<<'EOF'` included. */
function withoutWrapper(lines: readonly string[]): readonly string[] {
  const isWrapped = /^<<\s*(['"]?)EOF\1$/.test(lines[0] ?? "") && lines.at(-1)?.endsWith("EOF");
  return isWrapped && lines.length >= 4 ? lines.slice(1, -1) : lines;
}

type Read<Value> =
  | { readonly kind: "read"; readonly value: Value; readonly next: number }
  | { readonly kind: "invalid"; readonly message: string };

function readHunk(lines: readonly string[], at: number): Read<PatchHunk> {
  const header = (lines[at] ?? "").trim();
  const added = pathAfter(header, ADD_MARKER);
  if (added !== undefined) {
    return readAddedFile(added, lines, at + 1);
  }
  const deleted = pathAfter(header, DELETE_MARKER);
  if (deleted !== undefined) {
    return { kind: "read", value: { kind: "delete", path: deleted }, next: at + 1 };
  }
  const updated = pathAfter(header, UPDATE_MARKER);
  if (updated !== undefined) {
    return readUpdate(updated, lines, at);
  }
  return invalidHunk(
    at,
    `'${header}' is not a valid hunk header. Valid hunk headers: ` +
      `'${ADD_MARKER}{path}', '${DELETE_MARKER}{path}', '${UPDATE_MARKER}{path}'`,
  );
}

function readAddedFile(path: string, lines: readonly string[], from: number): Read<PatchHunk> {
  let next = from;
  let text = "";
  while (lines[next]?.startsWith("+")) {
    text += `${lines[next]?.slice(1)}\n`;
    next += 1;
  }
  return { kind: "read", value: { kind: "add", path, text }, next };
}

function readUpdate(path: string, lines: readonly string[], at: number): Read<PatchHunk> {
  const moveTo = pathAfter((lines[at + 1] ?? "").trim(), MOVE_MARKER);
  let next = at + (moveTo === undefined ? 1 : 2);
  const chunks: PatchChunk[] = [];
  while (next < lines.length && !lines[next]?.startsWith("***")) {
    if (isBlank(lines[next])) {
      next += 1;
      continue;
    }
    const read = readChunk(lines, next, { mayOmitMarker: chunks.length === 0 });
    if (read.kind === "invalid") {
      return read;
    }
    chunks.push(read.value);
    next = read.next;
  }
  if (chunks.length === 0) {
    return invalidHunk(at, `Update file hunk for path '${path}' is empty`);
  }
  return {
    kind: "read",
    value: { kind: "update", path, ...(moveTo === undefined ? {} : { moveTo }), chunks },
    next,
  };
}

function readChunk(
  lines: readonly string[],
  at: number,
  options: { readonly mayOmitMarker: boolean },
): Read<PatchChunk> {
  const first = lines[at] ?? "";
  const marker = /^@@(?: (.*)|\s*)$/.exec(first);
  if (marker === null && !options.mayOmitMarker) {
    return invalidHunk(at, `Expected update hunk to start with a @@ context marker, got: '${first}'`);
  }
  const context = marker?.[1];
  const body: PatchLine[] = [];
  let isEndOfFile = false;
  let next = at + (marker === null ? 0 : 1);
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? "";
    if (line.trimEnd() === END_OF_FILE_MARKER) {
      if (body.length === 0) {
        return invalidHunk(next, "Update hunk does not contain any lines");
      }
      isEndOfFile = true;
      next += 1;
      break;
    }
    const read = readLine(line);
    if (read === undefined) {
      if (body.length > 0) {
        break;
      }
      return invalidHunk(
        next,
        `Unexpected line found in update hunk: '${line}'. Every line should start with ` +
          "' ' (context line), '+' (added line), or '-' (removed line)",
      );
    }
    body.push(read);
  }
  if (body.length === 0) {
    return invalidHunk(next, "Update hunk does not contain any lines");
  }
  return {
    kind: "read",
    value: { ...(context === undefined ? {} : { context }), lines: withoutLayout(body), isEndOfFile },
    next,
  };
}

/**
 * Additions with nothing but empty lines behind them: these separate the chunk from what follows. Taken for
 * context, they would put the additions before whatever empty line the file has first.
 */
function withoutLayout(lines: readonly PatchLine[]): readonly PatchLine[] {
  const end = lines.findLastIndex((line) => line.sign !== " " || line.text !== "") + 1;
  const kept = lines.slice(0, end);
  return end > 0 && kept.every((line) => line.sign === "+") ? kept : lines;
}

function readLine(line: string): PatchLine | undefined {
  // Many models leave the single space of an empty context line out.
  if (line === "") {
    return { sign: " ", text: "" };
  }
  const sign = line[0];
  return sign === " " || sign === "+" || sign === "-" ? { sign, text: line.slice(1) } : undefined;
}

function pathAfter(header: string, marker: string): string | undefined {
  return header.startsWith(marker) ? header.slice(marker.length).trim() : undefined;
}

function isBlank(line: string | undefined): boolean {
  return line?.trim() === "";
}

function invalidHunk(at: number, message: string): { readonly kind: "invalid"; readonly message: string } {
  return { kind: "invalid", message: `Invalid patch hunk on line ${at + 1}: ${message}` };
}
