/** What there is to get at: files, repositories, keys and processes around a project, all in one temporary folder. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SecretName } from "./attempt.ts";
import { type Services, startServices } from "./services.ts";

export interface User {
  readonly name: string;
  /** undefined: whoever runs the tests. */
  readonly uid: number | undefined;
}

export interface World {
  readonly path: string;
  /** In the name of what is made outside of it. */
  readonly mark: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly services: Services;
  readonly victim: ChildProcess;
  secret(name: SecretName): string;
  /** Runs a program as the user of this world. */
  start(argv: readonly string[]): ChildProcess;
  /** What a path is by now, as one text; relative ones count from the world. */
  fingerprint(path: string): string | undefined;
  close(): Promise<void>;
}

const DIST = fileURLToPath(new URL("../../../dist", import.meta.url));

export async function createWorld(user: User): Promise<World> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "leat-escape-")));
  const mark = path.slice(-6);
  const at = (name: string) => join(path, name);
  const secret = (name: SecretName) => `SECRET-${name}-${mark}`;
  writeTree(at, filesOf(secret));
  makeLinks(at);
  cpSync(DIST, at("dist"), { recursive: true });
  if (process.getuid?.() === 0) {
    copyFileSync("/usr/bin/id", at("outside/suid-id"));
  }
  const services = await startServices({
    abstract: [`leat-escape-${mark}`],
    streams: SOCKETS.map(at),
    datagrams: [at("outside/log.sock")],
  });
  const base = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    LANG: "C.UTF-8",
    W: path,
    MARK: mark,
    HOME: at("home"),
    CODEX_HOME: at("open/codex-home"),
    TMPDIR: at("tmp"),
  };
  chmodSync(path, 0o755);
  if (user.uid !== undefined) {
    execFileSync("chown", ["-RhP", `${user.uid}:${user.uid}`, path]);
  }
  if (process.getuid?.() === 0) {
    execFileSync("chown", ["0:0", at("outside/suid-id")]);
    chmodSync(at("outside/suid-id"), 0o4755);
  }
  const startWith = (environment: Readonly<Record<string, string>>, argv: readonly string[], cwd: string) => {
    const [program = "", ...words] = [...asUser(user), ...argv];
    return spawn(program, words, {
      cwd,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
  };
  const waiting = (name: string) =>
    startWith(
      { ...base, A_PASSPHRASE: secret("process") },
      ["perl", "-e", "$| = 1; print qq(ready\n); sleep 60", `leat-escape-${name}`],
      at("outside"),
    );
  const [decoy, victim] = [waiting("decoy"), waiting("victim")];
  const memory = startWith(base, ["perl", "-e", SHARE_MEMORY, secret("shared-memory")], path);
  await Promise.all([firstLine(decoy), firstLine(victim)]);
  const environment = {
    ...base,
    ...services.ports,
    XDG_RUNTIME_DIR: at("runtime"),
    SSH_AUTH_SOCK: at("agent.sock"),
    TMUX: `${at("tmux-sockets/default")},1,0`,
    DOCKER_HOST: `unix://${at("project/docker.sock")}`,
    A_TOKEN: secret("environment"),
    DECOY: String(decoy.pid),
    VICTIM: String(victim.pid),
    SHM_ID: await firstLine(memory),
  };

  return {
    path,
    mark,
    environment,
    services,
    victim,
    secret,
    start: (argv) => startWith(environment, argv, at("project")),
    fingerprint: (name) => fingerprint(name.startsWith("/") ? name : at(name)),
    async close() {
      const memoryFreed = new Promise((resolve) => memory.once("exit", resolve));
      memory.kill("SIGTERM");
      await memoryFreed;
      for (const child of [decoy, victim]) {
        killGroup(child.pid);
      }
      await services.close();
      for (const left of [`/dev/shm/leat-escape-${mark}`, `/etc/leat-escape-${mark}`]) {
        rmSync(left, { force: true });
      }
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const SOCKETS = [
  ...["home/.docker/run/docker.sock", "project/docker.sock", "project/dev.sock", "runtime/bus", "agent.sock"],
  ...["tmux-sockets/default", "tmp/vscode-ipc.sock", "outside/daemon.sock"],
];

const SHARE_MEMORY = `$| = 1; $id = shmget(0, 64, 01600); $SIG{TERM} = sub { shmctl($id, 0, 0); exit }; shmwrite($id, $ARGV[0], 0, 64); print "$id\\n"; sleep 60`;

const CONFIG = `[core]
	repositoryformatversion = 0
	hooksPath = .githooks
[include]
	path = ../extra.gitconfig
`;

function filesOf(secret: (name: SecretName) => string): Record<string, string> {
  const kept = Array.from({ length: 7 }, (_, index) => [`outside/kept-${index + 1}`, "kept\n"]);
  const repository = (folder: string, config = "[core]\n") => ({
    [`${folder}/HEAD`]: "ref: refs/heads/main\n",
    [`${folder}/config`]: config,
    [`${folder}/hooks/sample`]: "",
    [`${folder}/objects/info/none`]: "",
    [`${folder}/refs/heads/none`]: "",
  });
  return {
    ...Object.fromEntries(kept),
    "outside/gnupg/key": secret("linked"),
    ...repository("project/.git", CONFIG),
    ...repository("project/.git/modules/sub"),
    "project/extra.gitconfig": "[user]\n",
    "project/.githooks/pre-commit": "",
    "project/.gitmodules": '[submodule "sub"]\n\tpath = sub\n[submodule "empty"]\n\tpath = empty-sub\n',
    "project/sub/.git": "gitdir: ../.git/modules/sub\n",
    "project/empty-sub/": "",
    ...repository("project/vendor/lib/.git"),
    ...repository("main-git"),
    "main-git/worktrees/w/commondir": "../..\n",
    "worktree/.git": "gitdir: ../main-git/worktrees/w\n",
    ...repository("linked/real-git"),
    ...repository("bare"),
    "plain/": "",
    "plain-2/": "",
    "runtime/": "",
    "tmux-sockets/": "",
    "tmp/": "",
    "home/.docker/run/": "",
    "home/.ssh/id_ed25519": secret("ssh"),
    "home/.aws/credentials": secret("cloud"),
    "home/.netrc": secret("netrc"),
    "home/.npmrc": `//registry.example/:_authToken=${secret("npm")}\n`,
    "home/.mozilla/firefox/cookies": secret("browser"),
    "open/codex-home/auth.json": `{"OPENAI_API_KEY":"${secret("auth")}"}`,
    "open/codex-home/config.toml": `[model_providers.own]\nbase_url = "http://127.0.0.1:9/v1"\nexperimental_bearer_token = "${secret("config")}"\n`,
  };
}

function writeTree(at: (name: string) => string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(name.endsWith("/") ? at(name) : dirname(at(name)), { recursive: true });
    if (!name.endsWith("/")) {
      writeFileSync(at(name), text);
    }
  }
}

function makeLinks(at: (name: string) => string): void {
  symlinkSync("../outside", at("project/out"));
  symlinkSync("../home/.ssh/id_ed25519", at("project/key-link"));
  symlinkSync("real-git", at("linked/.git"));
  symlinkSync("../outside/gnupg", at("home/.gnupg"));
}

function asUser({ uid }: User): string[] {
  return uid === undefined
    ? []
    : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--inh-caps=-all"];
}

function killGroup(pid: number | undefined): void {
  try {
    process.kill(-(pid ?? Number.NaN), "SIGKILL");
  } catch {
    // It has ended.
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    child.stdout?.once("data", (bytes: Buffer) => resolve(String(bytes).trim()));
    child.once("exit", (code) => reject(new Error(`ended early: ${code}`)));
  });
}

function fingerprint(path: string): string | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) {
    return undefined;
  }
  const content = status.isSymbolicLink()
    ? readlinkSync(path)
    : status.isDirectory()
      ? readdirSync(path).sort().join()
      : status.isFile()
        ? readFileSync(path, "latin1")
        : "";
  return [status.mode, status.isFile() ? status.mtimeMs : 0, content].join("|");
}
