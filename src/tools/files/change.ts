import type { FileChange } from "../../protocol/index.ts";
import { toLines } from "../lines.ts";
import { decodeText, type FileSnapshot } from "./snapshot.ts";

/** Beyond this many changed lines the exact diff costs more than it tells; one block stands for it. */
const MAX_EDIT_LENGTH = 1_000;

/** A change of one file as people see it; `path` and `movedTo` are already short. */
export async function describeChange(change: {
  path: string;
  before: FileSnapshot | null;
  after: string | null;
  movedTo?: string;
}): Promise<FileChange> {
  const { path, before, after, movedTo } = change;
  const kind = before === null ? "add" : after === null ? "delete" : "update";
  const old = before === null ? { kind: "text" as const, text: "" } : decodeText(before.bytes);
  const diff = old.kind === "text" ? await unifiedDiff(old.text, (after ?? "").replace(/^\ufeff/, "")) : "";
  return { path, change: kind, ...(movedTo === undefined ? {} : { movedTo }), diff };
}

async function unifiedDiff(before: string, after: string): Promise<string> {
  if (before === after) {
    return "";
  }
  const { structuredPatch, formatPatch, OMIT_HEADERS } = await import("diff");
  const exact = structuredPatch("a", "b", before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MAX_EDIT_LENGTH,
  });
  if (exact === undefined) {
    return wholeReplacement(before, after);
  }
  // The carriage return of CRLF files is no part of the line a person reads.
  return formatPatch(exact, OMIT_HEADERS).replace(/\r$/gm, "");
}

function wholeReplacement(before: string, after: string): string {
  const old = toLines(before);
  const now = toLines(after);
  const range = (lines: readonly string[]) => `${lines.length === 0 ? 0 : 1},${lines.length}`;
  const body = [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)].join("\n");
  return `@@ -${range(old)} +${range(now)} @@\n${body}\n`;
}
