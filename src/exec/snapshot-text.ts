import type { SnapshotObstacle } from "../protocol/index.ts";

interface Explanation {
  readonly message: string;
  readonly hint?: string;
}

/** Why a turn, or what `leat undo` was asked for, can't be undone. */
export function snapshotObstacle(obstacle: SnapshotObstacle): Explanation {
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
      return { message: `keeping the files failed: ${obstacle.detail}` };
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
