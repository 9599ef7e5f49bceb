import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type PracticeServer, startPracticeServer } from "../../src/practice/server.ts";
import { createBench, localConfig } from "./support.ts";

const CALL = { calls: [{ name: "shell", arguments: { command: "true" } }] };

/** A llama.cpp with so many slots, known from an earlier session; each of the first answers has a call, the others have none. */
async function slotBench(slots: number, { pace = 40 }: { pace?: number } = {}) {
  const text = Array.from({ length: 20 }, (_, index) => `word${index}`).join(" ");
  const server = await startPracticeServer({
    pace: { tokens_per_second: pace },
    face: "llamacpp",
    slots,
    script: {
      replies: [{ when: { body_lacks: '"role":"tool"' }, ...CALL }, { text }].flatMap((reply) =>
        Array(8).fill(reply),
      ),
    },
  });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(
    localConfig(
      server.url,
      'model_context_window = 32768\nstats = false\nsandbox_mode = "danger-full-access"\nundo = false',
    ),
  );
  mkdirSync(join(bench.home, "leat"));
  const facts = { endpoints: { [server.url]: { kind: "llamacpp", slots } } };
  writeFileSync(join(bench.home, "leat", "endpoints.json"), JSON.stringify(facts));
  return { ...bench, server };
}

/** The requests of each session, in the order of their first; `slot` is what was asked for, `on` where it was answered. */
function sessionsOf({ requests }: PracticeServer) {
  const ids = [...new Set(requests.map(({ headers }) => headers["session-id"]))];
  return ids.map((id) => {
    const own = requests
      .map((request, index) => ({ request, index }))
      .filter(({ request }) => request.headers["session-id"] === id);
    return {
      asked: own.map(({ request }) => (request.json as { id_slot?: number }).id_slot),
      on: own.map(({ request }) => request.slot),
      first: own[0]?.index ?? -1,
      last: own.at(-1)?.index ?? -1,
    };
  });
}

function exec({ start }: Pick<Awaited<ReturnType<typeof slotBench>>, "start">, prompt: string) {
  return start(["exec", prompt]);
}

describe("leats at a time on one llama.cpp", () => {
  test("two on two slots: each has one of its own, all through", async () => {
    const bench = await slotBench(2);
    const runs = [exec(bench, "a"), exec(bench, "b")];
    const ended = await Promise.all(runs.map(({ ended: end }) => end));
    expect(
      ended.map(({ code }) => code),
      ended[0]?.stderr,
    ).toEqual([0, 0]);
    const sessions = sessionsOf(bench.server);
    expect(sessions.map(({ asked }) => asked).sort()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(sessions.map(({ on }) => on)).toEqual(sessions.map(({ asked }) => asked));
    expect(ended.map(({ stderr }) => stderr).join("")).not.toContain("queued");
  });

  test("three on two slots: one waits in line and says so; no slot has two at a time", async () => {
    const bench = await slotBench(2);
    const runs = [exec(bench, "a"), exec(bench, "b"), exec(bench, "c")];
    const ended = await Promise.all(runs.map(({ ended: end }) => end));
    expect(
      ended.map(({ code }) => code),
      ended[0]?.stderr,
    ).toEqual([0, 0, 0]);
    const sessions = sessionsOf(bench.server);
    expect(sessions).toHaveLength(3);
    for (const { asked } of sessions) {
      expect(asked).toEqual([asked[0], asked[0]]);
    }
    // The one that waited began when one of the others was over.
    const [, , third] = sessions;
    const before = sessions.find(({ asked }) => asked[0] === third?.asked[0]);
    expect(before?.last).toBeLessThan(third?.first ?? -1);
    const queued = ended.filter(({ stderr }) => stderr.includes("queued: "));
    expect(queued).toHaveLength(1);
    const pids = runs.map(({ child }) => child.pid);
    const [, told = ""] =
      /all 2 slots of the server are used by other leat sessions \(pid (\d+, \d+)\)/.exec(
        queued[0]?.stderr ?? "",
      ) ?? [];
    for (const pid of told.split(", ")) {
      expect(pids).toContain(Number(pid));
    }
  });

  test("two on one slot: the second waits for all of the first's turn, not only for its answer", async () => {
    const bench = await slotBench(1);
    const first = exec(bench, "a");
    await expect.poll(() => bench.server.requests.length, { timeout: 10_000 }).toBe(1);
    const second = exec(bench, "b");
    await second.sees(
      `queued: the server's only slot is used by another leat session (pid ${first.child.pid}); Ctrl-C`,
    );
    const ended = await Promise.all([first.ended, second.ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const sessions = sessionsOf(bench.server);
    expect(sessions.map(({ first: from, last: to }) => [from, to])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    // One slot needs no number.
    expect(sessions.flatMap(({ asked }) => asked)).toEqual(Array(4).fill(undefined));
  });

  test("one that is killed with kill -9 holds nothing", async () => {
    const bench = await slotBench(1, { pace: 1 });
    const first = exec(bench, "a");
    await expect.poll(() => bench.server.requests.length, { timeout: 10_000 }).toBe(1);
    const second = exec(bench, "b");
    await second.sees("queued: ");
    first.child.kill("SIGKILL");
    await expect.poll(() => bench.server.requests.length, { timeout: 10_000 }).toBe(2);
    second.child.kill("SIGINT");
    expect((await second.ended).code).toBe(130);
  });

  test("Ctrl-C ends the wait at once", async () => {
    const bench = await slotBench(1, { pace: 1 });
    const first = exec(bench, "a");
    await expect.poll(() => bench.server.requests.length, { timeout: 10_000 }).toBe(1);
    const second = exec(bench, "b");
    await second.sees("queued: ");
    second.child.kill("SIGINT");
    const run = await second.ended;
    expect(run.code).toBe(130);
    expect(run.stderr).toContain("interrupted");
    expect(bench.server.requests).toHaveLength(1);
    first.child.kill("SIGINT");
    await first.ended;
  });

  test("a home that can't be written to is no reason to wait", async () => {
    const bench = await slotBench(1);
    writeFileSync(join(bench.home, "leat", "slots"), "in the way");
    const runs = [exec(bench, "a"), exec(bench, "b")];
    const ended = await Promise.all(runs.map(({ ended: end }) => end));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(ended.map(({ stderr }) => stderr).join("")).not.toContain("queued");
  });
});
