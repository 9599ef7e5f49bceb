import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SandboxDenial } from "../../../src/protocol/index.ts";
import { findDenials } from "../../../src/sandbox/denials/denials.ts";
import { findEvidence } from "../../../src/sandbox/denials/evidence.ts";
import { noHelper, noSandbox } from "../../support/sandbox.ts";
import { ENVIRONMENT, runScript, sandboxFor, temporaryFolder } from "../support.ts";
import { INNOCENT, NETWORK, type OutputCase, READS, WRITES } from "./outputs.ts";

const folder = temporaryFolder();
const place = (name: string) => join(folder.path, name);
const servers: Server[] = [];
let names: readonly (readonly [string, string])[] = [];

beforeAll(async () => {
  for (const name of ["work", "work/.git", "outside", "home", "home/secret"]) {
    mkdirSync(place(name));
  }
  writeFileSync(place("outside/f"), "");
  writeFileSync(place("home/secret/id"), "");
  const tcp = await listen(0);
  const address = tcp.address();
  servers.push(tcp, await listen(place("agent.sock")));
  names = [
    ["$WS", place("work")],
    ["$OUT", place("outside")],
    ["$SECRET", place("home/secret")],
    ["$HOME", place("home")],
    ["$SOCK", place("agent.sock")],
    ["$PORT", String(typeof address === "object" ? address?.port : 0)],
  ];
});
afterAll(() => {
  for (const server of servers) {
    server.close();
  }
  folder.remove();
});

const filled = (text: string) =>
  names.reduce((result, [name, value]) => result.replaceAll(name, value), text);

function denialsOf({ output, tier = "bubblewrap", networkAccess }: OutputCase): string[] {
  const sandbox = sandboxFor(place("work"));
  const found = findDenials(filled(output), {
    tier,
    cwd: place("work"),
    userHome: place("home"),
    networkAccess: networkAccess === true,
    checkWrite: (path) => sandbox.checkWrite(path),
    isHidden: (path) => path.startsWith(place("home/secret")),
  });
  return found.map(said);
}

const said = (denial: SandboxDenial) =>
  `${denial.kind} ${denial.kind === "network" ? (denial.target ?? "") : denial.path}`;

describe.each([
  { what: "writes", cases: WRITES },
  { what: "reads", cases: READS },
  { what: "network", cases: process.platform === "linux" ? NETWORK : [] },
  { what: "innocent", cases: INNOCENT },
])("$what", ({ cases }) => {
  test.each(cases.map((example) => ({ ...example, name: example.output.slice(0, 90) })))(
    "$name",
    (example) => {
      expect(denialsOf(example)).toEqual(example.denials.map(filled));
    },
  );
});

test("many at once: each once, and only so many", () => {
  const output = Array.from(
    { length: 50 },
    (_, index) => `tee: $OUT/${index % 20}: Read-only file system`,
  ).join("\n");
  expect(denialsOf({ output, denials: [] })).toHaveLength(8);
});

test("output without end and without sense", () => {
  const line = "a: b: 'c' could not resolve host='x' port 1 (1): lookup ".repeat(15);
  expect(findEvidence(`${line}\n`.repeat(20_000))).toEqual([]);
});

const TIERS = [
  { tier: "bubblewrap", obstacle: noSandbox, path: undefined },
  { tier: "namespaces", obstacle: noHelper("namespaces"), path: "perl" },
] as const;

describe.each(TIERS)("by a real command: $tier", ({ obstacle, path }) => {
  const inSandbox = async (script: string) => {
    const programs = place("programs");
    const sandbox = sandboxFor(place("work"), {
      environment: { ...ENVIRONMENT, HOME: place("home") },
      ...(path === undefined ? {} : { path: programs, platform: "linux" }),
    });
    const end = await runScript(sandbox, script, { cwd: place("work") });
    return end.kind === "exited" ? (end.denials ?? []).map(said) : end;
  };
  beforeAll(() => {
    if (path !== undefined) {
      mkdirSync(place("programs"), { recursive: true });
      writeFileSync(place("programs/perl"), '#!/bin/sh\nexec /usr/bin/perl "$@"\n', { mode: 0o755 });
    }
  });

  test.skipIf(obstacle !== undefined).each([
    { script: "touch ../outside/new", denials: ["write $OUT/new"] },
    { script: "echo x > ../outside/f; false", denials: ["write $OUT/f"] },
    { script: "mv .git away", denials: ["write $WS/.git"] },
    { script: "git -c core.pager=cat init -q . 2>&1; touch .git/x", denials: ["write $WS/.git/x"] },
    { script: "echo '$OUT/f: Read-only file system'", denials: [] },
    { script: "touch ../outside/new; true", denials: [] },
    { script: "cat missing; exit 1", denials: [] },
    { script: "exec 5<>/dev/tcp/127.0.0.1/$PORT", denials: ["network 127.0.0.1:$PORT"] },
  ])("$script", async ({ script, denials }) => {
    const found = await inSandbox(filled(script));
    expect(found).toEqual(expect.arrayContaining(denials.map(filled)));
    expect(denials.length === 0).toBe(Array.isArray(found) && found.length === 0);
  });
});

async function listen(where: number | string): Promise<Server> {
  const server = createServer((connection) => connection.end());
  await new Promise<void>((resolve) => server.listen(where, () => resolve()));
  return server;
}
