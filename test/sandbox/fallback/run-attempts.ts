/**
 * Runs scripts under the Perl helper, each in a fresh workspace, beside services that must not be reached. A program,
 * so that it can also run as another user: `node run-attempts.mjs FOLDER MODE SCRIPTS`, prints a JSON list of whether
 * each ended with 0.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { runDirectly } from "../../../src/sandbox/command.ts";
import { runUnderHelper } from "../../../src/sandbox/fallback/confine-perl.ts";
import { protectionOf } from "../../../src/sandbox/protection.ts";

const [folder = "", mode = "", scripts = "[]"] = process.argv.slice(2);
const workspace = join(folder, "work");
const outside = join(folder, "outside");
const secret = join(folder, "home/secret.json");
const socket = join(folder, "agent.sock");
const abstract = `leat-test-${process.pid}`;

const servers = [await listen(0), await listen(`\0${abstract}`), await listen(socket)];
const udp = createSocket("udp4", (_, sender) => udp.send("pong\n", sender.port, sender.address));
udp.bind(0, "127.0.0.1");
await once(udp, "listening");
const address = servers[0]?.address();

const environment = {
  PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: join(folder, "home"),
  OUT: outside,
  SECRET: secret,
  PID: String(process.pid),
  TCP: String(typeof address === "object" ? address?.port : 0),
  UDP: String(udp.address().port),
  ABSTRACT: abstract,
  SOCKET: socket,
  SSH_AUTH_SOCK: socket,
  PTRACE: process.arch === "arm64" ? "117" : "101",
};

const results: (boolean | string)[] = [];
for (const script of JSON.parse(scripts) as string[]) {
  prepare();
  const command = {
    argv: ["bash", "-c", script],
    cwd: workspace,
    timeoutMs: 5000,
    signal: new AbortController().signal,
    onOutput: () => {},
  };
  const { end } =
    mode === "none"
      ? { end: await runDirectly(command.argv, { ...command, env: environment }) }
      : await runUnderHelper(
          {
            command,
            writableRoots: [workspace],
            guardedRoots: [workspace],
            hiddenFiles: [secret],
            hiddenFolders: [],
            ...protectionOf({
              roots: [workspace],
              guardedRoots: [workspace],
              repositories: [],
              protectedFolders: [],
              userHome: join(folder, "home"),
            }),
            networkAccess: false,
            environment,
          },
          { program: "/usr/bin/perl", mode: mode === "landlock" ? "landlock" : "namespaces" },
        );
  results.push(end.kind === "exited" && !end.timedOut ? end.exitCode === 0 : JSON.stringify(end));
}
process.stdout.write(JSON.stringify(results));
udp.close();
for (const server of servers) {
  server.close();
}

function prepare(): void {
  for (const path of [workspace, outside, join(folder, "home")]) {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    mkdirSync(path);
  }
  mkdirSync(join(outside, "empty"));
  writeFileSync(join(outside, "f"), "as it was\n");
  mkdirSync(join(workspace, ".git/hooks"), { recursive: true });
  writeFileSync(join(workspace, ".git/config"), "[core]\n");
  writeFileSync(secret, "SECRET\n");
}

async function listen(where: number | string): Promise<Server> {
  const server = createServer((connection) => connection.end());
  server.listen(where);
  await once(server, "listening");
  return server;
}
