/** The command line and environment of the Perl helper, from the same facts as bubblewrap's. */
import { type MountFacts, orderedMounts } from "../linux.ts";
import script from "./confine.pl";

export type HelperMode = "namespaces" | "landlock";

/** The environment of the helper: none of the user's variables has a meaning for it, or for the shell that starts it. */
const PREFIX = "LEAT_";

/** `filterFd`: where the filter of system calls can be read. */
export function helperCommand(
  facts: MountFacts,
  { mode, filterFd }: { readonly mode: HelperMode; readonly filterFd: number | undefined },
  command: readonly string[],
): string[] {
  const mounts = orderedMounts(facts);
  const plan = [
    // The kernel's files in /proc are read-only in any case.
    ...(facts.writableRoots.includes("/") ? ["write", "/", "read", "/sys"] : []),
    ...mounts.flatMap(({ kind, path }) => [kind, path]),
  ];
  const network = facts.networkAccess ? "online" : "offline";
  return [
    ...[facts.program, "-f", "-e", script, "--"],
    ...[mode, network, process.arch, String(filterFd ?? "none"), facts.cwd, ...plan, "--"],
    ...command,
  ];
}

/**
 * Unconfined programs run first, a shell and Perl. A variable such as PERL5LIB or LD_LIBRARY_PATH may lead to a
 * folder that commands can write, so all of them travel under other names and are given to the command alone.
 */
export function helperEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [PREFIX + name, value]));
}
