import { expect, test } from "vitest";
import { holds, readLogLevel } from "../../../src/cli/log/level.ts";

const noLevel = (word: string, variable: string, meant?: string) =>
  `'${word}' in ${variable} is no level of the log; there are off, error, warn, info, debug, trace.${
    meant === undefined ? "" : ` Did you mean ${meant}?`
  }`;

test.each<{ env: Record<string, string>; level: string; complaint?: string }>([
  { env: {}, level: "off" },
  { env: { LEAT_LOG: "", RUST_LOG: "" }, level: "off" },
  ...["off", "error", "warn", "info", "debug", "trace"].map((level) => ({ env: { LEAT_LOG: level }, level })),
  { env: { LEAT_LOG: " DEBUG " }, level: "debug" },
  { env: { LEAT_LOG: "4" }, level: "debug" },
  { env: { LEAT_LOG: "leat=debug" }, level: "debug" },
  { env: { LEAT_LOG: "leat::net=debug" }, level: "debug" },
  { env: { RUST_LOG: "debug" }, level: "debug" },
  { env: { RUST_LOG: "codex_core=debug,codex_tui=info" }, level: "debug" },
  { env: { RUST_LOG: "info,codex_core=trace,hyper=warn" }, level: "trace" },
  { env: { RUST_LOG: "trace,leat=error" }, level: "error" },
  { env: { RUST_LOG: "leat" }, level: "trace" },
  { env: { RUST_LOG: "debug/part of a text=x" }, level: "debug" },
  // Of other programs.
  { env: { RUST_LOG: "hyper=debug" }, level: "off" },
  { env: { RUST_LOG: "hyper=loud" }, level: "off" },
  { env: { RUST_LOG: "my_server" }, level: "off" },
  { env: { RUST_LOG: "leather=debug" }, level: "off" },
  { env: { RUST_LOG: "my_server[span{field=1}]=info" }, level: "off" },
  { env: { LEAT_LOG: "off", RUST_LOG: "debug" }, level: "off" },
  { env: { LEAT_LOG: "info", RUST_LOG: "loud" }, level: "info" },
  { env: { LEAT_LOG: "loud" }, level: "off", complaint: noLevel("loud", "LEAT_LOG") },
  { env: { LEAT_LOG: "debgu" }, level: "off", complaint: noLevel("debgu", "LEAT_LOG", "debug") },
  { env: { LEAT_LOG: "1.5" }, level: "off", complaint: noLevel("1.5", "LEAT_LOG") },
  { env: { LEAT_LOG: "leat=" }, level: "off", complaint: noLevel("", "LEAT_LOG") },
  { env: { RUST_LOG: "debgu" }, level: "off", complaint: noLevel("debgu", "RUST_LOG", "debug") },
  { env: { RUST_LOG: "leat=loud" }, level: "off", complaint: noLevel("loud", "RUST_LOG") },
  { env: { LEAT_LOG: "info,loud,louder" }, level: "info", complaint: noLevel("loud", "LEAT_LOG") },
])("$env: $level", ({ env, level, complaint }) => {
  expect(readLogLevel(env)).toEqual({ level, ...(complaint === undefined ? {} : { complaint }) });
});

test.each([
  ["debug", "info", true],
  ["debug", "debug", true],
  ["debug", "trace", false],
  ["error", "warn", false],
] as const)("a log at %s holds what is %s: %s", (level, line, expected) => {
  expect(holds(level, line)).toBe(expected);
});
