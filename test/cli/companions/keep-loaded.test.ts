import { describe, expect, test } from "vitest";
import { createKeepLoaded, ttlOf } from "../../../src/cli/companions/keep-loaded.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import type { ServerFacts } from "../../../src/protocol/index.ts";
import type { ModelEnd } from "../../../src/wire/index.ts";
import { endpointAt, memoryOf, REQUEST, startServer } from "./support.ts";

const DONE = { type: "completed", items: [], completion: {} } as unknown as ModelEnd;
const FAILED: ModelEnd = { type: "failed", error: { kind: "disconnected", message: "" }, partial: [] };
const OLLAMA: ServerFacts = { kind: "ollama" };
const SENT = 'POST /api/generate {"model":"m","keep_alive":"60m","stream":false}';

function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString();
}

/** What Ollama is asked in a session of so many answers. */
async function expectAsked(
  models: unknown,
  expected: readonly string[],
  {
    server = OLLAMA,
    ends = [DONE, DONE],
    minutes,
    isLocal = true,
  }: { server?: ServerFacts; ends?: readonly ModelEnd[]; minutes?: number; isLocal?: boolean } = {},
): Promise<void> {
  const { url, asked } = await startServer({
    "GET /api/ps": { models },
    "POST /api/generate": { done: true },
  });
  const made = createKeepLoaded({
    minutes,
    isLocal,
    endpoint: endpointAt(url),
    model: "m",
    memory: memoryOf(server),
    openHttp: () => createHttpClient(new Set()),
  });
  for (const end of ends) {
    await made.around({ request: REQUEST, signal: new AbortController().signal, emit() {} }, async () => end);
  }
  // Closing waits a moment only, and a machine may be slow.
  await expect.poll(() => asked).toEqual(expected);
  await made.close();
  expect(asked).toEqual(expected);
}

describe("Ollama is told to keep the model", () => {
  test.each([
    { name: "for an hour, once a session", models: [{ name: "m", expires_at: inMinutes(5) }], sends: true },
    { name: "by its whole name", models: [{ model: "m:latest", expires_at: inMinutes(5) }], sends: true },
    {
      name: "not where it stays that long",
      models: [{ name: "m", expires_at: inMinutes(59.5) }],
      sends: false,
    },
    {
      name: "not where it stays for ever",
      models: [{ name: "m", expires_at: "2318-03-12T18:53:51+01:00" }],
      sends: false,
    },
    {
      name: "not where it stays longer than dates go",
      models: [{ name: "m", expires_at: "+9999999-01-01" }],
      sends: false,
    },
    {
      name: "not where it is not loaded",
      models: [{ name: "other", expires_at: inMinutes(5) }],
      sends: false,
    },
    { name: "not where the answer is nonsense", models: "none", sends: false },
  ])("$name", async ({ models, sends }) => {
    await expectAsked(models, ["GET /api/ps", ...(sends ? [SENT] : [])]);
  });

  const soon = [{ name: "m", expires_at: inMinutes(5) }];
  test.each([
    {
      name: "as long as configured",
      options: { minutes: 90 },
      asked: ["GET /api/ps", SENT.replace("60m", "90m")],
    },
    { name: "not where that is switched off", options: { minutes: 0 }, asked: [] },
    { name: "not elsewhere", options: { isLocal: false }, asked: [] },
    {
      name: "not where another server answers",
      options: { server: { kind: "llamacpp" } as const },
      asked: [],
    },
    { name: "not where who answers is not known", options: { server: {} }, asked: [] },
    { name: "not before an answer is whole", options: { ends: [FAILED] }, asked: [] },
  ])("$name", async ({ options, asked }) => {
    await expectAsked(soon, asked, options);
  });
});

describe("LM Studio gets the time with each request", () => {
  test.each([
    {
      name: "where the user has set one",
      server: { kind: "lmstudio" } as const,
      minutes: 90,
      ttl: { ttl: 5400 },
    },
    { name: "not where nobody has", server: { kind: "lmstudio" } as const, minutes: undefined, ttl: {} },
    { name: "not where it is switched off", server: { kind: "lmstudio" } as const, minutes: 0, ttl: {} },
    { name: "and no other server", server: OLLAMA, minutes: 90, ttl: {} },
    { name: "nor one that nobody knows", server: {}, minutes: 90, ttl: {} },
  ])("$name", ({ server, minutes, ttl }) => {
    const endpoint = endpointAt("http://127.0.0.1:1/v1");
    expect(ttlOf({ minutes, endpoint, model: "m", memory: memoryOf(server) })).toEqual(ttl);
  });
});
