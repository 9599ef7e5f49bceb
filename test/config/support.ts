import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Config, type ConfigResult, type ConfigSources, loadConfig } from "../../src/config/index.ts";
import type { ConfigError } from "../../src/protocol/index.ts";

/** A home with this config file; without text there is none. */
export function homeWith(text?: string | Uint8Array): string {
  const home = mkdtempSync(join(tmpdir(), "leat-config-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  if (text !== undefined) {
    writeFileSync(join(home, "config.toml"), text);
  }
  return home;
}

export function load(text?: string | Uint8Array, sources: Partial<ConfigSources> = {}): ConfigResult {
  return loadConfig({
    codexHome: homeWith(text),
    cwd: "/work",
    env: {},
    overrides: [],
    flags: {},
    ...sources,
  });
}

export function configOf(text?: string | Uint8Array, sources: Partial<ConfigSources> = {}): Config {
  const result = load(text, sources);
  if (!result.ok) {
    throw new Error(JSON.stringify(result.error));
  }
  return result.config;
}

/** The error, its file named `config.toml` whatever the home is called. */
export function errorOf(text?: string | Uint8Array, sources: Partial<ConfigSources> = {}): ConfigError {
  const result = load(text, sources);
  if (result.ok) {
    throw new Error("the config is accepted");
  }
  const { source, ...error } = result.error;
  return source === undefined
    ? error
    : { ...error, source: source.replace(/^.*\/config\.toml$/, "config.toml") };
}
