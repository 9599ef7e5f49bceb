import { expect, test } from "vitest";
import { explainRevertFailure } from "../../src/cli/explain-undo.ts";
import type { RevertFailure } from "../../src/undo/index.ts";

test.each<[RevertFailure, string]>([
  [{ kind: "link-in-path", path: "a" }, "something else than a folder is on the way to it"],
  [{ kind: "folder-in-place" }, "a folder that is not empty stands in its place"],
  [{ kind: "content-missing" }, "what it was is not in the store any more"],
  [{ kind: "not-saved" }, "what is there now can't be saved (too large, unreadable, or no file)"],
  [{ kind: "system", detail: "EACCES" }, "EACCES"],
])("%j", (failure, text) => {
  expect(explainRevertFailure(failure)).toBe(text);
});
