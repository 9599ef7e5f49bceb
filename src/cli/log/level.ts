import { nearest } from "../../config/index.ts";

/** From silent to everything; each level holds those before it. */
const LEVELS = ["off", "error", "warn", "info", "debug", "trace"] as const;

export type LogLevel = (typeof LEVELS)[number];

export function holds(level: LogLevel, line: LogLevel): boolean {
  return LEVELS.indexOf(line) <= LEVELS.indexOf(level);
}

interface ReadLevel {
  readonly level: LogLevel;
  /** What of the variable can't be understood, for the user. */
  readonly complaint?: string;
}

/**
 * `LEAT_LOG`, else `RUST_LOG` as users of Codex have it: a level, or levels for parts of a program (`leat=debug`,
 * `codex_core=debug,hyper=warn`). What is said of leat, or of Codex's parts, goes before what is said of all.
 */
export function readLogLevel(env: Readonly<Record<string, string | undefined>>): ReadLevel {
  const ours = env["LEAT_LOG"]?.trim() ?? "";
  const name = ours === "" ? "RUST_LOG" : "LEAT_LOG";
  const value = ours === "" ? (env["RUST_LOG"] ?? "") : ours;
  // Behind the first slash stands a filter on the text, of which only Rust's loggers know.
  const directives = (value.split("/")[0] ?? "")
    .split(",")
    .map((part) => readDirective(part.trim(), name))
    .filter((directive) => directive !== undefined);
  const complaint = directives.find((directive) => "complaint" in directive);
  const levels = directives.filter((directive) => "level" in directive);
  const named = levels.filter(({ isNamed }) => isNamed).map(({ level }) => level);
  const level = LEVELS.findLast((candidate) => named.includes(candidate)) ?? levels.at(-1)?.level ?? "off";
  return { level, ...complaint };
}

type Directive =
  | { readonly level: LogLevel; readonly isNamed: boolean }
  | { readonly complaint: string }
  | undefined;

function readDirective(text: string, variable: "LEAT_LOG" | "RUST_LOG"): Directive {
  const [, target = "", word] = /^([^=]*?)(?:=([^=]*))?$/.exec(text) ?? [undefined, text, ""];
  if (text === "") {
    return undefined;
  }
  if (word === undefined) {
    const level = levelOf(target);
    if (level !== undefined) {
      return { level, isNamed: false };
    }
    if (isOurs(target)) {
      return { level: "trace", isNamed: true };
    }
    // In RUST_LOG a lone word may well name a part of some other program.
    return variable === "LEAT_LOG" || nearest(target, LEVELS) !== undefined
      ? complain(variable, target)
      : undefined;
  }
  if (!isOurs(target)) {
    return undefined;
  }
  const level = levelOf(word);
  return level === undefined ? complain(variable, word) : { level, isNamed: true };
}

/** Rust's loggers take the numbers, too. */
function levelOf(word: string): LogLevel | undefined {
  const wanted = word.trim().toLowerCase();
  return LEVELS.find((level, index) => level === wanted || String(index) === wanted);
}

function isOurs(target: string): boolean {
  return /^(?:leat|codex)(?![a-z0-9])/i.test(target.trim());
}

function complain(variable: string, word: string): Directive {
  const meant = nearest(word, LEVELS);
  const question = meant === undefined ? "" : ` Did you mean ${meant}?`;
  return {
    complaint: `'${word}' in ${variable} is no level of the log; there are ${LEVELS.join(", ")}.${question}`,
  };
}
