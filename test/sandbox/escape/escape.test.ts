/**
 * Every attempt is made three times: confined as root (where the tests run as root) and as an ordinary user, which
 * must hold; and, where that does no harm, without a sandbox as the ordinary user, which must work: else the attempt
 * would show nothing. `leat sandbox` as built runs them, a list in one go.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noSandbox } from "../../support/sandbox.ts";
import type { Attempt, Breach } from "./attempt.ts";
import { FILE_ATTEMPTS } from "./attempts-files.ts";
import { KERNEL_ATTEMPTS } from "./attempts-kernel.ts";
import { NETWORK_ATTEMPTS, SECRET_ATTEMPTS, SOCKET_ATTEMPTS } from "./attempts-network.ts";
import { createWorld, type User, type World } from "./world.ts";

/** Files last: some move away what the others need. */
const ALL = [
  ...SECRET_ATTEMPTS,
  ...SOCKET_ATTEMPTS,
  ...NETWORK_ATTEMPTS,
  ...KERNEL_ATTEMPTS,
  ...FILE_ATTEMPTS,
];

const isRoot = process.getuid?.() === 0;
const ordinary: User = isRoot
  ? { name: "an ordinary user", uid: 65_534 }
  : { name: "the user of the tests", uid: undefined };

const ROOTS = ["plain", "plain-2", "worktree", "linked", "bare", "open", "main-git", "tmp"];
const CONFINED = [
  "--full-auto",
  ...["-c", "sandbox_workspace_write.exclude_slash_tmp=true"],
  ...["-c", "sandbox_workspace_write.exclude_tmpdir_env_var=true"],
];
const ONLINE = ["-c", "sandbox_workspace_write.network_access=true"];

interface Round {
  readonly name: string;
  readonly user: User;
  readonly attempts: readonly Attempt[];
  readonly arguments: (world: World) => string[];
  readonly expected: "held" | "works";
}

const withRoots =
  (roots: readonly string[], more: readonly string[] = []) =>
  (world: World) => [...CONFINED, ...more, ...roots.flatMap((root) => ["--add-dir", join(world.path, root)])];
/** $TMPDIR is excluded where it is a target, and a writable folder where an editor's socket lies in it. */
const closed = ROOTS.filter((root) => root !== "tmp");
const confinedRounds = (user: User): Round[] => [
  {
    name: `as ${user.name}`,
    user,
    attempts: applicable(ALL, user),
    arguments: withRoots(closed),
    expected: "held",
  },
  {
    name: `as ${user.name}, with network access`,
    user,
    attempts: SOCKET_ATTEMPTS,
    arguments: withRoots(ROOTS, ONLINE),
    expected: "held",
  },
  {
    name: `as ${user.name}, read-only`,
    user,
    attempts: applicable([...SECRET_ATTEMPTS, ...FILE_ATTEMPTS], user),
    arguments: () => [],
    expected: "held",
  },
];
const ROUNDS: readonly Round[] = [
  ...(isRoot ? confinedRounds({ name: "root", uid: undefined }) : []),
  ...confinedRounds(ordinary),
  {
    name: `control, as ${ordinary.name}: without the sandbox each works`,
    user: ordinary,
    attempts: ALL.filter(({ unconfined }) => unconfined === "works"),
    arguments: () => ["-s", "danger-full-access"],
    expected: "works",
  },
];

describe.skipIf(noSandbox !== undefined).each(ROUNDS)(
  `escape (${noSandbox ?? "bubblewrap"}): $name`,
  (round) => {
    let world: World;
    let breaches: ReadonlyMap<string, string>;

    beforeAll(async () => {
      world = await createWorld(round.user);
      breaches = await tryAll(world, round);
    }, 60_000);
    afterAll(() => world.close());

    test.each(round.attempts)(`$name: ${round.expected}`, ({ name }) => {
      const breach = breaches.get(name);
      if (round.expected === "held") {
        expect(breach).toBeUndefined();
      } else {
        expect(breach).toBeDefined();
      }
    });

    test("the lists were run to their end, and nothing is left behind", () => {
      expect(breaches.get("ran")).toBe(String(round.attempts.length));
      if (round.expected === "held") {
        expect(world.fingerprint("plain/.git")).toBeUndefined();
        expect(world.fingerprint("plain/.codex")).toBeUndefined();
      }
    });
  },
);

test("there are enough attempts, each with a name of its own", () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  expect(ALL.length).toBeGreaterThanOrEqual(100);
});

