/** What a person reads of undoing. */
import type { RevertFailure } from "../undo/index.ts";

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
