/** Gathers from disk and environment what a bubblewrap command line depends on, anew for each command. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { existingProtectedPaths, isDirectory, linkStatus, realPath } from "./disk.ts";
import type { LinuxFacts } from "./linux.ts";
import { contains } from "./policy.ts";

export interface LinuxFactsInput {
  readonly program: string;
  readonly canDisableUserNamespaces: boolean;
  readonly networkAccess: boolean;
  readonly cwd: string;
  readonly writableRoots: readonly string[];
  /** Missing paths that are held by a placeholder folder. */
  readonly heldPaths: readonly string[];
  readonly hiddenFiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export function gatherLinuxFacts(input: LinuxFactsInput): LinuxFacts {
  const { program, networkAccess, cwd, writableRoots, heldPaths, environment } = input;
  const isSetuid = (statSync(program).mode & 0o4000) !== 0;
  return {
    program,
    canDisableUserNamespaces: input.canDisableUserNamespaces && !isSetuid,
    networkAccess,
    cwd,
    writableRoots,
    protectedPaths: existingProtectedPaths(writableRoots),
    emptyFolders: [...["/run", ...socketFolders(environment)].flatMap(realFolder), ...heldPaths],
    hiddenFiles: input.hiddenFiles,
    maskedFiles: socketFiles(environment),
    visiblePaths: visibleInRun({ networkAccess, cwd, writableRoots }),
  };
}

/** A path socket is not held off by the network namespace. A terminal multiplexer's runs any command. */
function socketFolders(environment: Readonly<Record<string, string>>): string[] {
  const multiplexer = environment["TMUX"]?.split(",")[0];
  return [
    `/tmp/tmux-${process.getuid?.() ?? 0}`,
    ...(multiplexer?.startsWith("/") === true ? [dirname(multiplexer)] : []),
    "/tmp/.X11-unix",
    "/tmp/.ICE-unix",
  ];
}

function socketFiles(environment: Readonly<Record<string, string>>): string[] {
  const home = environment["HOME"];
  const candidates = [
    environment["SSH_AUTH_SOCK"],
    environment["DOCKER_HOST"]?.replace(/^unix:\/\//, ""),
    environment["DBUS_SESSION_BUS_ADDRESS"]?.match(/unix:path=([^,;]+)/)?.[1],
    ...(home === undefined
      ? []
      : [".docker/run/docker.sock", ".docker/desktop/docker.sock", ".gnupg/S.gpg-agent"]
    ).map((path) => join(home ?? "", path)),
  ];
  return candidates.flatMap((candidate) => {
    const path = candidate?.startsWith("/") === true ? realPath(candidate) : undefined;
    if (path === undefined || contains("/run", path)) {
      return [];
    }
    return linkStatus(path)?.isSocket() === true ? [path] : [];
  });
}

/** `/run` is shown empty because of its sockets; name lookup, NixOS's programs and the work itself need some of it. */
function visibleInRun(input: {
  readonly networkAccess: boolean;
  readonly cwd: string;
  readonly writableRoots: readonly string[];
}): string[] {
  const visible: string[] = [];
  const resolver = input.networkAccess ? realPath("/etc/resolv.conf") : undefined;
  if (resolver !== undefined && contains("/run", resolver)) {
    visible.push(resolver);
  }
  if (isDirectory("/run/current-system")) {
    visible.push("/run/current-system");
  }
  const cwd = realPath(input.cwd);
  if (cwd !== undefined && cwd !== "/run" && contains("/run", cwd)) {
    if (!input.writableRoots.some((root) => contains(root, cwd))) {
      visible.push(cwd);
    }
  }
  return visible;
}

function realFolder(path: string): string[] {
  const real = realPath(path);
  return real !== undefined && isDirectory(real) ? [real] : [];
}
