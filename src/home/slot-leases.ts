import { createHash } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { parseObject } from "./json-object.ts";

/** What one session has taken of a server that the others of this user leave alone. */
export interface SlotLease {
  readonly slot: number;
  /** It may be taken over from now on. The session that wants it back claims anew. */
  rest(): void;
  /** Nobody has it any more. */
  release(): void;
}

export type SlotClaim =
  | { readonly type: "claimed"; readonly lease: SlotLease }
  /** All are worked with, by these processes. */
  | { readonly type: "taken"; readonly holders: readonly number[] }
  /** Nothing can be written there: whoever asks goes on without. */
  | { readonly type: "unavailable" };

interface Lease {
  readonly pid: number;
  /** When the process began, where the system tells: its number may be another's by now. */
  readonly startedAt: string | null;
  readonly state: "working" | "idle" | "free";
  readonly since: string;
}

/**
 * Takes one of `slots`, the first that can be had in this order: the one this session had before (`former`), one nobody has, one
 * that rests; among equals the first of the list. Leases are files `<slot>.<generation>.json` in a folder of the endpoint, and the highest generation counts. Each claim links a file of the next
 * one, which only one process can do, so that no lock is needed and none is left behind by a process that was killed.
 */
export function claimSlot(
  home: string,
  endpoint: string,
  slots: readonly number[],
  former?: number,
): SlotClaim {
  const folder = folderOf(home, endpoint);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Somebody else may be quicker, but each time somebody is: it comes to an end.
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const places = slots.map((slot) => latest(folder, slot, slot === former));
      const best = [...places].sort((left, right) => left.rank - right.rank)[0];
      if (best === undefined || best.rank >= RANKS.working) {
        return { type: "taken", holders: places.flatMap(({ lease }) => lease?.pid ?? []) };
      }
      const generation = best.generation + 1;
      if (writeNew(folder, best.slot, generation) && isLatest(folder, best.slot, generation)) {
        clearOlder(folder, best.slot, generation);
        return { type: "claimed", lease: leaseOf(folder, best.slot, generation) };
      }
    }
    return { type: "unavailable" };
  } catch {
    return { type: "unavailable" };
  }
}

const MOST_ATTEMPTS = 100;

/** Servers on loopback are others on each machine that shares the home. */
function folderOf(home: string, endpoint: string): string {
  const name = createHash("sha256").update(`${hostname()} ${endpoint}`).digest("hex").slice(0, 16);
  return join(home, "leat", "slots", name);
}

interface Place {
  readonly slot: number;
  /** 0: there was none yet. */
  readonly generation: number;
  readonly lease: Lease | undefined;
  readonly rank: number;
}

const RANKS = { free: 0, idle: 1, working: 2 } as const;

function isLatest(folder: string, slot: number, generation: number): boolean {
  return Math.max(...generationsOf(folder, slot)) === generation;
}

function latest(folder: string, slot: number, isFormer: boolean): Place {
  const generation = Math.max(0, ...generationsOf(folder, slot));
  const lease = generation === 0 ? undefined : readLease(pathOf(folder, slot, generation));
  // What can't be read is nobody's: a lease is there whole, or not at all.
  const state = lease === undefined || !isAlive(lease) ? "free" : lease.state;
  const isStillOurs = isFormer && state === "idle" && lease?.pid === process.pid;
  return { slot, generation, lease, rank: isStillOurs ? -1 : RANKS[state] };
}

function generationsOf(folder: string, slot: number): number[] {
  return readdirSync(folder).flatMap((name) => {
    const [, number, generation] = /^(\d+)\.(\d+)\.json$/.exec(name) ?? [];
    return Number(number) === slot ? [Number(generation)] : [];
  });
}

function pathOf(folder: string, slot: number, generation: number): string {
  return join(folder, `${slot}.${generation}.json`);
}

function readLease(path: string): Lease | undefined {
  try {
    const stored = parseObject(readFileSync(path, "utf8"));
    const [pid, startedAt, state] = [stored.get("pid"), stored.get("startedAt"), stored.get("state")];
    const isState = state === "working" || state === "idle" || state === "free";
    if (!isState || !Number.isSafeInteger(pid) || Number(pid) <= 0) {
      return undefined;
    }
    return {
      pid: Number(pid),
      startedAt: typeof startedAt === "string" ? startedAt : null,
      state,
      since: String(stored.get("since")),
    };
  } catch {
    return undefined;
  }
}

/** Killed, even with `kill -9`, it is gone, or its number belongs to another that began later. */
function isAlive({ pid, startedAt }: Lease): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const began = startOf(pid);
  return startedAt === null || began === null || began === startedAt;
}

/** In ticks since the machine was started, which only Linux tells in a file. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in brackets, may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/** False if somebody else has that generation. */
function writeNew(folder: string, slot: number, generation: number): boolean {
  const temporary = writeTemporary(folder, "working");
  try {
    linkSync(temporary, pathOf(folder, slot, generation));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeTemporary(folder: string, state: Lease["state"]): string {
  const temporary = join(folder, `${crypto.randomUUID()}.tmp`);
  const lease: Lease = {
    pid: process.pid,
    startedAt: startOf(process.pid),
    state,
    since: new Date().toISOString(),
  };
  try {
    writeFileSync(temporary, `${JSON.stringify(lease)}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return temporary;
}

function clearOlder(folder: string, slot: number, generation: number): void {
  for (const older of generationsOf(folder, slot).filter((number) => number < generation)) {
    rmSync(pathOf(folder, slot, older), { force: true });
  }
}

function leaseOf(folder: string, slot: number, generation: number): SlotLease {
  let isHeld = true;
  // A number that has been given out is never given out again, so the file stays.
  const put = (state: Lease["state"]) => {
    if (!isHeld) {
      return;
    }
    try {
      renameSync(writeTemporary(folder, state), pathOf(folder, slot, generation));
    } catch {
      // It ends with the process at the latest.
    }
  };
  return {
    slot,
    rest: () => put("idle"),
    release() {
      put("free");
      isHeld = false;
    },
  };
}
