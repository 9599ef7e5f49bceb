import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../src/practice/index.ts";
import { noHelper, noSandbox } from "../support/sandbox.ts";
import { createWorkbench, messagesOf, type Workbench } from "./support.ts";

const shell = (command: string): Reply => ({ calls: [{ name: "shell", arguments: { command } }] });

function outputOf(bench: Workbench): string {
  return String(messagesOf(bench.server)[1]?.at(-1)?.["content"]);
}

describe.skipIf(noSandbox !== undefined)(`commands of the model (${noSandbox ?? "confined"})`, () => {
  test.each([
    {
      name: "read-only by default: no write",
      args: [],
      command: "echo x > inside",
      file: "inside",
      written: false,
    },
    {
      name: "full-auto: writes inside",
      args: ["--full-auto"],
      command: "echo x > inside",
      file: "inside",
      written: true,
    },
    {
      name: "full-auto: not into .git",
      args: ["--full-auto"],
      command: "echo x > .git/inside",
      file: ".git/inside",
      written: false,
    },
    {
      name: "full-auto: not into the home",
      args: ["--full-auto", "-c", "sandbox_workspace_write.exclude_slash_tmp=true"],
      command: "echo x > ../home/planted",
      file: "../home/planted",
      written: false,
    },
    {
      name: "yolo: anywhere",
      args: ["--yolo"],
      command: "echo x > ../home/planted",
      file: "../home/planted",
      written: true,
    },
  ])("$name", async ({ args, command, file, written }) => {
    const bench = await createWorkbench([shell(command), { text: "done" }]);
    const run = await bench.leat(["exec", ...args, "hi"]);
    expect(existsSync(join(bench.project, file))).toBe(written);
    expect(outputOf(bench)).toMatch(written ? /\[exit 0, / : /\[exit 1, /);
    expect(run.code).toBe(0);
  });

  test("no key of a provider reaches a command, whatever its name", async () => {
    const bench = await createWorkbench([shell("env"), { text: "done" }]);
    bench.writeConfig(`model_provider = "x"
[model_providers.x]
base_url = "${bench.server.url}"
env_key = "MY_PASSPHRASE"
[shell_environment_policy]
ignore_default_excludes = true
`);
    await bench.leat(["exec", "hi"], { env: { MY_PASSPHRASE: "sesame", HARMLESS: "kept" } });
    expect(outputOf(bench)).toContain("HARMLESS=kept");
    expect(outputOf(bench)).not.toContain("sesame");
  });

  test("settings of leat's that lie in the project, with links to them in its home, stay as they are", async () => {
    const write = { name: "write_file", arguments: { path: "dotfiles/leat/rules.toml", content: "x" } };
    const bench = await createWorkbench([
      shell("echo x > dotfiles/leat/rules.toml; echo x > dotfiles/AGENTS.md; echo x > dotfiles/other"),
      { calls: [write] },
      { text: "done" },
    ]);
    const dotfiles = join(bench.project, "dotfiles");
    mkdirSync(join(dotfiles, "leat"), { recursive: true });
    writeFileSync(join(dotfiles, "AGENTS.md"), "mine");
    symlinkSync(join(dotfiles, "leat"), join(bench.home, "leat"));
    symlinkSync(join(dotfiles, "AGENTS.md"), join(bench.home, "AGENTS.md"));
    await bench.leat(["exec", "--full-auto", "hi"]);
    expect([
      existsSync(join(dotfiles, "leat/rules.toml")),
      readFileSync(join(dotfiles, "AGENTS.md"), "utf8"),
      readFileSync(join(dotfiles, "other"), "utf8"),
    ]).toEqual([false, "mine", "x\n"]);
  });

  test("what is hidden can't be read from the snapshots for leat undo either", async () => {
    const find =
      'for f in $(find "$OLDHOME/leat" -path "*objects/??/*"); do git --git-dir "$(dirname "$f")/../.." cat-file -p "$(basename "$(dirname "$f")")$(basename "$f")"; done';
    const bench = await createWorkbench([shell("echo x > x"), shell(find), { text: "done" }]);
    writeFileSync(join(bench.project, "customers.csv"), "sesame\n");
    bench.writeConfig(`model_provider = "x"
sandbox_hidden_paths = [${JSON.stringify(join(bench.project, "customers.csv"))}]
[model_providers.x]
base_url = "${bench.server.url}"
`);
    await bench.leat(["exec", "--full-auto", "hi"], { env: { OLDHOME: bench.home } });
    const output = String(messagesOf(bench.server)[2]?.at(-1)?.["content"]);
    expect(output).not.toContain("sesame");
    expect(output).toMatch(/^\[exit 0, /m);
  });
});

describe.skipIf(process.platform !== "linux")("without a sandbox that works (Linux)", () => {
  test("bubblewrap missing: commands are refused, with the way out", async () => {
    const bench = await createWorkbench([shell("echo x > inside"), { text: "not reached" }]);
    const run = await bench.leat(["exec", "--full-auto", "hi"], { env: { PATH: "/nonexistent" } });
    expect(run.stderr).toContain("bubblewrap (bwrap), which confines them, is not installed");
    expect(run.stderr).toContain("--sandbox danger-full-access");
    expect(run.code).toBe(1);
    expect(bench.server.requests).toHaveLength(1);
    expect(existsSync(join(bench.project, "inside"))).toBe(false);
  });

  test("bubblewrap that can't start: the other sentence, with what it said", async () => {
    const bench = await createWorkbench([shell("true"), { text: "not reached" }]);
    const fake = join(bench.home, "bin");
    mkdirSync(fake);
    writeFileSync(
      join(fake, "bwrap"),
      '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const run = await bench.leat(["exec", "hi"], { env: { PATH: fake } });
    expect(run.stderr).toContain("does not start: bwrap: No permissions to create new namespace");
    expect(run.code).toBe(1);
  });

  const noNamespaces = noHelper("namespaces");
  test.skipIf(noNamespaces !== undefined)(
    `something else stands in, and the header says what (${noNamespaces ?? "namespaces"})`,
    async () => {
      const bench = await createWorkbench([
        shell("echo x > inside; echo y > .git/planted"),
        { text: "done" },
      ]);
      const programs = join(bench.home, "bin");
      mkdirSync(programs);
      symlinkSync("/usr/bin/perl", join(programs, "perl"));
      symlinkSync("/bin/bash", join(programs, "bash"));
      const run = await bench.leat(["exec", "--full-auto", "hi"], { env: { PATH: programs } });
      expect(run.stderr).toMatch(/workspace-write \[.*\] by namespaces/);
      expect([run.code, existsSync(join(bench.project, "inside"))]).toEqual([0, true]);
      expect(existsSync(join(bench.project, ".git/planted"))).toBe(false);
    },
  );
});
