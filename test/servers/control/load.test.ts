import { describe, expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../../src/net/index.ts";
import type { ServerKind } from "../../../src/protocol/index.ts";
import { type ControlEnd, modelControl, type ServedModel } from "../../../src/servers/index.ts";
import { type ControlServer, type Reply, startControlServer, status } from "../../support/control-server.ts";

async function control(
  { url }: ControlServer,
  kind: ServerKind,
  deed: "load" | "unload",
  model: ServedModel,
  signal = new AbortController().signal,
): Promise<ControlEnd | undefined> {
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const address = { baseUrl: url, queryParams: {}, headers: {} };
  return await modelControl(kind)[deed]?.(model, { address, http, signal });
}

interface Case {
  readonly name: string;
  readonly kind: ServerKind;
  readonly deed: "load" | "unload";
  readonly model?: Partial<ServedModel>;
  readonly routes: Readonly<Record<string, readonly Reply[]>>;
  readonly end: ControlEnd;
  readonly asked: readonly string[];
}

const GENERATE = "POST /api/generate";
const loading = (value: string, more: object = {}) => ({ data: [{ id: "m", status: { value, ...more } }] });

describe.each<Case>([
  {
    name: "Ollama loads without a prompt, and keeps it as long as it likes",
    kind: "ollama",
    deed: "load",
    routes: { [GENERATE]: [{ model: "m", response: "", done: true, done_reason: "load" }] },
    end: { type: "done" },
    asked: [`${GENERATE} {"model":"m","stream":false}`],
  },
  {
    name: "Ollama loads what only embeds by its own route",
    kind: "ollama",
    deed: "load",
    model: { isEmbedding: true },
    routes: { "POST /api/embed": [{ model: "m", embeddings: [] }] },
    end: { type: "done" },
    asked: ['POST /api/embed {"model":"m","input":[]}'],
  },
  {
    name: "Ollama has no memory for it",
    kind: "ollama",
    deed: "load",
    routes: {
      [GENERATE]: [
        status(500, { error: "model requires more system memory (40.1 GiB) than is available (14.9 GiB)" }),
      ],
    },
    end: {
      type: "refused",
      status: 500,
      message: "model requires more system memory (40.1 GiB) than is available (14.9 GiB)",
    },
    asked: [`${GENERATE} {"model":"m","stream":false}`],
  },
  {
    name: "Ollama unloads, and is asked until it has",
    kind: "ollama",
    deed: "unload",
    routes: {
      [GENERATE]: [{ model: "m", done: true, done_reason: "unload" }],
      "GET /api/ps": [{ models: [{ name: "m" }, { name: "n" }] }, { models: [{ name: "n" }] }],
    },
    end: { type: "done" },
    asked: [`${GENERATE} {"model":"m","keep_alive":0,"stream":false}`, "GET /api/ps", "GET /api/ps"],
  },
  {
    name: "LM Studio loads, and echoes the window",
    kind: "lmstudio",
    deed: "load",
    routes: {
      "POST /api/v1/models/load": [
        {
          type: "llm",
          instance_id: "m",
          load_time_seconds: 9.099,
          status: "loaded",
          load_config: { context_length: 16384 },
        },
      ],
    },
    end: { type: "done", contextWindow: 16384 },
    asked: ['POST /api/v1/models/load {"model":"m","echo_load_config":true}'],
  },
  {
    name: "LM Studio unloads an instance",
    kind: "lmstudio",
    deed: "unload",
    model: { id: "m:2", aliases: ["m"] },
    routes: { "POST /api/v1/models/unload": [{ instance_id: "m:2" }] },
    end: { type: "done" },
    asked: ['POST /api/v1/models/unload {"instance_id":"m:2"}'],
  },
  {
    name: "LM Studio before 0.4 knows no such route",
    kind: "lmstudio",
    deed: "load",
    routes: {
      "POST /api/v1/models/load": [{ error: "Unexpected endpoint or method. (POST /api/v1/models/load)" }],
    },
    end: { type: "no-route" },
    asked: ['POST /api/v1/models/load {"model":"m","echo_load_config":true}'],
  },
  {
    name: "the router of llama.cpp is watched until it has loaded",
    kind: "llamacpp-router",
    deed: "load",
    routes: {
      "POST /models/load": [{ success: true }],
      "GET /v1/models": [loading("loading"), loading("loaded")],
    },
    end: { type: "done" },
    asked: ['POST /models/load {"model":"m"}', "GET /v1/models", "GET /v1/models"],
  },
  {
    name: "what the router loads already is only watched",
    kind: "llamacpp-router",
    deed: "load",
    model: { state: "loading" },
    routes: { "GET /v1/models": [loading("loaded")] },
    end: { type: "done" },
    asked: ["GET /v1/models"],
  },
  {
    name: "the router's process for it ends",
    kind: "llamacpp-router",
    deed: "load",
    routes: {
      "POST /models/load": [{ success: true }],
      "GET /v1/models": [loading("loading"), loading("unloaded", { failed: true, exit_code: 1 })],
    },
    end: { type: "refused", message: "its process ended with exit code 1" },
    asked: ['POST /models/load {"model":"m"}', "GET /v1/models", "GET /v1/models"],
  },
  {
    name: "the router unloads",
    kind: "llamacpp-router",
    deed: "unload",
    routes: {
      "POST /models/unload": [{ success: true }],
      "GET /v1/models": [loading("loaded"), loading("unloaded")],
    },
    end: { type: "done" },
    asked: ['POST /models/unload {"model":"m"}', "GET /v1/models", "GET /v1/models"],
  },
  {
    name: "a llama.cpp without these routes",
    kind: "llamacpp-router",
    deed: "unload",
    routes: {},
    end: { type: "no-route" },
    asked: ['POST /models/unload {"model":"m"}'],
  },
])("models", ({ name, kind, deed, model, routes, end, asked }) => {
  test(name, async () => {
    const server = await startControlServer(routes);
    expect(await control(server, kind, deed, { id: "m", ...model })).toEqual(end);
    expect(server.asked).toEqual(asked);
  });
});

test("Ollama: a model that works on a request is unloaded later", async () => {
  const server = await startControlServer({
    [GENERATE]: [{ done: true, done_reason: "unload" }],
    "GET /api/ps": [{ models: [{ name: "m" }] }],
  });
  expect(await control(server, "ollama", "unload", { id: "m" })).toEqual({ type: "still-busy" });
});

test("an interrupt ends the waiting, and closes the connection", async () => {
  const stop = new AbortController();
  let closed: Promise<void> | undefined;
  const server = await startControlServer({
    [GENERATE]: [
      (_response, request) => {
        closed = new Promise((resolve) => request.socket.once("close", () => resolve()));
        stop.abort();
      },
    ],
  });
  expect(await control(server, "ollama", "load", { id: "m" }, stop.signal)).toEqual({ type: "interrupted" });
  await closed;
});

test("servers that load their model at their start offer nothing", () => {
  const kinds: readonly ServerKind[] = ["llamacpp", "vllm", "sglang", "mlx", "tabbyapi", "koboldcpp"];
  expect(kinds.map(modelControl)).toEqual(kinds.map(() => ({})));
});
