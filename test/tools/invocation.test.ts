import { describe, expect, test } from "vitest";
import { findPatch } from "../../src/tools/apply-patch/invocation.ts";
import { makeContext, prepare } from "./support.ts";

const patch = '*** Begin Patch\n*** Add File: it\'s.txt\n+costs $5 and "quotes"\n*** End Patch';
const heredoc = `apply_patch <<'EOF'\n${patch}\nEOF`;
const doubleQuoted = `"${patch.replace(/["$]/g, "\\$&")}"`;

describe("apply_patch through the shell", () => {
  test.each([
    ["argv", ["apply_patch", patch], "it's.txt"],
    ["argv, other name", ["applypatch", patch], "it's.txt"],
    ["argv with here-document markers", ["apply_patch", `<<'EOF'\n${patch}\nEOF\n`], "it's.txt"],
    ["bare patch in an array", [patch], "it's.txt"],
    ["bare patch", patch, "it's.txt"],
    ["bare patch for bash", ["bash", "-lc", patch], "it's.txt"],
    ["here-document", heredoc, "it's.txt"],
    ["here-document and newlines", `\n${heredoc}\n\n`, "it's.txt"],
    ["here-document for bash", ["bash", "-lc", heredoc], "it's.txt"],
    ["here-document for sh", ["/bin/sh", "-c", heredoc], "it's.txt"],
    ["other delimiter", heredoc.replaceAll("EOF", "PATCH"), "it's.txt"],
    ["unquoted delimiter", heredoc.replace("'EOF'", "EOF"), "it's.txt"],
    ["double-quoted delimiter", heredoc.replace("'EOF'", '"EOF"'), "it's.txt"],
    ["other name", heredoc.replace("apply_patch", "applypatch"), "it's.txt"],
    ["in a folder", `cd sub && ${heredoc}`, "sub/it's.txt"],
    ["in a quoted folder", `cd 'a b' && ${heredoc}`, "a b/it's.txt"],
    ["in a double-quoted folder", `cd "a b" && ${heredoc}`, "a b/it's.txt"],
    ["in an absolute folder", ["bash", "-lc", `cd /other && ${heredoc}`], "/other/it's.txt"],
    ["in the home", `cd ~ && ${heredoc}`, "/home/u/it's.txt"],
    ["in a folder of the home", `cd ~/x && ${heredoc}`, "/home/u/x/it's.txt"],
    ["in a folder called ~", `cd '~/x' && ${heredoc}`, "~/x/it's.txt"],
    ["as a single-quoted word", `apply_patch '${patch.replaceAll("'", "'\\''")}'`, "it's.txt"],
    ["as a double-quoted word", `apply_patch ${doubleQuoted}`, "it's.txt"],
  ])("%s", (_name, command, path) => {
    expect(prepare("shell", { command }, makeContext("/work"))).toMatchObject({
      kind: "ready",
      action: { kind: "edit", paths: [path] },
    });
  });

  test.each([
    ["single quotes, never closed", "'", "x", "", undefined],
    ["double quotes, never closed", '"', "x", "", undefined],
    ["single quotes", "'", "x", "'", "x"],
    ["double quotes", '"', '\\"', '"', '"'],
    ["quotes within", "'", "'\\''", "'", "'"],
  ])("a word of 2 MB: %s", (_name, open, piece, close, meant) => {
    const script = `apply_patch ${open}${piece.repeat(2_000_000)}${close}`;
    const found = findPatch({ argv: ["bash", "-c", script], script });
    // Not by `toEqual`, which would print ten million characters.
    const patch = found.kind === "patch" ? found.patch : undefined;
    expect([found.kind, patch === meant?.repeat(2_000_000)]).toEqual([
      meant === undefined ? "mixed" : "patch",
      true,
    ]);
  });

  test("workdir counts", () => {
    const prepared = prepare(
      "shell",
      { command: `cd in && ${heredoc}`, workdir: "sub" },
      makeContext("/work"),
    );
    expect(prepared.action).toEqual({ kind: "edit", paths: ["sub/in/it's.txt"] });
  });

  test.each([
    ["a command behind", `${heredoc}\nls`],
    ["a command behind the delimiter line", heredoc.replace("'EOF'\n", "'EOF' && ls\n")],
    ["a command before", `ls; ${heredoc}`],
    ["a command before, own line", `set -e\n${heredoc}`],
    ["two patches", `${heredoc}\n${heredoc}`],
    ["a folder that is computed", `cd "$HOME" && ${heredoc}`],
    ["somebody's home", `cd ~other && ${heredoc}`],
    ["the folder before", `cd - && ${heredoc}`],
    ["a folder that is looked for", `cd src* && ${heredoc}`],
    ["a folder with an escape", `cd a\\ b && ${heredoc}`],
    ["no patch", "apply_patch"],
    ["a quote that does not end", `apply_patch '${patch.replaceAll("'", "")}`],
    ["a double quote that does not end", `apply_patch ${doubleQuoted.slice(0, -1)}\\"`],
    ["a command behind the quote", `apply_patch '*** Begin Patch' && ls`],
  ])("not with %s", (_name, command) => {
    expect(prepare("shell", { command }, makeContext("/work"))).toMatchObject({
      kind: "invalid",
      output:
        "apply_patch must be the only command of the script (only `cd DIR &&` may precede it), with the patch in quotes or a here-document. Nothing was run.",
    });
  });

  test.each([
    "grep -r apply_patch src",
    "echo apply_patch",
    "cat <<'EOF'\nabout apply_patch\nEOF",
    "git log --grep='apply_patch <<'",
  ])("%s is a command", (command) => {
    expect(prepare("shell", { command }, makeContext("/work")).action.kind).toBe("command");
  });

  test("a wrong patch is named", () => {
    const command = "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a\n*** End Patch\nEOF";
    expect(prepare("shell", { command }, makeContext("/work"))).toMatchObject({
      kind: "invalid",
      output:
        "apply_patch verification failed: Invalid patch hunk on line 2: Update file hunk for path 'a' is empty",
    });
  });
});
