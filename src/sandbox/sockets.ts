/** Sockets with a path: the network namespace does not hold them off, and who answers there acts outside the sandbox. */
import { readFileSync, unlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isDirectory, isReachable, linkStatus, realPath } from "./disk.ts";
import { contains } from "./policy.ts";

export interface SocketFacts {
  readonly networkAccess: boolean;
  readonly cwd: string;
  readonly writableRoots: readonly string[];
  /** The roots that are neither `/tmp` nor `$TMPDIR`. */
  readonly guardedRoots: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Folders that hold little but control sockets, as real paths. A terminal multiplexer's runs any command. */
export function socketFolders({ environment, cwd, writableRoots }: SocketFacts): string[] {
  const home = homeOf(environment);
  const uid = process.getuid?.() ?? 0;
  const fixed = [
    ...["/run", "/var/run", `/tmp/tmux-${uid}`, "/tmp/.X11-unix", "/tmp/.ICE-unix", "/tmp/screens"],
    join(home, ".screen"),
  ];
  // Named by the environment, they may be anything, also the folder one works in.
  const named = [
    environment["XDG_RUNTIME_DIR"],
    environment["SCREENDIR"],
    dirname(environment["TMUX"]?.split(",")[0] ?? ""),
  ];
  const isOnlyFor = (path: string) => ![home, cwd, ...writableRoots].some((inner) => contains(path, inner));
  return [
    ...fixed.flatMap(realFolder),
    ...named.flatMap((path) => (path?.startsWith("/") === true ? realFolder(path) : [])).filter(isOnlyFor),
  ].filter(isReachable);
}

/**
 * Every socket that somebody outside listens on, and those that the environment or custom names. Without network
 * access none stays; with it, those in the folders the user has chosen to work in do, as the host's loopback does.
 */
export function socketFiles(facts: SocketFacts, coveredFolders: readonly string[]): string[] {
  const { environment, networkAccess, guardedRoots } = facts;
  const home = homeOf(environment);
  const chosen = networkAccess ? guardedRoots.filter((root) => !contains(root, home)) : [];
  const candidates = [
    ...namedSockets(environment),
    ...IN_HOME.map((path) => join(home, path)),
    ...listeningSockets().filter((path) => !chosen.some((root) => contains(root, path))),
  ];
  const found = new Set<string>();
  for (const candidate of candidates) {
    const path = linkStatus(candidate) === undefined ? undefined : realPath(candidate);
    if (path !== undefined && !coveredFolders.some((folder) => contains(folder, path))) {
      found.add(path);
    }
  }
  return [...found].filter((path) => linkStatus(path)?.isSocket() === true && isReachable(path));
}

/** Where a socket went just before it was to be covered, bubblewrap has made an empty file in a writable folder. */
export function sweepLeavings(masks: readonly string[]): void {
  for (const path of masks) {
    const status = linkStatus(path);
    // Not through a link that a command has put in a folder's place.
    if (
      realPath(path) === path &&
      status?.isFile() === true &&
      status.size === 0 &&
      (status.mode & 0o777) === 0o444
    ) {
      try {
        unlinkSync(path);
      } catch {
        // Somebody else's by now.
      }
    }
  }
}

/** Some daemons listen from a network namespace of their own, where the kernel's list does not show them. */
const IN_HOME = [
  ...[".docker/run/docker.sock", ".docker/desktop/docker.sock", ".colima/default/docker.sock"],
  ...[".rd/docker.sock", ".orbstack/run/docker.sock", ".local/share/containers/podman/machine/podman.sock"],
  ...[".gnupg/S.gpg-agent", ".1password/agent.sock"],
];

/** `SSH_AUTH_SOCK`, `DOCKER_HOST`, `DBUS_SESSION_BUS_ADDRESS`, `VSCODE_IPC_HOOK_CLI`, and what else is said in this way. */
function namedSockets(environment: Readonly<Record<string, string>>): string[] {
  return Object.values(environment).flatMap((value) => {
    const path = /^(?:unix:(?:\/\/|path=)?)?(\/[^,;:\n]+)/.exec(value)?.[1];
    return path === undefined ? [] : [path];
  });
}

/** Of this network namespace, by the path they were bound to. */
function listeningSockets(): string[] {
  let table: string;
  try {
    table = readFileSync("/proc/net/unix", "utf8");
  } catch {
    return [];
  }
  return [...new Set([...table.matchAll(/^[0-9a-f]+:(?: +\S+){6} (\/.*)$/gm)].map(([, path = ""]) => path))];
}

function homeOf(environment: Readonly<Record<string, string>>): string {
  return environment["HOME"] ?? homedir();
}

function realFolder(path: string): string[] {
  const real = linkStatus(path) === undefined ? undefined : realPath(path);
  return real !== undefined && isDirectory(real) ? [real] : [];
}
