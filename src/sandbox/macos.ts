/** The seatbelt profile and the command line of sandbox-exec, as text. */
import { join } from "node:path";
import { PROTECTED_NAMES } from "./policy.ts";

export const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

export interface SeatbeltFacts {
  readonly networkAccess: boolean;
  /** Existing folders, as real paths: seatbelt knows no others (`/tmp` is `/private/tmp`). */
  readonly writableRoots: readonly string[];
  /** Further paths that stay read-only, existing or not: git folders a worktree's `.git` file points to. */
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

/**
 * Paths reach the profile as parameters, so that no path can add a rule; in patterns only letters and digits of them
 * do. Of the rules that match the last counts.
 */
export function seatbeltProfile(facts: SeatbeltFacts): string {
  return [BASE, writeRules(facts), networkRules(facts), hiddenRules(facts)]
    .filter((part) => part !== "")
    .join("\n");
}

/**
 * What programs need to run at all, after the public profiles of Chromium and Codex. Of the kernel's values not all:
 * `kern.procargs2` tells the environment of other processes, keys included.
 */
const BASE = `(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow file-read*)
(allow mach-host*)
(allow user-preference-read)
(allow sysctl-read
  (sysctl-name-prefix "hw.")
  (sysctl-name-prefix "kern.os")
  (sysctl-name-prefix "kern.proc.pgrp.")
  (sysctl-name-prefix "kern.proc.pid.")
  (sysctl-name-prefix "machdep.cpu.")
  (sysctl-name-prefix "net.routetable.")
  (sysctl-name-prefix "vm.")
  (sysctl-name "kern.argmax")
  (sysctl-name "kern.boottime")
  (sysctl-name "kern.hostname")
  (sysctl-name "kern.maxfiles")
  (sysctl-name "kern.maxfilesperproc")
  (sysctl-name "kern.maxproc")
  (sysctl-name "kern.ngroups")
  (sysctl-name "kern.secure_kernel")
  (sysctl-name "kern.usrstack64")
  (sysctl-name "kern.version")
  (sysctl-name "sysctl.proc_cputype")
  (sysctl-name "sysctl.proc_translated"))
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
(allow file-write-data (literal "/dev/stdout") (literal "/dev/stderr") (subpath "/dev/fd"))
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
  (global-name "com.apple.trustd.agent"))
(deny network-outbound (remote unix-socket))
(allow network-outbound (remote unix-socket (literal "/private/var/run/mDNSResponder")))`;

/** Those of tmux, ssh-agent and launchd lie in a folder that is usually a root. */
const CONTROL_SOCKETS = `(deny network-outbound
  (remote unix-socket (regex #"^/private/tmp/(tmux-|ssh-|com[.]apple[.]launchd[.]|[.]X11-unix/)")))`;

/**
 * Without network nothing is allowed, loopback and sockets in the file system included: macOS has none of its own for
 * a command. With it, sockets are those of the folders one works in, and the one that looks up names.
 */
function networkRules(facts: SeatbeltFacts): string {
  if (!facts.networkAccess) {
    return "";
  }
  const sockets = facts.writableRoots.map(
    (_, index) => `(allow network-outbound (remote unix-socket (subpath (param "${rootName(index)}"))))`,
  );
  return [NETWORK, ...sockets, CONTROL_SOCKETS].join("\n");
}

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
        ...except.flatMap((path, at) => [
          `(require-not (subpath (param "${exceptName(index, at)}")))`,
          `(require-not (regex #"${inAnyCase(path)}"))`,
        ]),
      ];
      return `(allow file-write*\n  (require-all\n    ${conditions.join("\n    ")}))`;
    })
    .join("\n");
}

/**
 * On most disks of a Mac `.GIT` is `.git`, and a path that does not exist yet is compared as it was typed. What is
 * neither letter nor digit matches anything: so no path can end the pattern, and a little more is protected at worst.
 */
function inAnyCase(path: string): string {
  const pattern = [...path]
    .map((character) => {
      if (/[a-z]/i.test(character)) {
        return `[${character.toLowerCase()}${character.toUpperCase()}]`;
      }
      return /[0-9/]/.test(character) ? character : character === "." ? "[.]" : ".+";
    })
    .join("");
  return `^${pattern}(/|$)`;
}

/** They come last. Moved elsewhere, a file would have a name nobody denies. */
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
