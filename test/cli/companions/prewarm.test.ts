import { describe, expect, test } from "vitest";
import { createPrewarm, type PrewarmOptions } from "../../../src/cli/companions/prewarm.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import type { AgentEvent, ServerFacts } from "../../../src/protocol/index.ts";
import type { ModelEnd } from "../../../src/wire/index.ts";
import { startServer as startPractice } from "../../practice/support.ts";
import { user } from "../../support/items.ts";
import { endpointAt, memoryOf, REQUEST } from "./support.ts";

const DONE = { type: "completed", items: [], completion: {} } as unknown as ModelEnd;
const PROMPT = { ...REQUEST, instructions: "You are a test. ".repeat(100), items: [user("Here we are.")] };

function prewarm(url: string, options: Partial<PrewarmOptions> = {}) {
  const log: string[] = [];
  let clock = 0;
  const made = createPrewarm({
    when: "free",
    isLocal: true,
    endpoint: endpointAt(url),
    model: "m",
    memory: memoryOf({ kind: "llamacpp" }),
    openHttp: () => createHttpClient(new Set()),
    request: () => PROMPT,
    slots: {
      hold: async () => {
        log.push("hold");
        return { slot: 1 };
      },
      rest: () => log.push("rest"),
    },
    now: () => {
      clock += 1000;
      return clock;
    },
    ...options,
  });
  const events: AgentEvent[] = [];
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const begin = () =>
    made.begin((event) => {
      events.push(event);
      tell();
    });
  return { made, log, events, told, begin };
}

describe("a server is warmed", () => {
  test("by the beginning of the next prompt in the session's slot, which then rests", async () => {
    const server = await startPractice({ face: "llamacpp", slots: 2 });
    const { begin, events, told, log } = prewarm(server.url);
    begin();
    await told;
    const [request] = server.requests;
    expect(request?.json).toMatchObject({ model: "m", max_tokens: 1, stream: true, id_slot: 1 });
    expect(request?.slot).toBe(1);
    const notice = { kind: "prewarmed", elapsedMs: 1000, end: "read", cached: 0 };
    expect(events).toEqual([{ type: "notice", notice: { ...notice, tokens: expect.any(Number) } }]);
    expect(log).toEqual(["hold", "rest"]);
  });

  test("until the real request comes, which waits for nothing; the slot is that request's", async () => {
    const server = await startPractice({ face: "llamacpp", prefillTokensPerSecond: 10 });
    const { made, begin, events, told, log } = prewarm(server.url);
    begin();
    await expect.poll(() => server.requests.length).toBe(1);
    let asked = 0;
    const end = await made.around(
      { request: PROMPT, signal: new AbortController().signal, emit() {} },
      async () => {
        asked += 1;
        expect(events).toEqual([]);
        return DONE;
      },
    );
    expect([end, asked]).toEqual([DONE, 1]);
    await told;
    expect(events).toMatchObject([{ notice: { kind: "prewarmed", end: "cut" } }]);
    expect(log).toEqual(["hold"]);
    await expect.poll(() => server.requests[0]?.abortedAtMs).toBeGreaterThan(0);
  });

  test("until the session is closed", async () => {
    const server = await startPractice({ face: "llamacpp", prefillTokensPerSecond: 10 });
    const { made, begin } = prewarm(server.url);
    begin();
    await expect.poll(() => server.requests.length).toBe(1);
    await made.close();
    await expect.poll(() => server.requests[0]?.abortedAtMs).toBeGreaterThan(0);
  });

  test("not where no slot is idle", async () => {
    const server = await startPractice({ face: "llamacpp" });
    const { made, begin, events } = prewarm(server.url, {
      slots: { hold: async () => undefined, rest() {} },
    });
    begin();
    await made.close();
    expect([server.requests.length, events]).toEqual([0, []]);
  });

  test("a failure is told to whoever keeps the log, and nothing else comes of it", async () => {
    const server = await startPractice({
      script: { replies: [{ when: { body_has: "max_tokens" }, status: 500, body: "no" }] },
    });
    const { begin, events, told } = prewarm(server.url);
    begin();
    await told;
    expect(events).toMatchObject([{ notice: { kind: "prewarmed", end: "failed" } }]);
    expect(server.requests).toHaveLength(1);
  });
});

describe("where it may cost something, it is not done", () => {
  const key = { authorization: "Bearer sk-1" };
  test.each<{
    name: string;
    server?: ServerFacts;
    options?: Partial<PrewarmOptions>;
    headers?: Record<string, string>;
    model?: string;
    isWarmed: boolean;
  }>([
    { name: "a server that runs models itself", server: { kind: "vllm" }, isWarmed: true },
    { name: "the same with a key", server: { kind: "vllm" }, headers: key, isWarmed: true },
    { name: "one that is not known yet", server: {}, isWarmed: true },
    { name: "one that is not known, with a key", server: {}, headers: key, isWarmed: false },
    {
      name: "one like any other, with a key",
      server: { kind: "openai-like" },
      headers: { "api-key": "1" },
      isWarmed: false,
    },
    { name: "a proxy", server: { kind: "litellm" }, isWarmed: false },
    {
      name: "a model of Ollama's cloud",
      server: { kind: "ollama" },
      model: "gpt-oss:120b-cloud",
      isWarmed: false,
    },
    { name: "another of its cloud", server: { kind: "ollama" }, model: "glm-4.6:cloud", isWarmed: false },
    { name: "a model of Ollama's", server: { kind: "ollama" }, model: "qwen3:8b", isWarmed: true },
    { name: "a server elsewhere", options: { isLocal: false }, isWarmed: false },
    {
      name: "a server elsewhere, as configured",
      options: { isLocal: false, when: "always" },
      isWarmed: true,
    },
    {
      name: "a proxy, as configured",
      server: { kind: "litellm" },
      options: { when: "always" },
      isWarmed: true,
    },
    { name: "any, where it is switched off", options: { when: "never" }, isWarmed: false },
  ])(
    "$name: $isWarmed",
    async ({ server = { kind: "llamacpp" }, options = {}, headers = {}, model = "m", isWarmed }) => {
      const practice = await startPractice();
      const made = prewarm(practice.url, {
        endpoint: endpointAt(practice.url, headers),
        memory: memoryOf(server),
        model,
        ...options,
      });
      made.begin();
      await (isWarmed ? made.told : made.made.close());
      expect(practice.requests).toHaveLength(isWarmed ? 1 : 0);
    },
  );
});
