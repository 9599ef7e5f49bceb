import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSlotKeeper } from "../../../src/cli/companions/slot-keeper.ts";
import { claimSlot } from "../../../src/home/index.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import type { ServerFacts } from "../../../src/protocol/index.ts";
import type { ModelEnd, ModelEvent, ModelRequest } from "../../../src/wire/index.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { endpointAt, memoryOf, REQUEST, startServer } from "./support.ts";

const DONE = { type: "completed", items: [], completion: {} } as unknown as ModelEnd;
const TURN_ENDED = { type: "turn-ended", end: { type: "interrupted", lastMessage: null } } as const;

/** Busy: by the number of each slot. */
function slots(...busy: boolean[]) {
  return busy.map((is_processing, id) => ({ id, is_processing, n_ctx: 4096 }));
}

interface Keeping {
  readonly server?: ServerFacts;
  readonly isWanted?: boolean;
  readonly home?: string;
}

function keeper(
  url: string,
  { server = { kind: "llamacpp", slots: 2 }, isWanted = true, home = tempFolder() }: Keeping = {},
) {
  const made = createSlotKeeper({
    isWanted,
    home,
    endpoint: endpointAt(url),
    model: "m",
    memory: memoryOf(server),
    openHttp: () => createHttpClient(new Set()),
  });
  const controller = new AbortController();
  const seen: ModelEvent[] = [];
  const requests: ModelRequest[] = [];
  return {
    made,
    home,
    controller,
    seen,
    requests,
    /** The slot that is asked for. */
    async ask(end: ModelEnd = DONE, onEvent: (event: ModelEvent) => void = () => {}) {
      const got = await made.around(
        {
          request: REQUEST,
          signal: controller.signal,
          emit(event) {
            seen.push(event);
            onEvent(event);
          },
        },
        async ({ request }) => {
          requests.push(request);
          return end;
        },
      );
      return { end: got, slot: requests.at(-1)?.settings?.slot };
    },
  };
}

