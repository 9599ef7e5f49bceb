import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ConfigError } from "../protocol/index.ts";

type HomeResult =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly error: ConfigError };

/** `$CODEX_HOME`, which must be a directory if it is set; else `~/.codex`, which need not exist. */
export function resolveHome(env: Readonly<Record<string, string | undefined>>, userHome: string): HomeResult {
  const named = env["CODEX_HOME"];
  if (named === undefined || named === "") {
    return { ok: true, path: join(userHome, ".codex") };
  }
  const path = realDirectory(named);
  if (path !== undefined) {
    return { ok: true, path };
  }
  const problem = { type: "home_missing", path: named } as const;
  return { ok: false, error: { kind: "config", problem, source: "CODEX_HOME" } };
}

function realDirectory(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
