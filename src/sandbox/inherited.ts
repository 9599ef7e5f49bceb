/**
 * What leat's own parent has left open. Node keeps such file descriptors from its children up to the first gap
 * above 15; one beyond it would reach every command, and with it a file that may lie anywhere.
 */
import { openSync, readdirSync, readFileSync } from "node:fs";

const CLOSE_ON_EXEC = 0o2000000;
/** Nobody's shell goes further, and each takes its place in a list. */
const HIGHEST_FD = 4096;

let devNull: number | undefined;
let inherited: readonly number[] | undefined;

/** The list with `/dev/null` in the place of each of them. */
export function withoutInherited<T>(stdio: readonly T[]): (T | number | "ignore")[] {
  inherited ??= findInherited();
  const list: (T | number | "ignore")[] = [...stdio];
  for (const fd of inherited.filter((found) => found >= stdio.length)) {
    while (list.length < fd) {
      list.push("ignore");
    }
    devNull ??= openSync("/dev/null", "r");
    list[fd] = devNull;
  }
  return list;
}

/** In ascending order. Elsewhere than on Linux there is no way to know. */
function findInherited(): number[] {
  try {
    const fds = readdirSync("/proc/self/fdinfo").map(Number);
    return fds
      .filter((fd) => fd > 2 && fd <= HIGHEST_FD && !closesOnExec(fd))
      .sort((one, other) => one - other);
  } catch {
    return [];
  }
}

function closesOnExec(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return flags === undefined || (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
  } catch {
    // It was the one the folder was read with.
    return true;
  }
}
