import { expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/net/index.ts";
import type { ServerKind } from "../../src/protocol/index.ts";
import { readActivity, type ServerActivity } from "../../src/servers/index.ts";
import { fixtureOf, startFakeServer } from "../support/fake-server.ts";
import { findFreePort } from "../support/loopback.ts";

async function activity(url: string, kind: ServerKind | undefined, model = "m") {
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const { signal } = new AbortController();
  return await readActivity(
    { baseUrl: url, queryParams: {}, headers: {} },
    { http, signal, kind, model, timeoutMs: 5_000 },
  );
}

interface Row {
  readonly name: string;
  readonly kind: ServerKind;
  readonly routes: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly told: ServerActivity | undefined;
}

const running = { expires_at: "2100-01-01T00:00:00Z", size_vram: 0, context_length: 4096 };
const instance = { id: "m", config: { context_length: 4096, parallel: 1 } };
const lmstudio = (loaded: readonly object[]) => ({
  "GET /api/v1/models": { models: [{ key: "m", type: "llm", loaded_instances: loaded }] },
});
const before04 = (state: string) => ({ "GET /api/v0/models": { data: [{ id: "m", type: "llm", state }] } });
const slots = (...busy: readonly boolean[]) => ({
  "GET /slots": busy.map((is_processing) => ({ is_processing })),
});

const ROWS: readonly Row[] = [
  {
    name: "Ollama: the model is there",
    kind: "ollama",
    routes: { "GET /api/ps": { models: [{ name: "m", ...running }] } },
    told: { type: "ready" },
  },
  {
    name: "Ollama: another one is",
    kind: "ollama",
    routes: { "GET /api/ps": { models: [{ name: "other", ...running }] } },
    told: { type: "loading" },
  },
  {
    name: "Ollama: none is",
    kind: "ollama",
    routes: { "GET /api/ps": { models: [] } },
    told: { type: "loading" },
  },
  { name: "LM Studio: an instance", kind: "lmstudio", routes: lmstudio([instance]), told: { type: "ready" } },
  { name: "LM Studio: none yet", kind: "lmstudio", routes: lmstudio([]), told: { type: "loading" } },
  {
    name: "LM Studio before 0.4: loading",
    kind: "lmstudio",
    routes: before04("loading"),
    told: { type: "loading" },
  },
  {
    name: "LM Studio before 0.4: there",
    kind: "lmstudio",
    routes: before04("loaded"),
    told: { type: "ready" },
  },
  {
    name: "llama.cpp: all at work",
    kind: "llamacpp",
    routes: slots(true, true),
    told: { type: "slots", busy: 2, all: 2 },
  },
  {
    name: "llama.cpp: one free",
    kind: "llamacpp",
    routes: slots(true, false),
    told: { type: "slots", busy: 1, all: 2 },
  },
  { name: "llama.cpp: loading", kind: "llamacpp", routes: {}, status: 503, told: { type: "loading" } },
  { name: "llama.cpp: /slots is shut", kind: "llamacpp", routes: {}, status: 501, told: undefined },
  {
    name: "llama.cpp of old told a state",
    kind: "llamacpp",
    routes: { "GET /slots": [{ state: 1 }] },
    told: undefined,
  },
  { name: "llama.cpp: no slots", kind: "llamacpp", routes: { "GET /slots": [] }, told: undefined },
  { name: "a server that tells nothing", kind: "vllm", routes: {}, told: undefined },
];

test.each(ROWS)("$name", async ({ kind, routes, status = 404, told }) => {
  const server = await startFakeServer({ routes, fallback: { status, body: {} } });
  expect(await activity(server.url, kind)).toEqual(told);
});

test("one that was never met is found out first", async () => {
  const server = await startFakeServer(fixtureOf("ollama"));
  expect(await activity(server.url, undefined, "no-such-model")).toEqual({ type: "loading" });
});

test("nobody there", async () => {
  expect(await activity(`http://127.0.0.1:${await findFreePort()}/v1`, "llamacpp")).toBeUndefined();
});
