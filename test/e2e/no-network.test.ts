import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../src/practice/index.ts";
import { cutOff, noNamespaces } from "../support/network-namespace.ts";
import { readNetworkTrace } from "../support/network-trace.ts";
import { noSandbox } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { createBench, createWorkbench, program } from "./support.ts";

/** A session needs no network but this machine's own, and asks nobody for a name. */

const session: readonly Reply[] = [
  { reasoning: "I look around.", calls: [{ name: "shell", arguments: { command: "ls; echo seen > seen" } }] },
  { calls: [{ name: "update_plan", arguments: { plan: [{ step: "look", status: "completed" }] } }] },
  { text: "All is done." },
];

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(words: readonly string[], options: { cwd: string; home: string }): Promise<Run> {
  const [command = "", ...rest] = words;
  const child: ChildProcess = spawn(command, rest, {
    cwd: options.cwd,
    env: {
      PATH: process.env["PATH"],
      HOME: options.home,
      CODEX_HOME: options.home,
      LANG: "C.UTF-8",
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 18_000,
    killSignal: "SIGKILL",
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
}

function noStrace(): string | undefined {
  const probe = spawnSync("strace", ["-f", "-qq", "--seccomp-bpf", "-e", "trace=network", "true"], {
    encoding: "utf8",
  });
  if (probe.error !== undefined) {
    return "strace is not installed";
  }
  return probe.status === 0 ? undefined : `strace can't trace here: ${probe.stderr.trim()}`;
}

const [namespaceObstacle, straceObstacle] = [noNamespaces ?? noSandbox, noStrace()];

describe.skipIf(namespaceObstacle !== undefined)(
  `cut off (${namespaceObstacle ?? "without a route"})`,
  () => {
    test("a whole session, by the name of localhost, which no table and no server resolves", async () => {
      const bench = createBench("http://localhost:5328/v1");
      const folder = tempFolder();
      const [script, log] = [join(folder, "script.json"), join(folder, "practice")];
      writeFileSync(script, JSON.stringify({ replies: session }));
      const both = `cat /proc/net/route /proc/net/ipv6_route | grep -v -e ^Iface -e ' lo$' >&2; echo 'no other route' >&2
"$0" "$1" practice --port 5328 --pace full --script "$2" > "$3" 2>&1 & server=$!
for i in $(seq 200); do grep -q Serving "$3" && break; sleep 0.05; done
"$0" "$1" exec --offline -v --full-auto hi; code=$?
kill $server; exit $code`;
      const words = [...cutOff(folder), "/bin/sh", "-c", both, process.execPath, program, script, log];
      const { code, stdout, stderr } = await run(words, { cwd: bench.project, home: bench.home });

      expect({ code, stdout, seen: readFileSync(join(bench.project, "seen"), "utf8") }).toEqual({
        code: 0,
        stdout: "All is done.\n",
        seen: "seen\n",
      });
      expect(stderr).toMatch(/hosts contacted:\n {2}localhost:5328: \d+ requests, .* up, .* down\n$/);
      expect(stderr.split("\n")[0]).toBe("no other route");
    });

    test("a host elsewhere fails soon, and says so", async () => {
      const bench = createBench("http://192.0.2.1:9/v1");
      const words = [...cutOff(tempFolder()), process.execPath, program, "exec", "-v", "hi"];
      const { code, stderr } = await run(words, { cwd: bench.project, home: bench.home });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /http:\/\/192\.0\.2\.1:9\/v1\/chat\/completions can't be reached .*\(2 requests\)/,
      );
      expect(stderr).toMatch(/hosts contacted:\n {2}192\.0\.2\.1:9: 2 requests, 0 bytes up, 0 bytes down\n$/);
    });

    test.skipIf(straceObstacle !== undefined)(
      `the trace shows what goes out and who is asked for names (${straceObstacle ?? "in plain Node"})`,
      async () => {
        const folder = tempFolder();
        const trace = join(folder, "trace");
        const script = `const { connect } = require("node:net");
for (const host of ["192.0.2.9", "2001:db8::9", "box.localhost"]) { connect({ host, port: 9 }).on("error", () => {}); }`;
        await run([...cutOff(folder), ...strace(trace), process.execPath, "-e", script], {
          cwd: folder,
          home: folder,
        });
        const { outside, resolvers } = readNetworkTrace(readFileSync(trace, "utf8"));
        expect(outside).toEqual(expect.arrayContaining(["192.0.2.9 port 9", "2001:db8::9 port 9"]));
        expect(resolvers).toContainEqual(expect.stringMatching(/ port 53$|resolve/));
      },
    );
  },
);

function strace(trace: string): string[] {
  return ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=network", "-o", trace];
}

describe.skipIf(straceObstacle !== undefined)(`traced (${straceObstacle ?? "with strace"})`, () => {
  test.skipIf(noSandbox !== undefined)(
    `no connection leaves this machine, and nobody is asked for a name (${noSandbox ?? "a whole session"})`,
    async () => {
      const bench = await createWorkbench(session);
      const { port } = new URL(bench.server.url);
      mkdirSync(join(bench.home, "trace"));
      const trace = join(bench.home, "trace", "network");
      const url = `http://box.localhost:${port}/v1`;
      const words = [
        ...strace(trace),
        ...[process.execPath, program, "exec", "--full-auto", "--offline"],
        ...["-c", `model_providers.local-oss.base_url="${url}"`, "hi"],
      ];
      const { code, stdout } = await run(words, { cwd: bench.project, home: bench.home });
      expect({ code, stdout, requests: bench.server.requests.length }).toEqual({
        code: 0,
        stdout: "All is done.\n",
        requests: 3,
      });
      expect(readNetworkTrace(readFileSync(trace, "utf8"))).toEqual({
        outside: [],
        loopback: [`127.0.0.1 port ${port}`],
        resolvers: [],
      });
    },
  );
});

test.each([
  {
    line: '7 connect(19, {sa_family=AF_INET, sin_port=htons(1234), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (…)',
    contacts: { loopback: ["127.0.0.1 port 1234"] },
  },
  {
    line: '7 connect(19, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28 <unfinished ...>',
    contacts: { outside: ["2001:db8::1 port 80"] },
  },
  {
    line: '7 connect(19, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
    contacts: { loopback: ["::1 port 80"] },
  },
  {
    line: '[pid 7] sendmsg(20, {msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.53")}, msg_namelen=16, msg_iov=[{iov_base="x", iov_len=1}]}, 0) = 1',
    contacts: { outside: ["192.0.2.53 port 53"], resolvers: ["192.0.2.53 port 53"] },
  },
  {
    line: '7 connect(19, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0',
    contacts: { loopback: ["127.0.0.53 port 53"], resolvers: ["127.0.0.53 port 53"] },
  },
  {
    line: '7 connect(19, {sa_family=AF_UNIX, sun_path="/run/systemd/resolve/io.systemd.Resolve"}, 42) = 0',
    contacts: { resolvers: ["/run/systemd/resolve/io.systemd.Resolve"] },
  },
  {
    line: '7 connect(19, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)',
    contacts: {},
  },
  {
    line: '7 connect(19, {sa_family=AF_INET, sa_data="\\0\\1"}, 4) = -1 EINVAL (Invalid argument)',
    contacts: {
      outside: ['7 connect(19, {sa_family=AF_INET, sa_data="\\0\\1"}, 4) = -1 EINVAL (Invalid argument)'],
    },
  },
  {
    line: '7 bind(19, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
    contacts: {},
  },
  {
    line: "7 sendto(19, [{nlmsg_len=20, nlmsg_type=RTM_GETADDR}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20",
    contacts: {},
  },
])("the trace line $line", ({ line, contacts }) => {
  expect(readNetworkTrace(line)).toEqual({ outside: [], loopback: [], resolvers: [], ...contacts });
});
