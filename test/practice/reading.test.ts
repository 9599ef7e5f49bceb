import { expect, test } from "vitest";
import type { ServerFace } from "../../src/practice/index.ts";
import { ask, eventsOf, hi, startServer } from "./support.ts";

const script = { replies: [{ text: "Two words" }], after: "repeat-last" as const };
const stream = { messages: hi, stream: true, stream_options: { include_usage: true } };
type Face = ServerFace | undefined;

test.each<[string, Face, boolean, boolean]>([
  ["itself", undefined, true, true],
  ["itself, unasked", undefined, false, false],
  ["llama.cpp", "llamacpp", true, true],
  ["llama.cpp, unasked", "llamacpp", false, false],
  ["Ollama", "ollama", true, false],
  ["LM Studio", "lmstudio", true, false],
  ["vLLM", "vllm", true, false],
])("progress as %s", async (_name, face, asks, shows) => {
  const server = await startServer({ script, prefillTokensPerSecond: 100_000, ...(face ? { face } : {}) });
  const { body } = await ask(server, { body: { ...stream, ...(asks ? { return_progress: true } : {}) } });
  expect(body.includes("prompt_progress")).toBe(shows);
});

test("at human pace it shows itself reading to whoever asks, as the demo does", async () => {
  const server = await startServer({ script: { replies: [{ text: "a" }] }, pace: "human" });
  expect((await ask(server, { body: stream })).body).toContain("prompt_progress");
});

test.each<[string, Face, { cached: boolean; timings: boolean }]>([
  ["itself", undefined, { cached: true, timings: true }],
  ["llama.cpp", "llamacpp", { cached: true, timings: true }],
  ["vLLM", "vllm", { cached: true, timings: false }],
  ["Ollama", "ollama", { cached: false, timings: false }],
  ["LM Studio", "lmstudio", { cached: false, timings: false }],
])("what %s tells of its work", async (_name, face, tells) => {
  const server = await startServer({ script, ...(face ? { face } : {}) });
  for (const body of [stream, { messages: hi }]) {
    const answer = await ask(server, { body });
    const last = body === stream ? eventsOf(answer.body).at(-2) : JSON.parse(answer.body);
    const { usage, timings } = last as { usage: Record<string, unknown>; timings?: unknown };
    expect(usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 2 });
    expect({ cached: "prompt_tokens_details" in usage, timings: timings !== undefined }).toEqual(tells);
  }
});

test("reading takes as long as its speed says, at any pace, and only for what is not cached", async () => {
  const server = await startServer({ script, prefillTokensPerSecond: 20_000 });
  const messages = [{ role: "user", content: "x".repeat(8_000) }];
  const [cold, warm] = [
    JSON.parse((await ask(server, { body: { messages } })).body).timings,
    JSON.parse((await ask(server, { body: { messages } })).body).timings,
  ];
  expect([cold.cache_n, warm.prompt_n]).toEqual([0, 1]);
  // 2,008 tokens at 20,000 a second; a timer may fire a millisecond early.
  expect(cold.prompt_ms).toBeGreaterThanOrEqual(98);
  expect(cold.prompt_per_second).toBeLessThan(20_600);
  expect(cold.prompt_n).toBeGreaterThan(2000);
});

test("a prompt too long is refused in each server's own words", async () => {
  const messages = [{ role: "user", content: "x".repeat(400) }];
  const answers: unknown[] = [];
  for (const face of ["llamacpp", "vllm", "lmstudio", undefined] as const) {
    const server = await startServer({ script, window: 50, ...(face ? { face } : {}) });
    const { status, body } = await ask(server, { body: { messages } });
    answers.push([status, JSON.parse(body)]);
  }
  const exceeds = {
    error: {
      code: 400,
      message: "request (108 tokens) exceeds the available context size (50 tokens), try increasing it",
      type: "exceed_context_size_error",
      n_prompt_tokens: 108,
      n_ctx: 50,
    },
  };
  expect(answers).toEqual([
    [400, exceeds],
    [
      400,
      {
        error: {
          message:
            "This model's maximum context length is 50 tokens. However, your request has 108 input tokens. Please reduce the length of the input messages.",
          type: "BadRequestError",
          param: "input_tokens",
          code: 400,
        },
      },
    ],
    [400, { error: expect.stringContaining("(n_keep: 108>= n_ctx: 50)") }],
    [400, exceeds],
  ]);
});

test("LM Studio tells it in a stream that began well", async () => {
  const server = await startServer({ script, face: "lmstudio", window: 50 });
  const messages = [{ role: "user", content: "x".repeat(400) }];
  const { status, body } = await ask(server, { body: { messages, stream: true } });
  const message =
    "Input does not fit in context length. The input has 108 tokens, but the context length only supports 50 tokens.";
  expect([status, body]).toEqual([
    200,
    `event: error\ndata: ${JSON.stringify({ error: { message }, message })}\n\n`,
  ]);
});

test("Ollama reads what fits, and says no word of the rest", async () => {
  const server = await startServer({ script, face: "ollama", window: 50 });
  const messages = [{ role: "user", content: "x".repeat(400) }];
  const answer = await ask(server, { body: { messages } });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body).usage.prompt_tokens).toBe(50);
});

test("a refusal uses no reply of the script up", async () => {
  const server = await startServer({ script: { replies: [{ text: "kept" }] }, window: 50 });
  await ask(server, { body: { messages: [{ role: "user", content: "x".repeat(400) }] } });
  const answer = JSON.parse((await ask(server, { body: { messages: hi } })).body);
  expect(answer.choices[0].message.content).toBe("kept");
});

test.each<[ServerFace, string, unknown, (body: unknown) => unknown]>([
  ["ollama", "GET /api/ps", undefined, (body) => at(body, "models", 0, "context_length")],
  ["ollama", "POST /api/show", {}, (body) => at(body, "parameters")],
  [
    "lmstudio",
    "GET /api/v1/models",
    undefined,
    (body) => at(body, "models", 0, "loaded_instances", 0, "config", "context_length"),
  ],
  ["lmstudio", "GET /api/v0/models", undefined, (body) => at(body, "data", 0, "loaded_context_length")],
  ["llamacpp", "GET /props", undefined, (body) => at(body, "default_generation_settings", "n_ctx")],
  ["llamacpp", "GET /slots", undefined, (body) => at(body, 0, "n_ctx")],
  ["llamacpp", "GET /v1/models", undefined, (body) => at(body, "data", 0, "meta", "n_ctx")],
  ["vllm", "GET /v1/models", undefined, (body) => at(body, "data", 0, "max_model_len")],
])("%s tells its window at %s", async (face, route, body, window) => {
  const server = await startServer({ face, window: 12_345 });
  const [method = "", path = ""] = route.split(" ");
  const answer = await ask(server, { method, path, body });
  expect(String(window(JSON.parse(answer.body)))).toBe(route.endsWith("show") ? "num_ctx 12345" : "12345");
});

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}
