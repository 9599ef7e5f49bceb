import { createServer } from "node:http";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createContextKeeper } from "../../../src/agent/index.ts";
import { createWindowWatch } from "../../../src/cli/companions/window-watch.ts";
import { openEndpointMemory } from "../../../src/home/index.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import { type ModelEnd, type ModelEvent, type ModelRequest, pickDialect } from "../../../src/wire/index.ts";
import { fixtureOf, startFakeServer } from "../../support/fake-server.ts";
import { listen } from "../../support/loopback.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const REQUEST: ModelRequest = { model: "qwen3-8b", instructions: "", items: [], tools: [], settings: {} };
const TEXT: ModelEvent = { type: "text-delta", text: "a" };
const RETRY: ModelEvent = { type: "notice", notice: { kind: "empty-answer" } };
const DONE = { type: "completed", items: [], completion: {} } as unknown as ModelEnd;
const FAILED: ModelEnd = { type: "failed", error: { kind: "disconnected", message: "" }, partial: [] };

function watch(url: string, { isWanted = true, window }: { isWanted?: boolean; window?: number } = {}) {
  const { budget } = createContextKeeper({ window, head: [] });
  const home = tempFolder();
  const made = createWindowWatch({
    openHttp: () => createHttpClient(new Set()),
    isWanted,
    endpoint: {
      providerId: "p",
      baseUrl: url,
      queryParams: {},
      headers: {},
      wireApi: "chat",
      dialect: pickDialect({ providerId: "p", hostname: "127.0.0.1", model: "qwen3-8b" }),
      requestMaxRetries: 0,
      streamMaxRetries: 0,
      idleTimeoutMs: undefined,
    },
    model: "qwen3-8b",
    memory: openEndpointMemory(home),
    budget,
    head: [],
  });
  const seen: ModelEvent[] = [];
  const request = (events: readonly ModelEvent[], end: ModelEnd) =>
    made.around(
      { request: REQUEST, signal: new AbortController().signal, emit: (event) => seen.push(event) },
      async ({ emit }) => {
        events.forEach(emit);
        return end;
      },
    );
  return { made, budget, request, seen, home };
}

// What is loaded by the first question is compiled here, which takes longer than the end of a session waits.
beforeAll(async () => {
  await import("../../../src/cli/companions/ask-window.ts");
});

describe("the window is asked for", () => {
  test.each([
    { name: "when the answer begins", events: [TEXT, TEXT], end: DONE, isAsked: true },
    { name: "when a silent answer is over", events: [], end: DONE, isAsked: true },
    { name: "not where the request fails", events: [RETRY], end: FAILED, isAsked: false },
    { name: "not where it is not wanted", events: [TEXT], end: DONE, isWanted: false, isAsked: false },
  ])("$name", async ({ events, end, isWanted, isAsked }) => {
    const server = await startFakeServer(fixtureOf("llamacpp"));
    const { made, budget, request } = watch(server.url, isWanted === undefined ? {} : { isWanted });
    await request(events, end);
    await made.close();
    expect(server.asked).toEqual(isAsked ? ["GET /v1/models", "GET /props"] : []);
    expect(budget.window).toBe(isAsked ? 16_384 : undefined);
  });

  test("once, and told before the next request", async () => {
    const server = await startFakeServer(fixtureOf("llamacpp"));
    const { made, request, seen } = watch(server.url, { window: 4_096 });
    await request([TEXT], DONE);
    await made.close();
    await request([TEXT], DONE);
    await made.close();
    expect(server.asked).toEqual(["GET /v1/models", "GET /props"]);
    const notice = {
      kind: "window-learnt",
      tokens: 16_384,
      before: 4_096,
      server: "llamacpp",
      most: 40_960,
      model: "qwen3-8b",
    };
    expect(seen).toEqual([TEXT, { type: "notice", notice }, TEXT]);
  });

  test("a server that does not tell changes nothing", async () => {
    const server = await startFakeServer(fixtureOf("mlx"));
    const { made, budget, request, seen } = watch(server.url, { window: 4_096 });
    await request([TEXT], DONE);
    await made.close();
    await request([TEXT], DONE);
    expect(budget.window).toBe(4_096);
    expect(seen).toEqual([TEXT, TEXT]);
  });

  test("a server that says nothing does not hold up the end", async () => {
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    let isGone = () => {};
    const gone = new Promise<void>((resolve) => {
      isGone = resolve;
    });
    const server = createServer((_request, response) => {
      response.on("close", isGone);
      isAsked();
    });
    const port = await listen(server);
    onTestFinished(() => void server.close());
    const { made, budget, request } = watch(`http://127.0.0.1:${port}/v1`);
    await request([TEXT], DONE);
    await asked;
    await made.close();
    await gone;
    expect(budget.window).toBeUndefined();
  });
});
