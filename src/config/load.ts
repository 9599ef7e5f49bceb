import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigError } from "../protocol/index.ts";
import { checkDocument } from "./check-document.ts";
import type { ConfigFlags } from "./config.ts";
import { parseDocument } from "./document.ts";
import { applyOverrides } from "./overrides.ts";
import { type ConfigResult, resolveConfig } from "./resolve.ts";

export interface ConfigSources {
  readonly codexHome: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The values of `-c`, in order. */
  readonly overrides: readonly string[];
  readonly flags: ConfigFlags;
}

/** Reads `config.toml` and settles every value; the first mistake found is returned. */
export function loadConfig(sources: ConfigSources): ConfigResult {
  const file = join(sources.codexHome, "config.toml");
  const read = readConfigFile(file);
  return read.ok ? configFromText(file, read.text, sources) : read;
}

/** As if there were no file and no override: what still holds where a mistake keeps the rest from being read. */
export function defaultConfig(sources: Pick<ConfigSources, "codexHome" | "cwd" | "env">): ConfigResult {
  return configFromText(join(sources.codexHome, "config.toml"), "", { ...sources, overrides: [], flags: {} });
}

/** The pure part. */
function configFromText(file: string, text: string, sources: ConfigSources): ConfigResult {
  const parsed = parseDocument(file, text);
  if (!parsed.ok) {
    return parsed;
  }
  const overridden = applyOverrides(parsed.document, sources.overrides);
  if (!overridden.ok) {
    return overridden;
  }
  const check = checkDocument(overridden.document);
  if (!check.ok) {
    return check;
  }
  const result = resolveConfig(overridden.document, check, sources);
  return result.ok ? { ok: true, config: deepFreeze(result.config) } : result;
}

type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: ConfigError };

function readConfigFile(file: string): FileText {
  try {
    return decode(file, readFileSync(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      return { ok: true, text: "" };
    }
    // Node's text is `EACCES: permission denied, open '/path'`: the path is said elsewhere.
    const reason = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
    return {
      ok: false,
      error: { kind: "config", problem: { type: "unreadable", path: file, reason }, source: file },
    };
  }
}

/** TOML is UTF-8; a byte order mark, which Windows editors write, is dropped. */
function decode(file: string, bytes: Uint8Array): FileText {
  const text = decodeUtf8(bytes);
  if (text !== undefined) {
    return { ok: true, text };
  }
  const problem = { type: "syntax", message: "not UTF-8 text" } as const;
  return { ok: false, error: { kind: "config", problem, source: file, line: firstBadLine(bytes) } };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** In UTF-8 no character has a line break's byte in it, so each line can be tried alone. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const lineBreak = bytes.indexOf(0x0a, start);
    const end = lineBreak === -1 ? bytes.length : lineBreak + 1;
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) {
      break;
    }
    start = end;
  }
  return line;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
