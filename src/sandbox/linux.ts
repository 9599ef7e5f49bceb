/** The command line of bubblewrap, from facts alone. Written for 0.8.0. */
import { dirname } from "node:path";
import { contains } from "./policy.ts";

/** What every way to confine a command by mounts goes by. */
export type MountFacts = Omit<LinuxFacts, "variablesFd" | "filterFd">;

export interface LinuxFacts {
  readonly program: string;
  /** The file descriptor from which the command's environment can be read, as arguments. */
  readonly variablesFd: number;
  /** The file descriptor from which the filter of system calls can be read. */
  readonly filterFd: number | undefined;
  /** A setuid bubblewrap, or one before 0.8.0, can't forbid further user namespaces. */
  readonly canDisableUserNamespaces: boolean;
  readonly networkAccess: boolean;
  readonly cwd: string;
  /** Existing folders, as real paths. */
  readonly writableRoots: readonly string[];
  /** Existing files and folders inside the roots that stay read-only. */
  readonly protectedPaths: readonly string[];
  /** Folders shown empty: `/run`, placeholders, folders of control sockets and of secrets. */
  readonly emptyFolders: readonly string[];
  /** Existing files with secrets, as real paths; they are covered by `/dev/null`, also where a root is named so. */
  readonly hiddenFiles: readonly string[];
  /** Sockets that lead out of the sandbox; they are covered by `/dev/null`. */
  readonly maskedFiles: readonly string[];
  /** Folders and files of the kernel that stay read-only. */
  readonly kernelPaths: readonly string[];
  /** What of a folder shown empty must be seen nevertheless. */
  readonly visiblePaths: readonly string[];
}

/** bubblewrap reports on this file descriptor whether the command was started at all. */
const STATUS_FD = 3;

export function bubblewrapCommand(facts: LinuxFacts, command: readonly string[]): string[] {
  return [
    facts.program,
    ...["--args", String(facts.variablesFd)],
    ...(facts.canDisableUserNamespaces ? ["--unshare-user", "--disable-userns"] : ["--unshare-user-try"]),
    ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...(facts.networkAccess ? [] : ["--unshare-net"]),
    ...["--cap-drop", "ALL", "--new-session", "--die-with-parent"],
    ...["--json-status-fd", String(STATUS_FD)],
    ...(facts.filterFd === undefined ? [] : ["--seccomp", String(facts.filterFd)]),
    ...mountArguments(facts),
    ...["--chdir", facts.cwd, "--"],
    ...command,
  ];
}

/**
 * The command's environment as further arguments: not on the command line, where everybody could read it. A name or
 * value that no environment can hold would be read as something else here.
 */
export function variableArguments(environment: Readonly<Record<string, string>>): Uint8Array {
  const variables = Object.entries(environment).filter(
    ([name, value]) => /^[^=\0]+$/.test(name) && !value.includes("\0"),
  );
  return Buffer.from(variables.map(([name, value]) => `--setenv\0${name}\0${value}\0`).join(""));
}

export interface Mount {
  readonly path: string;
  readonly kind: "write" | "read" | "empty" | "null";
}

function mountArguments(facts: MountFacts): string[] {
  const wholeDisk = facts.writableRoots.includes("/") ? "--bind" : "--ro-bind";
  const mounts = orderedMounts(facts);
  return [
    // Without any capability, uid 0 is still the owner of the kernel's files.
    ...[wholeDisk, "/", "/", "--dev", "/dev", "--proc", "/proc", "--remount-ro", "/proc"],
    ...facts.kernelPaths.flatMap((path) => ["--ro-bind", path, path]),
    ...mounts.flatMap(mountArgument),
    // Only now: the mounts inside an empty folder had to be made first.
    ...mounts.filter((mount) => mount.kind === "empty").flatMap(({ path }) => ["--remount-ro", path]),
  ];
}

/** Outer before inner, since a mount hides what was mounted below it earlier. */
export function orderedMounts(facts: MountFacts): Mount[] {
  const byPath = new Map<string, Mount>();
  const add = (kind: Mount["kind"], paths: readonly string[]) => {
    for (const path of paths) {
      if (!byPath.has(path)) {
        byPath.set(path, { path, kind });
      }
    }
  };
  // Of two rules for one path the first counts: secrets stay hidden, what the user named as a root is writable.
  add("null", facts.hiddenFiles);
  add(
    "write",
    facts.writableRoots.filter((root) => root !== "/"),
  );
  add("empty", facts.emptyFolders);
  add("null", facts.maskedFiles);
  add("read", facts.protectedPaths);
  add("read", facts.visiblePaths);
  add("write", pinnedAncestors([...byPath.values()]));
  return [...byPath.values()].sort((one, other) => depth(one.path) - depth(other.path));
}

/**
 * The folders between a root and a mount below it. A mount point can't be renamed, but its parent can, and
 * the next command would then find the protected folder under a new, unprotected name. So they become mount
 * points too.
 */
function pinnedAncestors(mounts: readonly Mount[]): string[] {
  const pinned: string[] = [];
  for (const mount of mounts) {
    const around = mounts
      .filter((outer) => outer !== mount && contains(outer.path, mount.path))
      .sort((one, other) => depth(other.path) - depth(one.path))[0];
    if (around?.kind !== "write") {
      continue;
    }
    for (let path = dirname(mount.path); path !== around.path; path = dirname(path)) {
      pinned.push(path);
    }
  }
  return pinned;
}

function mountArgument({ path, kind }: Mount): string[] {
  switch (kind) {
    case "write":
      return ["--bind", path, path];
    case "read":
      return ["--ro-bind", path, path];
    case "empty":
      return ["--tmpfs", path];
    case "null":
      return ["--ro-bind", "/dev/null", path];
    default:
      return kind satisfies never;
  }
}

function depth(path: string): number {
  return path === "/" ? 0 : path.split("/").length - 1;
}

/** What bubblewrap wrote on the status file descriptor. */
export interface BubblewrapStatus {
  /** Also the id of the process group the command runs in, as seen from outside. */
  readonly childPid?: number;
  /** Present only if the command itself was started and has ended. */
  readonly exitCode?: number;
}

export function readStatus(text: string): BubblewrapStatus {
  const childPid = /"child-pid": *(\d+)/.exec(text)?.[1];
  const exitCode = /"exit-code": *(\d+)/.exec(text)?.[1];
  return {
    ...(childPid === undefined ? {} : { childPid: Number(childPid) }),
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
  };
}

/** bubblewrap before 0.8.0, or a container that keeps it from setting the limit. */
export function failsToDisableUserNamespaces(message: string): boolean {
  return /disable-userns|max_user_namespaces/.test(message);
}
