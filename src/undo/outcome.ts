import type { SnapshotObstacle } from "../protocol/index.ts";

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly obstacle: SnapshotObstacle };

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function hindered(obstacle: SnapshotObstacle): {
  readonly ok: false;
  readonly obstacle: SnapshotObstacle;
} {
  return { ok: false, obstacle };
}

/** What the file system refuses (a full disk, a read-only home) is an obstacle like any other. */
export async function catching<T>(action: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await action();
  } catch (error) {
    return hindered({ kind: "failed", detail: error instanceof Error ? error.message : String(error) });
  }
}

/** How long something may take; `endsAtMs` by `performance.now()`. */
export interface Limit {
  readonly endsAtMs: number;
  readonly signal?: AbortSignal;
}

export function limitOf(milliseconds: number, signal?: AbortSignal): Limit {
  return { endsAtMs: performance.now() + milliseconds, ...(signal === undefined ? {} : { signal }) };
}

export function isOver(limit: Limit): boolean {
  return limit.signal?.aborted === true || performance.now() >= limit.endsAtMs;
}

export function overstepped(limit: Limit): SnapshotObstacle {
  return limit.signal?.aborted === true ? { kind: "interrupted" } : { kind: "too-slow" };
}
