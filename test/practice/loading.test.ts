import { expect, test } from "vitest";
import type { PracticeServer, ServerFace } from "../../src/practice/index.ts";
import { ask, hi, startServer, until } from "./support.ts";

const script = { replies: [{ text: "Hello" }], after: "repeat-last" as const };

/** Longer than any test runs. */
const NEVER = 600_000;

async function json(server: PracticeServer, route: string, body?: unknown) {
  const [method = "", path = ""] = route.split(" ");
  const answer = await ask(server, { method, path, body });
  return { status: answer.status, body: JSON.parse(answer.body) };
}

test("llama.cpp refuses everything until its model is loaded, then speaks", async () => {
  const server = await startServer({ script, face: "llamacpp", loadMs: NEVER });
  const refusal = {
    status: 503,
    body: { error: { message: "Loading model", type: "unavailable_error", code: 503 } },
  };
  const routes = ["GET /health", "GET /v1/models", "GET /props", "GET /slots", "GET /none"];
  for (const route of routes) {
    expect([route, await json(server, route)]).toEqual([route, refusal]);
  }
  expect(await json(server, "POST /v1/chat/completions", { messages: hi })).toEqual(refusal);
  expect(server.requests.map(({ reply }) => reply)).toEqual(["status 503"]);
  const other = await startServer({ script, face: "llamacpp", loadMs: 20 });
  while ((await json(other, "GET /health")).status !== 200) {
    // Until it is loaded.
  }
  expect(await json(other, "POST /v1/chat/completions", { messages: hi })).toMatchObject({ status: 200 });
});

const LOADED: readonly (readonly [ServerFace, string, (body: never) => number])[] = [
  ["ollama", "GET /api/ps", (body: { models: unknown[] }) => body.models.length],
  [
    "lmstudio",
    "GET /api/v1/models",
    (body: { models: { loaded_instances: unknown[] }[] }) => body.models[0]?.loaded_instances.length ?? -1,
  ],
  [
    "lmstudio",
    "GET /api/v0/models",
    (body: { data: { state: string }[] }) => body.data.filter(({ state }) => state === "loaded").length,
  ],
];

test.each(LOADED)("%s loads for the first who asks, in silence: %s", async (face, route, loaded) => {
  const slow = await startServer({ script, face, loadMs: NEVER });
  const count = async (server: PracticeServer) => loaded((await json(server, route)).body as never);
  expect(await count(slow)).toBe(0);
  const answer = json(slow, "POST /v1/chat/completions", { messages: hi }).then(
    () => "answered",
    () => "ended without a word",
  );
  await until(() => slow.requests.length === 1);
  expect(await count(slow)).toBe(0);
  await slow.stop();
  expect(await answer).toBe("ended without a word");

  const quick = await startServer({ script, face, loadMs: 1 });
  expect((await json(quick, "POST /v1/chat/completions", { messages: hi })).status).toBe(200);
  expect(await count(quick)).toBe(1);
});

test("Ollama's keep_alive loads, sets when it ends, and unloads", async () => {
  const server = await startServer({ script, face: "ollama", loadMs: 0 });
  const model = "leat-practice";
  const say = (keepAlive?: unknown) =>
    json(server, "POST /api/generate", {
      model,
      ...(keepAlive === undefined ? {} : { keep_alive: keepAlive }),
    });
  const expiresIn = async () => {
    const [running] = (await json(server, "GET /api/ps")).body.models;
    return running === undefined ? null : (Date.parse(running.expires_at) - Date.now()) / 60_000;
  };
  expect(await say()).toMatchObject({ status: 200, body: { done: true, done_reason: "load", response: "" } });
  expect(await expiresIn()).toBeCloseTo(5, 0);
  for (const [keepAlive, minutes] of [
    ["1h30m", 90],
    [1800, 30],
    ["45m", 45],
    ["600", 10],
  ] as const) {
    await say(keepAlive);
    expect(await expiresIn()).toBeCloseTo(minutes, 0);
  }
  for (const forEver of [-1, "-1m"]) {
    await say(forEver);
    expect(await expiresIn()).toBeGreaterThan(60 * 24 * 365);
  }
  expect((await say(0)).body.done_reason).toBe("unload");
  expect(await expiresIn()).toBeNull();
  await say("1ms");
  // Over at once: the model is gone before anyone can ask for it.
  while ((await expiresIn()) !== null) {}
  expect(await say("soon")).toMatchObject({ status: 400 });
  expect(await json(server, "POST /api/generate", { model: "none" })).toEqual({
    status: 404,
    body: { error: "model 'none' not found" },
  });
});

test("what is unloaded has lost its cache", async () => {
  const server = await startServer({ face: "lmstudio", script });
  const ask = () => json(server, "POST /v1/chat/completions", { messages: hi });
  await ask();
  await json(server, "POST /api/v1/models/unload", { instance_id: "leat-practice" });
  const llama = await json(server, "GET /api/v1/models");
  expect(llama.body.models[0].loaded_instances).toEqual([]);
  expect(await json(server, "POST /api/v1/models/unload", { instance_id: "leat-practice" })).toMatchObject({
    status: 404,
  });
  expect(
    await json(server, "POST /api/v1/models/load", { model: "leat-practice", context_length: 4096 }),
  ).toEqual({
    status: 200,
    body: {
      type: "llm",
      instance_id: "leat-practice",
      load_time_seconds: expect.any(Number),
      status: "loaded",
    },
  });
  const [model] = (await json(server, "GET /api/v1/models")).body.models;
  expect(model.loaded_instances).toEqual([
    { id: "leat-practice", config: { context_length: 4096, parallel: 1 } },
  ]);
  expect((await ask()).status).toBe(200);
});

test("further models are on disk: a text model answers when asked, an embedding one does not chat", async () => {
  const server = await startServer({
    script,
    face: "ollama",
    moreModels: ["qwen3:8b", "nomic-embed-text"],
  });
  const names = async (route: string) =>
    (await json(server, route)).body.models.map(({ name }: { name: string }) => name);
  expect(await names("GET /api/tags")).toEqual(["leat-practice", "qwen3:8b", "nomic-embed-text"]);
  expect(await names("GET /api/ps")).toEqual(["leat-practice"]);
  const chat = (model: string) => json(server, "POST /v1/chat/completions", { model, messages: hi });
  expect((await chat("qwen3:8b")).status).toBe(200);
  expect(await names("GET /api/ps")).toEqual(["leat-practice", "qwen3:8b"]);
  expect(await chat("leat-practice:latest")).toMatchObject({ status: 200 });
  expect(await chat("nomic-embed-text")).toMatchObject({ status: 400 });
  expect(await chat("none")).toMatchObject({
    status: 404,
    body: { error: { message: "model 'none' not found" } },
  });
  expect((await json(server, "POST /api/show", { model: "nomic-embed-text" })).body.capabilities).toEqual([
    "embedding",
  ]);
});
