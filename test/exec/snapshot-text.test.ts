import { expect, test } from "vitest";
import { snapshotObstacle } from "../../src/exec/snapshot-text.ts";
import type { SnapshotObstacle } from "../../src/protocol/index.ts";

test.each<[SnapshotObstacle, string]>([
  [{ kind: "too-broad", root: "/home/u" }, "/home/u is your home folder or lies above it: too much to keep."],
  [{ kind: "too-slow" }, "looking through the workspace takes too long."],
  [
    { kind: "too-slow", takenFiles: 14_000, totalFiles: 20_000 },
    "this time 14000 of 20000 files were kept: more would have taken too long.",
  ],
  [{ kind: "too-large", files: 12, bytes: 2 ** 30 + 1 }, "12 files with 1025 MB are too much to keep."],
  [{ kind: "busy" }, "another leat is at work in this workspace's store."],
  [{ kind: "interrupted" }, "interrupted."],
  [{ kind: "failed", detail: "ENOSPC" }, "keeping the files failed: ENOSPC"],
])("%j", (obstacle, message) => {
  expect(snapshotObstacle(obstacle).message).toBe(message);
});
