import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
// Loaded before time stands still: the watch itself does so when it first looks.
import "../../../src/cli/companions/ask-activity.ts";
import { createWaitWatch } from "../../../src/cli/companions/wait-watch.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import type { EndpointFacts, EndpointMemory } from "../../../src/protocol/index.ts";
import { type ModelEnd, type ModelEvent, type ModelRequest, pickDialect } from "../../../src/wire/index.ts";
import { listen } from "../../support/loopback.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const REQUEST: ModelRequest = { model: "m", instructions: "", items: [], tools: [], settings: {} };
const TEXT: ModelEvent = { type: "text-delta", text: "a" };
const DONE = { type: "completed", items: [] } as unknown as ModelEnd;
const LOADING: ModelEvent = { type: "server-state", state: { kind: "loading", model: "m" } };
const LOADING_OR_READING: ModelEvent = {
  type: "server-state",
  state: { kind: "loading", model: "m", orReading: true },
};
const READING: ModelEvent = { type: "server-state", state: { kind: "reading" } };
const queued = (slots: number): ModelEvent => ({ type: "server-state", state: { kind: "queued", slots } });

/** `undefined`: 404. */
type Answers = (path: string, number: number) => unknown;

interface Given {
  readonly kind?: NonNullable<EndpointFacts["server"]["kind"]>;
  readonly prefillTokensPerSecond?: number;
}

