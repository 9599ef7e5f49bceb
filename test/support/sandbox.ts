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

/** Why tests of the Perl helper, which stands in for bubblewrap, can't run here; undefined where they can. */
export function noHelper(mode: "namespaces" | "landlock"): string | undefined {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    return "the helper is for Linux on x64 and arm64";
  }
  const script = new URL("../../src/sandbox/fallback/confine.pl", import.meta.url).pathname;
  const command = ["-f", script, mode, "offline", process.arch, "none", "/", "--", "/bin/sh", "-c", ":"];
  const tried = spawnSync("/usr/bin/perl", command, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  return tried.error?.message ?? (tried.status === 0 ? undefined : tried.stderr.trim());
}
