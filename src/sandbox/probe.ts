/** Is there a program that can confine commands, and what it says if it can't. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { SandboxError } from "../protocol/index.ts";
import { realPath } from "./disk.ts";
import { contains } from "./policy.ts";

const USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";
const MAX_DETAIL_LENGTH = 300;

/**
 * The first executable of that name. A folder below `untrustedRoots` is passed over: what a confined command
 * can write must not become the program that confines the next one.
 */
export function findProgram(
  name: string,
  options: { readonly path: string | undefined; readonly untrustedRoots: readonly string[] },
): string | undefined {
  for (const folder of (options.path ?? USUAL_PATH).split(":")) {
    if (!isAbsolute(folder)) {
      continue;
    }
    const program = executable(join(folder, name));
    const isReplaceable =
      program !== undefined &&
      options.untrustedRoots.some((root) => contains(root, program)) &&
      isWritable(program);
    if (program !== undefined && !isReplaceable) {
      return program;
    }
  }
  return undefined;
}

/**
 * The folders that commands can write come last: what is approved to run without the sandbox must not be another
 * program of the same name, `bash` for one, which an earlier command has put into `node_modules/.bin`.
 */
export function trustedFirst(path: string, untrustedRoots: readonly string[]): string {
  const folders = path.split(":");
  const isTrusted = (folder: string) =>
    isAbsolute(folder) && !untrustedRoots.some((root) => contains(root, realPath(folder) ?? folder));
  return [...folders.filter(isTrusted), ...folders.filter((folder) => !isTrusted(folder))].join(":");
}

/** By this user, or a folder on the way to it: with the whole disk as a root, that still keeps an ordinary user off. */
function isWritable(path: string): boolean {
  for (let place = path; ; place = dirname(place)) {
    try {
      accessSync(place, constants.W_OK);
      return true;
    } catch {
      if (place === dirname(place)) {
        return false;
      }
    }
  }
}

/** Why a shell would not find `argv[0]`; undefined if it is there. */
export function missingProgram(
  program: string,
  options: { readonly path: string | undefined; readonly cwd: string },
): string | undefined {
  if (program === "" || program.startsWith("-")) {
    return `${program}: not a program name`;
  }
  const found = program.includes("/")
    ? executable(resolve(options.cwd, program))
    : (options.path ?? USUAL_PATH)
        .split(":")
        .map((folder) => executable(resolve(options.cwd, folder, program)))
        .find((path) => path !== undefined);
  return found === undefined ? `${program}: not found` : undefined;
}

export function doesNotStart(message: string): SandboxError {
  const line = message.split("\n").find((candidate) => candidate.trim() !== "");
  return {
    kind: "sandbox",
    problem: "does_not_start",
    ...(line === undefined ? {} : { detail: line.trim().slice(0, MAX_DETAIL_LENGTH) }),
  };
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