async function waiting(answers: Answers, { kind, prefillTokensPerSecond }: Given = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    asked.push(`${request.method} ${request.url}`);
    const body = answers(request.url ?? "", asked.length);
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? {}));
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const learnt: Partial<EndpointFacts>[] = [];
  const memory: EndpointMemory = {
    get: () => ({
      server: kind === undefined ? {} : { kind },
      model: prefillTokensPerSecond === undefined ? {} : { prefillTokensPerSecond },
    }),
    put: (_endpoint, _model, facts) => void learnt.push(facts),
  };
  const watch = createWaitWatch({
    endpoint: {
      providerId: "p",
      baseUrl: `http://127.0.0.1:${port}/v1`,
      queryParams: {},
      headers: {},
      wireApi: "chat",
      dialect: pickDialect({ providerId: "p", hostname: "127.0.0.1", model: "m", kind }),
      requestMaxRetries: 0,
      streamMaxRetries: 0,
      idleTimeoutMs: undefined,
    },
    model: "m",
    memory,
    openHttp: () => {
      const client = createHttpClient(new Set());
      openClients += 1;
      return {
        ...client,
        close() {
          openClients -= 1;
          client.close();
        },
      };
    },
    countTokens: () => 2_000,
    now: () => performance.now(),
  });
  const seen: ModelEvent[] = [];
  let openClients = 0;
  let emit: (event: ModelEvent) => void = () => {};
  let finish: (end: ModelEnd) => void = () => {};
  const ended = watch.around(
    { request: REQUEST, signal: new AbortController().signal, emit: (event) => seen.push(event) },
    (question) => {
      emit = question.emit;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  );
  return {
    asked,
    learnt,
    seen,
    emit: (event: ModelEvent) => emit(event),
    finish: async () => {
      finish(DONE);
      expect(await ended).toBe(DONE);
    },
    /** Lets the time go by in small steps; it stands still while a question is open. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 100) {
        await vi.advanceTimersByTimeAsync(100);
        // The module that asks is there already; to get at it takes a few turns.
        for (let turn = 0; turn < 10 || openClients > 0; turn += 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    },
  };
}

const running = (expiresAtMs: number) => ({
  models: [
    { name: "m", size_vram: 0, context_length: 4096, expires_at: new Date(expiresAtMs).toISOString() },
  ],
});
const slots = (...decoded: readonly number[]) =>
  decoded.map((n_decoded) => ({ is_processing: n_decoded >= 0, next_token: [{ n_decoded }] }));

describe("what the server says while it is silent is told, once", () => {
  test("Ollama: not there, listed while it is loaded, then at work", async () => {
    const atMs = 1_000_000_000_000;
    // The time of unloading moves with the clock until the first request is over.
    const looks = [
      { models: [] },
      { models: [] },
      running(atMs),
      running(atMs + 2_000),
      running(atMs + 2_000),
    ];
    const wait = await waiting((_path, number) => looks[Math.min(number, looks.length) - 1], {
      kind: "ollama",
    });
    await wait.pass(900);
    expect(wait.asked).toEqual([]);
    await wait.pass(9_000);
    expect(wait.asked.slice(0, 5)).toEqual(Array(5).fill("GET /api/ps"));
    expect(wait.seen).toEqual([LOADING, LOADING_OR_READING, READING]);
    await wait.finish();
  });

  test("Ollama: a model that has been there before is not thought to be loaded", async () => {
    const wait = await waiting(() => running(1_000_000_000_000), { kind: "ollama" });
    await wait.pass(7_500);
    expect(wait.asked).toHaveLength(4);
    expect(wait.seen).toEqual([]);
    await wait.finish();
  });

  test("llama.cpp: all slots at other people's work, then ours is read", async () => {
    const wait = await waiting((_path, number) => (number < 3 ? slots(5, 0) : slots(5, -1)), {
      kind: "llamacpp",
    });
    await wait.pass(5_500);
    expect(wait.asked).toEqual(Array(3).fill("GET /slots"));
    expect(wait.seen).toEqual([queued(2), READING]);
    await wait.finish();
  });

  test("the wire's word that the model is loaded is enough", async () => {
    const wait = await waiting(() => undefined, { kind: "vllm" });
    const notice = { kind: "model-loading", error: { kind: "model_loading", message: "" } } as const;
    wait.emit({ type: "notice", notice });
    await wait.pass(5_000);
    expect(wait.seen).toEqual([{ type: "notice", notice }, LOADING]);
    await wait.finish();
  });
});

describe("what is asked of the server", () => {
  test("nothing where a sign of life comes within a second, and nothing after the first", async () => {
    const wait = await waiting(() => ({ models: [] }), { kind: "ollama" });
    await wait.pass(900);
    wait.emit({ type: "prefill-progress", progress: { processed: 1, total: 2 } });
    await wait.pass(10_000);
    expect(wait.asked).toEqual([]);
    await wait.finish();
  });

  test("nothing of a server that has nothing to tell", async () => {
    const wait = await waiting(() => undefined, { kind: "vllm" });
    await wait.pass(10_000);
    expect(wait.asked).toEqual([]);
    await wait.finish();
  });

  test("who it is, once, where it was never met", async () => {
    const list = { object: "list", data: [{ id: "m", object: "model", owned_by: "me" }] };
    const wait = await waiting((path) => (path === "/v1/models" ? list : undefined));
    await wait.pass(20_000);
    expect(wait.asked.filter((path) => path === "GET /v1/models")).toHaveLength(1);
    expect(new Set(wait.asked).size).toBe(wait.asked.length);
    expect(wait.learnt).toEqual([]);
    await wait.finish();
  });

  test("what is found out about it is kept", async () => {
    const list = { object: "list", data: [{ id: "m", object: "model", owned_by: "library" }] };
    const routes: Record<string, unknown> = { "/v1/models": list, "/api/ps": { models: [] } };
    const wait = await waiting((path) => routes[path]);
    await wait.pass(3_500);
    expect(wait.learnt).toEqual([{ server: { kind: "ollama" } }]);
    expect(wait.asked).toEqual(["GET /v1/models", "GET /api/ps", "GET /api/ps", "GET /api/ps"]);
    expect(wait.seen).toEqual([LOADING]);
    await wait.finish();
  });

  test("once more where the answer broke off and is asked for again", async () => {
    const wait = await waiting(() => ({ models: [] }), { kind: "ollama" });
    wait.emit(TEXT);
    wait.emit({ type: "response-discarded" });
    await wait.pass(1_500);
    expect(wait.seen).toEqual([TEXT, { type: "response-discarded" }, LOADING]);
    await wait.finish();
    await wait.pass(5_000);
    expect(wait.asked).toHaveLength(1);
  });
});

describe("the estimate", () => {
  const speed = { prefillTokensPerSecond: 500 };
  const shares = (events: readonly ModelEvent[]) =>
    events.flatMap((event) => (event.type === "prefill-progress" ? [event.progress.processed] : []));

  test("ticks from the first look on until a token comes", async () => {
    const wait = await waiting(() => undefined, { kind: "vllm", ...speed });
    await wait.pass(900);
    expect(wait.seen).toEqual([]);
    await wait.pass(1_100);
    // Whether the tick of the very first look counts is left open.
    expect(shares(wait.seen).slice(-2)).toEqual([750, 1000]);
    wait.emit(TEXT);
    const count = wait.seen.length;
    await wait.pass(3_000);
    expect(wait.seen).toHaveLength(count);
    await wait.finish();
  });

  test("begins when the model is there", async () => {
    const looks = [{ models: [] }, running(1_000_000_000_000), running(1_000_000_000_000)];
    const wait = await waiting((_path, number) => looks[Math.min(number, 3) - 1], {
      kind: "ollama",
      ...speed,
    });
    await wait.pass(4_900);
    // It may be loaded or be read: nothing that could be judged by a speed.
    expect(wait.seen).toEqual([LOADING, LOADING_OR_READING]);
    await wait.pass(1_200);
    expect(shares(wait.seen)).toEqual([250, 500]);
    await wait.finish();
  });

  test("is none where the speed is not known", async () => {
    const wait = await waiting(() => undefined, { kind: "vllm" });
    await wait.pass(5_000);
    expect(wait.seen).toEqual([]);
    await wait.finish();
  });
});
