import type { CommandEnd, Sandbox } from "../../sandbox/index.ts";
import {
  checkCommand,
  type Engine,
  type Engines,
  MAX_FOUND,
  MAX_LINE_BYTES,
  PROBE,
  type Query,
  readProbe,
  searchCommand,
} from "./engines.ts";

/** What was found, in the order it is shown. */
export interface Found {
  readonly kind: "found";
  /** At most `MAX_FOUND`. */
  readonly hits: readonly Hit[];
  /** There is more. */
  readonly more: boolean;
  readonly timedOut: boolean;
}

export interface Hit {
  /** From the folder of the search on. */
  readonly path: string;
  /** Absent where files were looked for. */
  readonly line?: { readonly number: number; readonly text: string };
}

export type Search =
  | Found
  | { readonly kind: "bad-pattern"; readonly message: string }
  | { readonly kind: "not-run"; readonly end: Exclude<CommandEnd, { readonly kind: "exited" }> };

interface Place {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly signal: AbortSignal;
}

export const TIMEOUT_MS = 60_000;

/** Asks the best program there is; of those that can't be used in this folder, the next. */
export async function find(query: Query, place: Place): Promise<Search> {
  const engines = await probe(place);
  if (engines.kind === "not-run") {
    return engines;
  }
  const { names, perl } = engines.engines;
  const search: Search = { kind: "bad-pattern", message: "" };
  for (const engine of names) {
    const end = await run(searchCommand(engine, query, perl), place);
    if (end.kind !== "exited") {
      return { kind: "not-run", end };
    }
    const { found, exitCode } = readOutput(end.output.text, query, end.timedOut);
    if (engine === "git" && exitCode === NO_REPOSITORY) {
      continue;
    }
    const mayBeBad = found.hits.length === 0 && query.pattern !== undefined && exitCode > 1;
    return mayBeBad ? ((await patternFault(engine, query, perl, place)) ?? found) : found;
  }
  return search;
}

/** git's exit code also for a pattern that is none, which the next program then tells. */
const NO_REPOSITORY = 128;

type Probe =
  | { readonly kind: "probed"; readonly engines: Engines }
  | Extract<Search, { readonly kind: "not-run" }>;

const probes = new WeakMap<Sandbox, Engines>();

async function probe(place: Place): Promise<Probe> {
  const known = probes.get(place.sandbox);
  if (known !== undefined) {
    return { kind: "probed", engines: known };
  }
  const end = await run(PROBE, place);
  if (end.kind !== "exited") {
    return { kind: "not-run", end };
  }
  const engines = readProbe(end.output.text);
  probes.set(place.sandbox, engines);
  return { kind: "probed", engines };
}

function run(argv: readonly string[], { sandbox, folder, signal }: Place): Promise<CommandEnd> {
  return sandbox.run({ argv, cwd: folder, timeoutMs: TIMEOUT_MS, signal, onOutput: () => {} });
}

async function patternFault(
  engine: Engine,
  query: Query,
  perl: boolean,
  place: Place,
): Promise<Search | undefined> {
  const end = await run(checkCommand(engine, query, perl), place);
  if (end.kind !== "exited") {
    return { kind: "not-run", end };
  }
  const isBad = end.exitCode > 1 && !end.timedOut;
  return isBad ? { kind: "bad-pattern", message: faultMessage(end.output.text) } : undefined;
}

/** `error: unclosed group`, below a drawing of the pattern; `grep: missing closing parenthesis`. */
function faultMessage(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const error = lines.find((line) => line.startsWith("error: ")) ?? lines.at(-1) ?? "";
  return error.replace(/^(?:error|grep): /, "").trim();
}

const EXIT_LINE = /^\/\/exit (\d+)$/;
/** Between path and number there is a NUL; behind the number a colon, or with newer git a NUL too. */
const MATCH_LINE = /^([^\0]+)\0(\d+)[:\0](.*)$/s;

function readOutput(
  text: string,
  query: Query,
  timedOut: boolean,
): { readonly found: Found; readonly exitCode: number } {
  const lines = text.split("\n");
  const ended = lines.flatMap((line) => EXIT_LINE.exec(line)?.[1] ?? []);
  // What does not end in a line break is cut off, or nothing.
  const whole = lines.slice(0, -1).filter((line) => line !== "" && !EXIT_LINE.test(line));
  const hits =
    query.pattern === undefined ? whole.map((path) => ({ path: bare(path) })) : whole.flatMap(readMatch);
  const more = hits.length > MAX_FOUND || ended.length === 0;
  return {
    found: { kind: "found", hits: hits.slice(0, MAX_FOUND), more, timedOut },
    exitCode: Number(ended[0] ?? 0),
  };
}

function readMatch(line: string): Hit[] {
  const match = MATCH_LINE.exec(line);
  if (match === null) {
    // A remark of the program on a binary file.
    return [];
  }
  const [, path = "", number = "", text = ""] = match;
  const isCut = Buffer.byteLength(line) >= MAX_LINE_BYTES;
  return [{ path: bare(path), line: { number: Number(number), text: isCut ? `${text} …` : text } }];
}

function bare(path: string): string {
  return path.startsWith("./") ? path.slice(2) : path;
}