function applicable(attempts: readonly Attempt[], user: User): Attempt[] {
  // A set-uid program of root's can be made by root alone.
  return attempts.filter(({ only }) => only === undefined || (isRoot && user.uid !== undefined));
}

/** What got out, by the name of the attempt. */
async function tryAll(world: World, round: Round): Promise<Map<string, string>> {
  const before = new Map(
    round.attempts.flatMap(({ breach }) => ("path" in breach ? [[breach.path, look(world, breach)]] : [])),
  );
  const ends = await runList(world, round);
  const heard = (await world.services.heard()).split("\n");
  const breaches = new Map([["ran", String(ends.size)]]);
  for (const { name, breach } of round.attempts) {
    const evidence = evidenceOf(breach, { name, world, end: ends.get(name), heard, before });
    if (evidence !== undefined) {
      breaches.set(name, evidence);
    }
  }
  return breaches;
}

interface ListEnd {
  readonly exitCode: number;
  readonly output: string;
}

/** One start of the sandbox for the whole list. The output of each goes to the harness alone. */
async function runList(world: World, round: Round): Promise<Map<string, ListEnd>> {
  const list = round.attempts.map(({ name, script }) => ({ name, script }));
  const words = list.flatMap(({ name, script }) => [name, script]);
  const child = world.start([
    process.execPath,
    join(world.path, "dist/main.js"),
    "sandbox",
    ...round.arguments(world),
    ...["--", "bash", "-c", RUN_LIST, "list", ...words],
  ]);
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString("latin1");
  });
  await new Promise((resolve) => child.on("exit", resolve));
  const ends = new Map<string, ListEnd>();
  for (const [, index, code, output] of text.matchAll(/<<<(\d+) (\d+)>>>\n([\s\S]*?)<<<end>>>\n/g)) {
    ends.set(list[Number(index)]?.name ?? "", { exitCode: Number(code), output: output ?? "" });
  }
  return ends;
}

/**
 * Arguments: name and script by turns. A file takes the output, since what is left in the background would hold a
 * pipe; it is in shared memory, which is writable in every mode.
 */
const RUN_LIST = `index=0; file=/dev/shm/output-$$
while [ $# -gt 0 ]; do
  NAME="$1" timeout -k 1 5 bash -c "$2" > "$file" 2>&1 < /dev/null
  printf '<<<%d %d>>>\n' $index $?
  cat "$file"
  printf '<<<end>>>\n'
  index=$((index + 1)); shift 2
done
rm -f "$file"`;

function look(world: World, breach: Breach): string | undefined {
  return "path" in breach ? world.fingerprint(breach.path.replace("$MARK", world.mark)) : undefined;
}

function evidenceOf(
  breach: Breach,
  facts: {
    readonly name: string;
    readonly world: World;
    readonly end: ListEnd | undefined;
    readonly heard: readonly string[];
    readonly before: ReadonlyMap<string, string | undefined>;
  },
): string | undefined {
  const { name, world, end, heard, before } = facts;
  switch (breach.type) {
    case "file-there":
      return look(world, breach) === undefined ? undefined : `${breach.path} is there`;
    case "file-gone":
      return look(world, breach) === undefined ? `${breach.path} is gone` : undefined;
    case "file-changed":
      return look(world, breach) === before.get(breach.path)
        ? undefined
        : `${breach.path} is not what it was`;
    case "secret-printed":
      return end?.output.includes(world.secret(breach.secret)) === true
        ? "the secret was printed"
        : undefined;
    case "service-heard":
      return heard.includes(name) ? "a service was told" : undefined;
    case "process-gone":
      return world.victim.exitCode === null && world.victim.signalCode === null ? undefined : "it was killed";
    case "process-left":
      return processesOf(world, name).length > 0 ? "it lives on" : undefined;
    case "script-succeeds":
      return end?.exitCode === 0 ? "the script succeeded" : undefined;
    default:
      return breach satisfies never;
  }
}

/** Found by their environment; ended once found. */
function processesOf(world: World, name: string): string[] {
  const found = readdirSync("/proc").filter((entry) => {
    try {
      const variables = /^\d+$/.test(entry) ? readFileSync(`/proc/${entry}/environ`, "utf8").split("\0") : [];
      return variables.includes(`W=${world.path}`) && variables.includes(`NAME=${name}`);
    } catch {
      return false;
    }
  });
  for (const pid of found) {
    process.kill(Number(pid), "SIGKILL");
  }
  return found;
}
