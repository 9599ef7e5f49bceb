import { decodeText, encodeText, type FileRead, type FileSnapshot } from "../files/snapshot.ts";
import { applyChunks } from "./apply.ts";
import type { PatchHunk } from "./parse.ts";

/** All that planning asks of the disk. */
export interface PatchFileSystem {
  resolve(path: string): string;
  read(absolutePath: string): Promise<FileRead>;
}

/** One file of a patch, before and after the whole of it. */
export interface PlannedFile {
  readonly path: string;
  readonly before: FileSnapshot | null;
  readonly after: string | null;
  /** Of the file this one was moved from. */
  readonly mode?: number;
  readonly movedTo?: string;
  /** A file that was there gives way to one that was not made from it. */
  readonly isOverwritten?: boolean;
}

/** A file whose lines are not those the patch expects. */
export interface Misfit {
  readonly file: FileSnapshot;
  readonly text: string;
  readonly wanted: string;
}

export type PatchPlan =
  | {
      readonly kind: "planned";
      readonly files: readonly PlannedFile[];
      /** `A path`, `M path`, `D path`, as the patch names them. */
      readonly summary: readonly string[];
    }
  | Failed;

interface Failed {
  readonly kind: "failed";
  readonly message: string;
  readonly misfit?: Misfit;
}

/**
 * Works the whole patch out in memory, each hunk on what those before it left, so that a hunk that does not fit
 * is found before anything is written.
 */
export async function planPatch(hunks: readonly PatchHunk[], files: PatchFileSystem): Promise<PatchPlan> {
  if (hunks.length === 0) {
    return { kind: "failed", message: "No files were modified." };
  }
  const drafts = new Map<string, Draft>();
  const summary = { A: new Set<string>(), M: new Set<string>(), D: new Set<string>() };
  for (const hunk of hunks) {
    const problem = await draftHunk(hunk, drafts, files);
    if (problem !== undefined) {
      return problem;
    }
    const letter = ({ add: "A", update: "M", delete: "D" } as const)[hunk.kind];
    summary[letter].add((hunk.kind === "update" ? hunk.moveTo : undefined) ?? hunk.path);
  }
  return {
    kind: "planned",
    // A file that was made and removed again by the same patch was never there.
    files: [...drafts.values()].filter((draft) => draft.before !== null || draft.after !== null),
    summary: Object.entries(summary).flatMap(([letter, paths]) =>
      [...paths].map((path) => `${letter} ${path}`),
    ),
  };
}

type Draft = { -readonly [Key in keyof PlannedFile]: PlannedFile[Key] };

async function draftHunk(
  hunk: PatchHunk,
  drafts: Map<string, Draft>,
  files: PatchFileSystem,
): Promise<Failed | undefined> {
  const path = files.resolve(hunk.path);
  switch (hunk.kind) {
    case "add": {
      const target = await openDraft(path, drafts, files);
      if (target.kind === "unread" && target.read.kind !== "missing") {
        return failed(`Failed to write file ${hunk.path}: ${reason(target.read)}`);
      }
      const isOverwritten = target.kind === "open";
      setDraft(drafts, path, { before: target.before, after: hunk.text, isOverwritten });
      return undefined;
    }
    case "delete": {
      const target = await openDraft(path, drafts, files);
      if (target.kind === "unread") {
        return failed(`Failed to delete file ${hunk.path}`);
      }
      setDraft(drafts, path, { before: target.before, after: null });
      return undefined;
    }
    case "update":
      return draftUpdate(hunk, path, drafts, files);
    default:
      return hunk satisfies never;
  }
}

async function draftUpdate(
  hunk: Extract<PatchHunk, { kind: "update" }>,
  path: string,
  drafts: Map<string, Draft>,
  files: PatchFileSystem,
): Promise<Failed | undefined> {
  const source = await openDraft(path, drafts, files);
  if (source.kind === "unread") {
    return failed(`Failed to read file to update ${hunk.path}: ${reason(source.read)}`);
  }
  const content = source.content;
  if (typeof content !== "string") {
    return failed(`Failed to read file to update ${hunk.path}: ${content.problem}`);
  }
  const bom = content.startsWith("\ufeff");
  const text = bom ? content.slice(1) : content;
  const applied = applyChunks(text, hunk.chunks, hunk.path, "kept");
  if (applied.kind === "failed") {
    const { message, wanted } = applied;
    return source.before === null ? failed(message) : failed(message, { file: source.before, text, wanted });
  }
  const after = encodeText(applied.text, bom);

  const destination = hunk.moveTo === undefined ? path : files.resolve(hunk.moveTo);
  if (destination === path) {
    setDraft(drafts, path, { ...drafts.get(path), before: source.before, after });
    return undefined;
  }
  const target = await openDraft(destination, drafts, files);
  if (target.kind === "unread" && target.read.kind !== "missing") {
    return failed(`Failed to write file ${hunk.moveTo}: ${reason(target.read)}`);
  }
  const mode = drafts.get(path)?.mode ?? source.before?.mode;
  setDraft(drafts, path, { before: source.before, after: null, movedTo: destination });
  const isOverwritten = target.kind === "open";
  const draft = { before: target.before, after, isOverwritten };
  setDraft(drafts, destination, mode === undefined ? draft : { ...draft, mode });
  return undefined;
}

function failed(message: string, misfit?: Misfit): Failed {
  return { kind: "failed", message, ...(misfit === undefined ? {} : { misfit }) };
}

type Opened =
  | {
      readonly kind: "open";
      readonly before: FileSnapshot | null;
      readonly content: string | { readonly problem: string };
    }
  | { readonly kind: "unread"; readonly before: FileSnapshot | null; readonly read: Unread };
type Unread = Exclude<FileRead, { kind: "file" }>;

/** The file as the hunks so far leave it. */
async function openDraft(path: string, drafts: Map<string, Draft>, files: PatchFileSystem): Promise<Opened> {
  const draft = drafts.get(path);
  if (draft !== undefined) {
    if (draft.after === null) {
      return { kind: "unread", before: draft.before, read: { kind: "missing" } };
    }
    return { kind: "open", before: draft.before, content: draft.after };
  }
  const read = await files.read(path);
  if (read.kind !== "file") {
    return { kind: "unread", before: null, read };
  }
  return { kind: "open", before: read.file, content: textOf(read.file) };
}

function textOf(file: FileSnapshot): string | { readonly problem: string } {
  const decoded = decodeText(file.bytes);
  switch (decoded.kind) {
    case "text":
      return encodeText(decoded.text, decoded.hasBom);
    case "binary":
      return { problem: "it is a binary file" };
    case "not-utf8":
      return { problem: "stream did not contain valid UTF-8" };
    default:
      return decoded satisfies never;
  }
}

function setDraft(drafts: Map<string, Draft>, path: string, draft: Omit<Draft, "path">): void {
  drafts.set(path, { ...draft, path });
}

function reason(read: Unread): string {
  switch (read.kind) {
    case "missing":
      return "No such file or directory (os error 2)";
    case "directory":
      return "Is a directory (os error 21)";
    case "special":
      return "it is not a regular file";
    case "hidden":
      return "not read: it holds keys";
    case "too-large":
      return `it is too large (${read.bytes} bytes)`;
    case "unreadable":
      return read.reason;
    case "aborted":
      return "interrupted";
    default:
      return read satisfies never;
  }
}