describe("a session keeps one slot", () => {
  test("over its requests and turns, the server asked once a turn", async () => {
    const server = await startServer({ "GET /slots": slots(false, false, false) });
    const one = keeper(server.url);
    expect((await one.ask()).slot).toBe(0);
    expect((await one.ask()).slot).toBe(0);
    expect(server.asked).toEqual(["GET /slots"]);
    const two = keeper(server.url, { home: one.home });
    expect((await two.ask()).slot).toBe(1);
    one.made.see(TURN_ENDED);
    expect((await one.ask()).slot).toBe(0);
    expect(server.asked).toHaveLength(3);
    await one.made.close();
    expect((await keeper(server.url, { home: one.home }).ask()).slot).toBe(0);
  });

  test("one that another program works with is passed over", async () => {
    const server = await startServer({ "GET /slots": slots(true, false) });
    expect((await keeper(server.url).ask()).slot).toBe(1);
  });

  test("none is asked for where all are at work for others: llama.cpp takes the first that is free", async () => {
    const server = await startServer({ "GET /slots": slots(true, true) });
    expect((await keeper(server.url).ask()).slot).toBeUndefined();
  });

  test("a server started anew with fewer is not asked for one it has no more", async () => {
    const server = await startServer({ "GET /slots": slots(false, false) });
    const home = tempFolder();
    const facts = { kind: "llamacpp", slots: 4 } as const;
    expect((await keeper(server.url, { home, server: facts }).ask()).slot).toBe(0);
    expect((await keeper(server.url, { home, server: facts }).ask()).slot).toBe(1);
    const third = keeper(server.url, { home, server: facts });
    const asked = third.ask(DONE, () => third.controller.abort());
    expect((await asked).end).toEqual({ type: "interrupted", partial: [] });
    expect(third.seen).toEqual([
      { type: "notice", notice: { kind: "slot-queued", slots: 2, holders: [process.pid, process.pid] } },
    ]);
  });

  test.each<{ name: string; routes: Record<string, unknown> }>([
    { name: "does not tell its slots", routes: {} },
    { name: "answers nonsense", routes: { "GET /slots": [{ id: -1 }, { id: "0" }] } },
    { name: "has only one", routes: { "GET /slots": slots(false) } },
  ])("no number is sent to a server that $name", async ({ routes }) => {
    const server = await startServer(routes);
    const one = keeper(server.url);
    const { end } = await one.ask();
    expect(end).toBe(DONE);
    expect(one.requests).toEqual([REQUEST]);
  });

  test.each<Keeping & { name: string }>([
    { name: "at a first meeting", server: {} },
    { name: "of another server", server: { kind: "lmstudio", slots: 4 } },
    { name: "where it is not wanted", isWanted: false },
  ])("nothing is asked $name", async (keeping) => {
    const server = await startServer({ "GET /slots": slots(false, false) });
    const one = keeper(server.url, keeping);
    expect((await one.ask()).end).toBe(DONE);
    expect(server.asked).toEqual([]);
    expect(one.requests).toEqual([REQUEST]);
    expect(await one.made.hold(one.controller.signal)).toEqual({});
  });

  test("a refused number is let go, and the question asked without it", async () => {
    const server = await startServer({ "GET /slots": slots(false, false) });
    const one = keeper(server.url);
    const refused: ModelEnd = {
      type: "failed",
      error: { kind: "bad_request", message: "Invalid slot ID", status: 400 },
      partial: [],
    };
    await one.ask(refused);
    await one.ask();
    expect(one.requests.map(({ settings }) => settings?.slot)).toEqual([0, undefined, undefined]);
  });

  test("where leases can't be written, sessions go on without", async () => {
    const server = await startServer({ "GET /slots": slots(false, false) });
    const home = tempFolder();
    mkdirSync(join(home, "leat"));
    writeFileSync(join(home, "leat", "slots"), "");
    const one = keeper(server.url, { home });
    expect((await one.ask()).end).toBe(DONE);
    expect(one.requests).toEqual([REQUEST]);
  });
});

describe("sessions wait in line where all slots are worked with", () => {
  test("it is told once, and goes on when one is free", async () => {
    const server = await startServer({ "GET /slots": slots(false) });
    const [first, second] = [keeper(server.url), keeper(server.url)];
    await first.ask();
    const waiting = keeper(server.url, { home: first.home });
    const asked = waiting.ask(DONE, () => first.made.see(TURN_ENDED));
    expect((await asked).end).toBe(DONE);
    expect(waiting.seen).toEqual([
      { type: "notice", notice: { kind: "slot-queued", slots: 1, holders: [process.pid] } },
    ]);
    // Another home is another user's: nothing is known of what he does.
    expect((await second.ask()).end).toBe(DONE);
    expect(second.seen).toEqual([]);
  });

  test("what need not be does not wait", async () => {
    const server = await startServer({ "GET /slots": slots(false, false) });
    const home = tempFolder();
    const [first, second] = [keeper(server.url, { home }), keeper(server.url, { home })];
    await first.ask();
    expect(await second.made.hold(second.controller.signal)).toEqual({ slot: 1 });
    expect(await second.made.hold(second.controller.signal)).toEqual({ slot: 1 });
    const third = keeper(server.url, { home });
    expect(await third.made.hold(third.controller.signal)).toBeUndefined();
    expect(third.seen).toEqual([]);
  });

  test("a server with no idle slot is left alone by what need not be, and nothing stays claimed", async () => {
    const server = await startServer({ "GET /slots": slots(true, true) });
    const one = keeper(server.url);
    expect(await one.made.hold(one.controller.signal)).toBeUndefined();
    expect(claimSlot(one.home, server.url, [0])).toMatchObject({ type: "claimed" });
    expect(claimSlot(one.home, server.url, [1])).toMatchObject({ type: "claimed" });
  });
});
