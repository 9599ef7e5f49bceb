import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { safeLine, snapshotObstacle } from "../exec/index.ts";
import { resolveHome } from "../home/index.ts";
import type { ChangeCounts, SnapshotObstacle } from "../protocol/index.ts";
import { runUnconfined } from "../sandbox/index.ts";
import { findRepositoryRoot } from "../session/index.ts";
import {
  type HistoryEntry,
  listHistory,
  type UndoChoice,
  type UndoPlace,
  type UndoResult,
  undo,
} from "../undo/index.ts";
import { exitCode } from "./exit-code.ts";
import { explainConfigError } from "./explain-config.ts";
import { explainRevertFailure } from "./explain-undo.ts";
import { fail } from "./fail.ts";
import type { Io } from "./io.ts";

/** What `leat undo` was given on the command line. */
export interface UndoOptions {
  readonly number?: string;
  readonly directory?: string;
  readonly list: boolean;
  readonly force: boolean;
  readonly redo: boolean;
}

/** Restores files and says which; returns the exit code: 0 only if nothing was left to do. */
export async function runUndo(options: UndoOptions, io: Io): Promise<number> {
  const choice = choiceOf(options);
  if (choice === undefined) {
    io.stderr.write("error: the number is one of leat undo --list, and stands alone\n");
    return exitCode.usage;
  }
  const home = resolveHome(io.env, io.userHome);
  if (!home.ok) {
    return fail(io, explainConfigError(home.error));
  }
  const cwd = realFolder(resolve(io.cwd, options.directory ?? "."));
  if (cwd === undefined) {
    return fail(io, {
      message: `no such directory: ${options.directory}`,
      hint: "-C takes an existing directory.",
    });
  }
  const place: UndoPlace = {
    home: home.path,
    userHome: io.userHome,
    root: findRepositoryRoot(cwd) ?? cwd,
    env: io.env,
    writableFolders: [],
    run: runUnconfined,
  };
  return options.list
    ? await list(place, io)
    : report(await undo(place, { choice, force: options.force, signal: io.interrupt }), place, io);
}

function choiceOf({ number, redo, list }: UndoOptions): UndoChoice | undefined {
  if (number === undefined) {
    return redo ? { kind: "redo" } : { kind: "last" };
  }
  const isNumber = /^[1-9]\d{0,5}$/.test(number) && !redo && !list;
  return isNumber ? { kind: "number", number: Number(number) } : undefined;
}

async function list(place: UndoPlace, io: Io): Promise<number> {
  const history = await listHistory(place, io.interrupt);
  if (history.kind === "obstacle") {
    return obstructed(io, history.obstacle);
  }
  if (history.entries.length === 0) {
    io.stdout.write(`nothing to undo in ${place.root}\n`);
  }
  for (const entry of history.entries) {
    io.stdout.write(`${entryLine(entry)}\n`);
    for (const path of entry.notKept) {
      io.stdout.write(`    not kept: ${safeLine(path)}\n`);
    }
  }
  return exitCode.ok;
}

function entryLine(entry: HistoryEntry): string {
  const state = [
    ...(entry.isUndone ? ["undone"] : []),
    ...(entry.isUncertain ? ["leat was killed: your own changes may be among these"] : []),
  ];
  const note = state.length === 0 ? "" : `  (${state.join("; ")})`;
  return `${String(entry.number).padStart(2)}  ${localTime(entry.startedAtMs)}  ${counts(entry.counts).padEnd(12)}  ${title(entry)}${note}`;
}

function counts({ created, modified, deleted }: ChangeCounts): string {
  return `+${created} ~${modified} -${deleted}`;
}

const TITLE_LENGTH = 60;

function title({ kind, prompt }: HistoryEntry): string {
  const line = safeLine(prompt);
  const words = line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
  return kind === "turn" ? words : `${kind} of: ${words}`;
}

function localTime(atMs: number): string {
  const time = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

const SIGNS = { "brought-back": "+", modified: "~", removed: "-" } as const;

function report(result: UndoResult, place: UndoPlace, io: Io): number {
  switch (result.kind) {
    case "nothing":
      return fail(io, {
        message: `nothing to undo in ${place.root}`,
        hint: "leat undo --list shows all turns that are kept.",
      });
    case "no-such-entry":
      return fail(io, { message: `there is no such entry: leat undo --list has ${result.entries}.` });
    case "running":
      return fail(io, {
        message: `a turn is under way here (process ${result.pid}).`,
        hint: "Wait for its end, or add --force.",
      });
    case "obstacle":
      return obstructed(io, result.obstacle);
    case "done":
      return reportDone(result, io);
    default:
      return result satisfies never;
  }
}

function reportDone(result: UndoResult & { kind: "done" }, io: Io): number {
  const { entry, restored, unchanged, kept, failed } = result;
  const redoes = entry.kind === "undo";
  const isIdle = restored.length + unchanged === 0;
  const verb = isIdle ? "nothing restored" : redoes ? "redone" : "undone";
  io.stdout.write(`${verb}: ${title(entry)} (${localTime(entry.startedAtMs)})\n`);
  for (const { path, what } of restored) {
    io.stdout.write(`${SIGNS[what]} ${safeLine(path)}\n`);
  }
  if (unchanged > 0) {
    io.stdout.write(`${files(unchanged)} as before already\n`);
  }
  if (restored.length > 0) {
    io.stdout.write(`To take this back: ${redoes ? "leat undo" : "leat undo --redo"}\n`);
  }
  for (const path of entry.notKept) {
    io.stderr.write(`not restored: ${safeLine(path)}: it was not kept\n`);
  }
  for (const { path, failure } of failed) {
    io.stderr.write(`not restored: ${safeLine(path)}: ${safeLine(explainRevertFailure(failure))}\n`);
  }
  for (const path of kept) {
    const why = entry.isUncertain ? "leat was killed, so the change may be yours" : "changed after the turn";
    io.stderr.write(`kept: ${safeLine(path)}: ${why}\n`);
  }
  if (kept.length > 0) {
    io.stderr.write("To restore what was kept, with what is there now saved first: leat undo --force\n");
  }
  return kept.length + failed.length + entry.notKept.length === 0 ? exitCode.ok : exitCode.failure;
}

function files(count: number): string {
  return count === 1 ? "1 file was" : `${count} files were`;
}

function obstructed(io: Io, obstacle: SnapshotObstacle): number {
  if (obstacle.kind === "interrupted") {
    return exitCode.interrupted;
  }
  const { message, hint } = snapshotObstacle(obstacle);
  return fail(io, { message: `leat undo: ${message}`, ...(hint === undefined ? {} : { hint }) });
}

function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
