/** Counters of other processes, from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** The one child of the shell that times it. */
export function nodeBelow(shellPid) {
  return Number(readFileSync(`/proc/${shellPid}/task/${shellPid}/children`, "utf8").trim().split(" ")[0]);
}

/** CPU time of all threads so far, in milliseconds. */
export function cpuMsOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]),
  );
  return times.reduce((sum, time) => sum + time, 0) / 1e6;
}

/** Largest resident size so far, in MB; 0 when the process is gone. */
export function peakRssMb(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
