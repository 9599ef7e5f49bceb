import { expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/net/index.ts";
import type { ServerKind } from "../../src/protocol/index.ts";
import { readActivity, type ServerActivity } from "../../src/servers/index.ts";
import { startFakeServer } from "../support/fake-server.ts";
import { findFreePort, startLoopback } from "../support/loopback.ts";

async function activity(url: string, kind: ServerKind, model = "m", timeoutMs = 5_000) {
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const { signal } = new AbortController();
  return await readActivity(
    { baseUrl: url, queryParams: {}, headers: {} },
    { http, signal, kind, model, timeoutMs },
  );
}

interface Row {
  readonly name: string;
  readonly kind: ServerKind;
  readonly routes: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly told: ServerActivity | undefined;
}

const expires = "2100-01-01T00:00:00Z";
const running = { expires_at: expires, size_vram: 0, context_length: 4096 };
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
    routes: {
      "GET /api/ps": {
        models: [
          { name: "other", ...running },
          { name: "m:latest", ...running },
        ],
      },
    },
    told: { type: "ready", expiresAtMs: Date.parse(expires) },
  },
  {
    name: "Ollama: it names no time",
    kind: "ollama",
    routes: { "GET /api/ps": { models: [{ name: "m", size_vram: 0, context_length: 4096, expires_at: 5 }] } },
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
    told: { type: "slots", busy: 2, all: 2, writing: 0 },
  },
  {
    name: "llama.cpp: one free",
    kind: "llamacpp",
    routes: slots(true, false),
    told: { type: "slots", busy: 1, all: 2, writing: 0 },
  },
  {
    name: "llama.cpp: who writes, in the shapes of old and new versions",
    kind: "llamacpp",
    routes: {
      "GET /slots": [
        { is_processing: true, next_token: { n_decoded: 3 } },
        { is_processing: true, next_token: [{ n_decoded: 1 }] },
        { is_processing: true, next_token: [{ n_decoded: 0 }] },
        { is_processing: true, next_token: "?" },
        { is_processing: false, next_token: [{ n_decoded: 9 }] },
      ],
    },
    told: { type: "slots", busy: 4, all: 5, writing: 2 },
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
  { name: "Ollama: it is somebody else now", kind: "ollama", routes: {}, told: undefined },
];

test.each(ROWS)("$name", async ({ kind, routes, status = 404, told }) => {
  const server = await startFakeServer({ routes, fallback: { status, body: {} } });
  expect(await activity(server.url, kind)).toEqual(told);
});

test("Ollama keeps its list back while it loads; nobody else is thought to", async () => {
  const mute = await startLoopback(() => {}, { takesGet: true });
  onTestFinished(() => mute.close());
  const ask = (kind: ServerKind) => activity(mute.url, kind, "m", 50);
  expect(await Promise.all([ask("ollama"), ask("llamacpp"), ask("lmstudio")])).toEqual([
    { type: "loading" },
    undefined,
    undefined,
  ]);
});

test.each(["vllm", "sglang", "mlx", "openai-like"] as const)("%s is not even asked", async (kind) => {
  const server = await startFakeServer({ routes: {}, fallback: { status: 200, body: {} } });
  expect(await activity(server.url, kind)).toBeUndefined();
  expect(server.asked).toEqual([]);
});

test("nobody there", async () => {
  expect(await activity(`http://127.0.0.1:${await findFreePort()}/v1`, "llamacpp")).toBeUndefined();
});
