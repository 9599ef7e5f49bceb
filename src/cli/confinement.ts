/** The sandbox that the configuration asks for: the same for the agent's commands and for `leat sandbox`. */
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/index.ts";
import type { SandboxPolicy } from "../protocol/index.ts";
import { childEnvironment, openSandbox, resolvePolicy, type Sandbox } from "../sandbox/index.ts";
import { defaultHiddenPaths } from "./hidden-paths.ts";
import type { Io } from "./io.ts";

export function sandboxPolicy(config: Config, cwd: string, io: Io): SandboxPolicy {
  const tmpdir = io.env["TMPDIR"];
  return resolvePolicy({
    mode: config.sandboxMode,
    cwd,
    ...config.workspaceWrite,
    ...(tmpdir === undefined || tmpdir === "" ? {} : { tmpdir }),
  });
}

/** Keys and headers of every provider stay out of the commands' environment, whatever their names are. */
export function confine(
  policy: SandboxPolicy,
  place: { readonly config: Config; readonly cwd: string; readonly home: string },
  io: Io,
): Promise<Sandbox> {
  const { config, cwd, home } = place;
  const secretNames = config.providers.flatMap(({ secretVariables }) => secretVariables);
  const environment = childEnvironment(io.env, config.shellEnvironment, secretNames);
  return openSandbox({
    policy,
    cwd,
    environment,
    hiddenFiles: hiddenFiles(config, home),
    // In the snapshots lie copies of files that are hidden themselves.
    hiddenPaths: [...hiddenPaths(config, io), join(home, "leat", "undo")],
    protectedFolders: [home, ...linkedSettings(home)],
  });
}

/** Settings are often kept in a repository of their own, with links to them; whoever writes them decides what may run. */
function linkedSettings(home: string): string[] {
  const names = ["config.toml", "AGENTS.md", "leat", "leat/rules.toml", "leat/endpoints.json"];
  return names.map((name) => join(home, name)).filter(isLink);
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** What no model may read, by whatever way: keys, and a configuration that has some in it. */
export function hiddenFiles(config: Config, home: string): string[] {
  return [join(home, "auth.json"), ...(config.holdsSecrets ? [config.file] : [])];
}

/** What else is hidden; the user may say it himself. */
export function hiddenPaths(config: Config, io: Io): readonly string[] {
  return config.sandboxHiddenPaths ?? defaultHiddenPaths(io.userHome).filter(holdsSecret);
}

/** Package managers keep ordinary settings where they keep tokens, and hiding those would be felt. */
const ONLY_WITH_TOKEN = /\/\.(?:npmrc|yarnrc\.yml)$/;

function holdsSecret(path: string): boolean {
  if (!ONLY_WITH_TOKEN.test(path)) {
    return true;
  }
  try {
    return (
      lstatSync(path, { throwIfNoEntry: false }) !== undefined &&
      /auth|password|:\/\/[^/\s]*@/i.test(readFileSync(path, "utf8"))
    );
  } catch {
    return true;
  }
}
