import { spawnSync } from "node:child_process";

const probe = spawnSync("bwrap", ["--ro-bind", "/", "/", "--unshare-pid", "true"], { encoding: "utf8" });

/** Why tests that need a sandbox can't run here; undefined where they can. */
export const noSandbox: string | undefined =
  process.platform !== "linux"
    ? "bubblewrap is for Linux"
    : probe.error !== undefined
      ? "bubblewrap is not installed"
      : probe.status === 0
        ? undefined
        : `bubblewrap does not start: ${probe.stderr.trim()}`;
