import { createHash } from "node:crypto";

/** What one session knows of the files it works on, by their true path. */
export interface FileMemory {
  /** The model has been shown the file, or some of it. */
  saw(target: string, bytes: Buffer): void;
  /** The model has made this of it. */
  wrote(target: string, bytes: Buffer): void;
  forget(target: string): void;
  compare(file: { readonly target: string; readonly bytes: Buffer }): Acquaintance;
  /** Counts an edit that did not fit; returns how many there were since the last that did. */
  editFailed(target: string): number;
}

type Acquaintance =
  | { readonly kind: "stranger" }
  | { readonly kind: "unchanged" }
  /** Somebody else has written it: the user, a formatter, a command of the model. */
  | { readonly kind: "changed"; readonly linesThen: number; readonly linesNow: number };

export function createFileMemory(): FileMemory {
  const seen = new Map<string, { readonly digest: string; readonly lines: number }>();
  const failures = new Map<string, number>();
  const saw = (target: string, bytes: Buffer) => {
    seen.set(target, { digest: digestOf(bytes), lines: countLines(bytes) });
  };
  return {
    saw,
    wrote(target, bytes) {
      saw(target, bytes);
      failures.delete(target);
    },
    forget(target) {
      seen.delete(target);
      failures.delete(target);
    },
    compare({ target, bytes }) {
      const known = seen.get(target);
      if (known === undefined) {
        return { kind: "stranger" };
      }
      return known.digest === digestOf(bytes)
        ? { kind: "unchanged" }
        : { kind: "changed", linesThen: known.lines, linesNow: countLines(bytes) };
    },
    editFailed(target) {
      const count = (failures.get(target) ?? 0) + 1;
      failures.set(target, count);
      return count;
    },
  };
}

/** What a model is told when it works on a file that is no longer what it saw. */
export function changeNote(
  shown: string,
  { linesThen, linesNow }: { linesThen: number; linesNow: number },
): string {
  const lines =
    linesThen === linesNow ? "as many lines as before" : `lines: ${linesThen} then, ${linesNow} now`;
  return `${shown} has changed on disk since you read it (${lines})`;
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64");
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
    count += 1;
  }
  return bytes.length > 0 && bytes.at(-1) !== 10 ? count + 1 : count;
}
