/** Workspaces in unusual places, and what is hidden, covered and protected around them. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { sweepLeavings } from "../../src/sandbox/sockets.ts";
import { noSandbox } from "../support/sandbox.ts";
import { tempFolder, writeFiles } from "../support/temp-folder.ts";
import { ENVIRONMENT, outcome, runScript, sandboxFor, workspaceWrite } from "./support.ts";

describe.skipIf(noSandbox !== undefined)(`places (${noSandbox ?? "bubblewrap"})`, () => {
  const textOf = async (cwd: string, script: string, options: Partial<SandboxOptions> = {}) =>
    (await outcome(runScript(sandboxFor(cwd, options), `{ ${script}\n} 2>/dev/null`, { cwd }))).text;

  describe("hidden folders", () => {
    const ROWS = [
      {
        name: "outside the workspace",
        cwd: "work",
        script: "ls -A ../home/.ssh; cat ../home/.ssh/id; cat ../home/.netrc",
        text: "",
      },
      {
        name: "in the workspace: neither read nor moved nor written",
        cwd: "home",
        script: "ls -A .ssh; mv .ssh a; touch .ssh/x; cat .netrc; mv .netrc b; echo > .netrc; ls -A",
        text: ".gnupg\n.netrc\n.ssh\n",
      },
      { name: "a link to one", cwd: "work", script: "cat link; cat ../elsewhere/key", text: "" },
      {
        name: "what one works in is shown",
        cwd: "home/.ssh",
        script: "cat id; touch x && ls -A",
        text: "id\nid\nsub\nx\n",
      },
      {
        name: "below it: only that",
        cwd: "home/.ssh/sub",
        script: "touch x && ls -A ..; cat ../id",
        text: "sub\n",
      },
    ];
    test.each(ROWS)("$name", async ({ cwd, script, text }) => {
      const folder = tempFolder();
      const at = (path: string) => join(folder, path);
      writeFiles(folder, {
        "home/.ssh/id": "id\n",
        "home/.ssh/sub/.keep": "",
        "home/.netrc": "netrc\n",
        "elsewhere/key": "key\n",
        "work/.keep": "",
      });
      rmSync(at("home/.ssh/sub/.keep"));
      symlinkSync("../elsewhere", at("home/.gnupg"));
      symlinkSync("../elsewhere/key", at("work/link"));
      const hiddenPaths = [".ssh", ".netrc", ".gnupg", ".aws"].map((name) => at(`home/${name}`));
      const seen = await textOf(at(cwd), script, { hiddenPaths });
      expect(seen.replaceAll(".codex\n", "").replaceAll(".git\n", "")).toBe(text);
      if (!cwd.includes(".ssh")) {
        expect(
          await textOf(at(cwd), script.replaceAll("touch", "false"), {
            hiddenPaths,
            policy: { mode: "read-only" },
          }),
        ).toBe(text);
      }
    });

    test("tools follow the same list", () => {
      const folder = tempFolder();
      writeFiles(folder, { "home/.ssh/id": "", "home/.netrc": "", "work/.keep": "" });
      symlinkSync("../home/.ssh", join(folder, "work/link"));
      const hiddenPaths = ["home/.ssh", "home/.netrc", "home/.aws"].map((name) => join(folder, name));
      const hiddenFrom = (cwd: string) => {
        const sandbox = sandboxFor(join(folder, cwd), { hiddenPaths });
        const paths = [
          "home/.ssh",
          "home/.ssh/id",
          "home/.netrc",
          "home/.aws/new",
          "home/.sshx",
          "work/link/id",
        ];
        return paths.filter((path) => sandbox.isHidden(join(folder, path)));
      };
      expect(hiddenFrom("work")).toEqual([
        "home/.ssh",
        "home/.ssh/id",
        "home/.netrc",
        "home/.aws/new",
        "work/link/id",
      ]);
      expect(hiddenFrom("home/.ssh")).toEqual(["home/.netrc", "home/.aws/new"]);
    });

    test("a link on the way, changed by a command, uncovers nothing", async () => {
      const folder = tempFolder();
      writeFiles(folder, { "home/real/id": "id\n" });
      symlinkSync("real", join(folder, "home/.ssh"));
      const cwd = join(folder, "home");
      const sandbox = sandboxFor(cwd, { hiddenPaths: [join(cwd, ".ssh")] });
      await runScript(sandbox, "ln -sfn /nonexistent .ssh", { cwd });
      expect(readlinkSync(join(cwd, ".ssh"))).toBe("/nonexistent");
      expect((await outcome(runScript(sandbox, "cat real/id 2>/dev/null; echo end", { cwd }))).text).toBe(
        "end\n",
      );
    });
  });

  describe("sockets", () => {
    const listen = async (path: string): Promise<Server> => {
      const server = createServer((socket) => socket.end());
      await new Promise<void>((resolve) => server.listen(path, resolve));
      onTestFinished(() => {
        server.close();
      });
      return server;
    };
    const CONNECT = `perl -MSocket -e 'for (@ARGV) { socket(S, PF_UNIX, SOCK_STREAM, 0); print "$_\\n" if connect(S, pack_sockaddr_un($_)) }'`;

    test.each([
      { name: "no network: none is reached", networkAccess: false, reached: "" },
      {
        name: "network: those in chosen folders are",
        networkAccess: true,
        reached: "work/dev.sock\nadded/dev.sock\n",
      },
    ])("$name", async ({ networkAccess, reached }) => {
      const folder = tempFolder();
      const at = (path: string) => join(folder, path);
      for (const name of ["work", "added", "outside", "tmp", "home"]) {
        mkdirSync(at(name));
      }
      const sockets = ["work/dev.sock", "added/dev.sock", "outside/a.sock", "tmp/b.sock", "work/named.sock"];
      await Promise.all(sockets.map((path) => listen(at(path))));
      const text = await textOf(folder, `cd ${folder}; ${CONNECT} ${sockets.join(" ")}`, {
        cwd: at("work"),
        policy: workspaceWrite([at("work"), at("added"), at("tmp")], { networkAccess }),
        environment: { ...ENVIRONMENT, HOME: at("home"), TMPDIR: at("tmp"), NVIM: at("work/named.sock") },
      });
      expect(text).toBe(reached);
    });

    test("a command's own server is reached, on loopback and by path", async () => {
      const folder = tempFolder();
      const server = `perl -MIO::Socket -MIO::Socket::UNIX -e '
        for (IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1"), IO::Socket::UNIX->new(Listen => 1, Local => "own.sock")) {
          my $c = ref =~ /UNIX/ ? IO::Socket::UNIX->new(Peer => "own.sock") : IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $_->sockport);
          print $c ? "reached\\n" : "not\\n" }'`;
      expect(await textOf(folder, server)).toBe("reached\nreached\n");
    });

    test("a runtime folder that is also the workspace, or around it, is shown", async () => {
      const folder = tempFolder();
      mkdirSync(join(folder, "work"));
      const environment = { ...ENVIRONMENT, XDG_RUNTIME_DIR: folder };
      expect(await textOf(join(folder, "work"), "touch x && ls", { environment })).toBe("x\n");
    });

    test("an empty file that bubblewrap made in place of a socket is taken away, no other", () => {
      const folder = tempFolder();
      writeFiles(folder, { full: "x", own: "" });
      const at = (path: string) => join(folder, path);
      writeFileSync(at("made"), "", { mode: 0o444 });
      const elsewhere = tempFolder();
      writeFileSync(join(elsewhere, "made"), "", { mode: 0o444 });
      symlinkSync(elsewhere, at("link"));
      sweepLeavings(["made", "full", "own", "missing", "link/made"].map(at));
      expect(readdirSync(folder).sort()).toEqual(["full", "link", "own"]);
      expect(readdirSync(elsewhere)).toEqual(["made"]);
    });
  });

  describe("git below the top", () => {
    test("what is protected, and what stays writable", async () => {
      const folder = tempFolder();
      writeFiles(folder, {
        ".gitmodules": '[submodule "s"]\n\tpath = s\n[submodule "out"]\n\tpath = ../out\n',
        ".git/config": "[core]\n\thooksPath = .husky/_\n",
        ".husky/_/h": "",
        ".husky/pre-commit": "",
        "s/file": "",
        "deep/er/repo/.git/config": "",
        "deep/er/file": "",
        "node_modules/p/.git/config": "",
      });
      const paths =
        ".husky/_/x .husky/x s/.git/x s/x deep/er/repo/.git/x deep/er/repo/x deep/er/x node_modules/p/.git/x";
      expect(await textOf(folder, `for f in ${paths}; do touch $f && echo $f; done; mv deep d; true`)).toBe(
        "s/x\ndeep/er/repo/x\ndeep/er/x\nnode_modules/p/.git/x\n",
      );
      expect(existsSync(join(folder, "s/.git"))).toBe(false);
      expect(existsSync(join(folder, "deep"))).toBe(true);
    });

    test("what .gitmodules no longer names stays protected", async () => {
      const folder = tempFolder();
      writeFiles(folder, { ".gitmodules": '[submodule "s"]\n\tpath = s\n', "s/file": "" });
      const sandbox = sandboxFor(folder);
      await runScript(sandbox, "rm .gitmodules", { cwd: folder });
      await runScript(sandbox, "mkdir -p s/.git && touch s/.git/config", { cwd: folder });
      expect(readdirSync(join(folder, "s"))).toEqual(["file"]);
    });

    test("a .git that is a link is put back, and what came in its place kept beside it", async () => {
      const folder = tempFolder();
      writeFiles(folder, { "real/config": "" });
      symlinkSync("real", join(folder, ".git"));
      await runScript(sandboxFor(folder), "rm .git; mkdir .git; touch .git/evil real/evil", { cwd: folder });
      expect(readlinkSync(join(folder, ".git"))).toBe("real");
      expect(readdirSync(join(folder, "real"))).toEqual(["config"]);
      const [aside = ""] = readdirSync(folder).filter((name) => name.startsWith(".git.replaced-"));
      expect(readdirSync(join(folder, aside))).toEqual(["evil"]);
    });
  });

  test("a home as workspace: what shells and git read at their start stays", async () => {
    const folder = tempFolder();
    writeFiles(folder, { ".bashrc": "", ".gitconfig": "", ".config/autostart/a": "", file: "" });
    const script =
      "for f in .bashrc .gitconfig .config/autostart/b .config/x file; do echo x > $f && echo $f; done; true";
    const environment = { ...ENVIRONMENT, HOME: folder };
    expect(await textOf(folder, script, { environment })).toBe(".config/x\nfile\n");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "below /run (needs root): seen and written, and nothing else of it",
    async () => {
      const folder = join("/run", `leat-test-${process.pid}`);
      mkdirSync(folder);
      onTestFinished(() => rmSync(folder, { recursive: true }));
      expect(await textOf(folder, "touch x && ls; ls -A .. | grep -v current-system")).toBe(
        `x\nleat-test-${process.pid}\n`,
      );
      const policy = { mode: "read-only" } as const;
      expect(await textOf(folder, "ls; touch y", { policy })).toBe("x\n");
    },
  );

  test.skipIf(process.getuid?.() !== 0)(
    "the whole disk as workspace, for root: bwrap itself could be replaced",
    async () => {
      const error = await createSandbox({
        policy: workspaceWrite(["/"]),
        cwd: "/",
        environment: ENVIRONMENT,
      }).check();
      expect(error).toMatchObject({
        problem: "does_not_start",
        detail: expect.stringContaining("whole disk"),
      });
    },
  );
});
