/** The configuration of a command, from what was typed. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, type ConfigFlags, loadConfig } from "../config/index.ts";
import { resolveHome } from "../home/index.ts";
import type { ConfigError } from "../protocol/index.ts";
import type { Io } from "./io.ts";

export interface SettingsOptions {
  /** `-c key=value`, in the order given. */
  readonly overrides: readonly string[];
  /** `--add-dir`, in the order given; relative ones count from the working directory, as in Codex. */
  readonly addDirs: readonly string[];
  readonly flags: ConfigFlags;
}

export type Settings =
  | { readonly ok: true; readonly config: Config; readonly home: string }
  | { readonly ok: false; readonly error: ConfigError };

/** `io.cwd` is the working directory here. */
export function loadSettings(options: SettingsOptions, io: Io): Settings {
  const home = resolveHome(io.env, io.userHome);
  if (!home.ok) {
    return home;
  }
  const loaded = loadConfig({
    codexHome: home.path,
    cwd: io.cwd,
    env: io.env,
    overrides: options.overrides,
    flags: options.flags,
  });
  if (!loaded.ok) {
    return loaded;
  }
  const { config } = loaded;
  const added = options.addDirs.map((path) => resolve(io.cwd, path));
  const writableRoots = [...config.workspaceWrite.writableRoots, ...added];
  return {
    ok: true,
    home: home.path,
    config: { ...config, workspaceWrite: { ...config.workspaceWrite, writableRoots } },
  };
}

/** The first of the added folders that is none; one in the configuration may come and go. */
export function missingAddDir(addDirs: readonly string[], cwd: string): string | undefined {
  return addDirs.map((path) => resolve(cwd, path)).find((path) => !isDirectory(path));
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
