/** The seatbelt profile and the command line of sandbox-exec, as text. */
import { join } from "node:path";
import { PROTECTED_NAMES } from "./policy.ts";

export const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

export interface SeatbeltFacts {
  readonly networkAccess: boolean;
  /** Existing folders, as real paths: seatbelt knows no others (`/tmp` is `/private/tmp`). */
  readonly writableRoots: readonly string[];
  /** Further paths that stay read-only: git folders a worktree's `.git` file points to. */
  readonly protectedPaths: readonly string[];
  /** Files with secrets, as real paths. */
  readonly hiddenFiles: readonly string[];
  readonly hiddenFolders: readonly string[];
}

export function seatbeltCommand(facts: SeatbeltFacts, command: readonly string[]): string[] {
  const parameters = writableTrees(facts).flatMap(({ root, except }, index) => [
    `-D${rootName(index)}=${root}`,
    ...except.map((path, exceptIndex) => `-D${exceptName(index, exceptIndex)}=${path}`),
  ]);
  parameters.push(...hiddenPaths(facts).map(({ path }, index) => `-D${hiddenName(index)}=${path}`));
  return [SANDBOX_EXEC, "-p", seatbeltProfile(facts), ...parameters, "--", ...command];
}

/** Paths reach the profile as parameters only, so that no path can add a rule. */
export function seatbeltProfile(facts: SeatbeltFacts): string {
  return [BASE, writeRules(facts), ...(facts.networkAccess ? [NETWORK] : []), hiddenRules(facts)]
    .filter((part) => part !== "")
    .join("\n");
}

const BASE = `(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow file-read*)
(allow sysctl-read)
(allow sysctl-write (sysctl-name "kern.grade_cputype"))
(allow ipc-posix-sem)
(allow ipc-posix-shm-read* (ipc-posix-name-prefix "apple.cfprefs."))
(allow iokit-open (iokit-registry-entry-class "RootDomainUserClient"))
(allow mach-lookup
  (global-name "com.apple.PowerManagement.control")
  (global-name "com.apple.bsd.dirhelper")
  (global-name "com.apple.cfprefsd.agent")
  (global-name "com.apple.cfprefsd.daemon")
  (global-name "com.apple.system.logger")
  (global-name "com.apple.system.notification_center")
  (global-name "com.apple.system.opendirectoryd.libinfo")
  (global-name "com.apple.system.opendirectoryd.membership"))
(allow pseudo-tty)
(allow file-read* file-write* file-ioctl (literal "/dev/ptmx"))
(allow file-read* file-write*
  (require-all (regex #"^/dev/ttys[0-9]+") (extension "com.apple.sandbox.pty")))
(allow file-ioctl (regex #"^/dev/ttys[0-9]+"))
(allow file-write-data
  (require-all
    (require-any (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper"))
    (vnode-type CHARACTER-DEVICE)))`;

const NETWORK = `(allow network*)
(allow system-socket)
(allow mach-lookup
  (global-name "com.apple.SecurityServer")
  (global-name "com.apple.SystemConfiguration.DNSConfiguration")
  (global-name "com.apple.SystemConfiguration.configd")
  (global-name "com.apple.networkd")
  (global-name "com.apple.ocspd")
  (global-name "com.apple.trustd.agent"))`;

interface WritableTree {
  readonly root: string;
  readonly except: readonly string[];
}

/** A protected path holds in every root around it; a missing `.git` can be named too. */
function writableTrees(facts: SeatbeltFacts): WritableTree[] {
  const roots = new Set(facts.writableRoots);
  const guarded = [
    ...facts.writableRoots.flatMap((root) => PROTECTED_NAMES.map((name) => join(root, name))),
    ...facts.protectedPaths,
  ].filter((path) => !roots.has(path));
  return facts.writableRoots.map((root) => ({
    root,
    except: [...new Set(guarded)].filter((path) => path.startsWith(root === "/" ? "/" : `${root}/`)),
  }));
}

function writeRules(facts: SeatbeltFacts): string {
  return writableTrees(facts)
    .map(({ except }, index) => {
      const conditions = [
        `(subpath (param "${rootName(index)}"))`,
        ...except.map((_, at) => `(require-not (subpath (param "${exceptName(index, at)}")))`),
      ];
      return `(allow file-write*\n  (require-all\n    ${conditions.join("\n    ")}))`;
    })
    .join("\n");
}

/** They come last, since the last rule that matches counts. Moved elsewhere, a file would have a name nobody denies. */
function hiddenRules(facts: SeatbeltFacts): string {
  return hiddenPaths(facts)
    .map(({ filter }, index) => `(deny file-read* file-write* (${filter} (param "${hiddenName(index)}")))`)
    .join("\n");
}

function hiddenPaths(facts: SeatbeltFacts): { readonly path: string; readonly filter: string }[] {
  return [
    ...facts.hiddenFiles.map((path) => ({ path, filter: "literal" })),
    ...facts.hiddenFolders.map((path) => ({ path, filter: "subpath" })),
  ];
}

function rootName(index: number): string {
  return `WRITABLE_ROOT_${index}`;
}

function hiddenName(index: number): string {
  return `HIDDEN_FILE_${index}`;
}

function exceptName(index: number, exceptIndex: number): string {
  return `${rootName(index)}_EXCEPT_${exceptIndex}`;
}
