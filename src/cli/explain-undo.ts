/** What a person reads of snapshots and of undoing. */
import type { SnapshotObstacle } from "../protocol/index.ts";
import type { RevertFailure } from "../undo/index.ts";
import type { Explanation } from "./explanation.ts";

/** Why a turn, or what `leat undo` was asked for, can't be undone. */
export function explainSnapshotObstacle(obstacle: SnapshotObstacle): Explanation {
  switch (obstacle.kind) {
    case "git-missing":
      return {
        message: "git, which keeps what a turn changes, is not installed.",
        hint: "Install it: apt install git (Debian, Ubuntu), dnf install git (Fedora), brew install git (macOS).",
      };
    case "too-broad":
      return {
        message: `${obstacle.root} is your home folder or lies above it: too much to keep.`,
        hint: "Start leat in the folder of a project.",
      };
    case "too-slow":
      return tooSlow(obstacle);
    case "too-large":
      return {
        message: `${obstacle.files} files with ${megabytes(obstacle.bytes)} are too much to keep.`,
        hint: "Name what is data or made by programs in .gitignore. It is tried again after a day.",
      };
    case "busy":
      return { message: "another leat is at work in this workspace's store." };
    case "interrupted":
      return { message: "interrupted." };
    case "failed":
      return { message: `it failed: ${obstacle.detail}` };
    default:
      return obstacle satisfies never;
  }
}

function tooSlow({ takenFiles, totalFiles }: SnapshotObstacle & { kind: "too-slow" }): Explanation {
  if (takenFiles === undefined || totalFiles === undefined) {
    return {
      message: "looking through the workspace takes too long.",
      hint: "Name what is data or made by programs in .gitignore, or start leat in a smaller folder.",
    };
  }
  return {
    message: `this time ${takenFiles} of ${totalFiles} files were kept: more would have taken too long.`,
    hint: "The next turn goes on from there.",
  };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

/** Why one file was not restored. The path stands before it. */
export function explainRevertFailure(failure: RevertFailure): string {
  switch (failure.kind) {
    case "link-in-path":
      return "something else than a folder is on the way to it";
    case "folder-in-place":
      return "a folder that is not empty stands in its place";
    case "content-missing":
      return "what it was is not in the store any more";
    case "not-saved":
      return "what is there now can't be saved (too large, unreadable, or no file)";
    case "system":
      return failure.detail;
    default:
      return failure satisfies never;
  }
}
