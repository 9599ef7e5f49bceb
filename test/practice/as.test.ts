import { expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/net/index.ts";
import { type ServerFace, startPracticeServer } from "../../src/practice/index.ts";
import { identifyServer, type ServerIdentity } from "../../src/servers/index.ts";
import { ask, hi } from "./support.ts";

const version = "0.0.0-leat-practice";
const model = { id: "leat-practice", state: "loaded", contextWindow: 32_768 } as const;
const maxContextWindow = 131_072;

const FACES: readonly (ServerIdentity & { readonly kind: ServerFace })[] = [
  {
    kind: "ollama",
    version,
    models: [{ ...model, maxContextWindow, vision: false, tools: true, reasoning: true }],
  },
  {
    kind: "lmstudio",
    models: [{ ...model, maxContextWindow, slots: 1, vision: false, tools: true, reasoning: true }],
  },
  {
    kind: "llamacpp",
    version,
    slots: 1,
    ignoresModelName: true,
    models: [{ ...model, maxContextWindow, vision: false, tools: true }],
  },
  { kind: "vllm", version, models: [model] },
];

test.each(FACES)("as $kind it is taken for that, and speaks as ever", async (identity) => {
  const server = await startPracticeServer({
    pace: "full",
    face: identity.kind,
    script: { replies: [{ text: "Hello" }] },
  });
  onTestFinished(() => server.stop());
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const found = await identifyServer(
    { baseUrl: server.url, queryParams: {}, headers: {} },
    {
      http,
      signal: new AbortController().signal,
      timeoutMs: 5_000,
      about: "all",
      triesRoutes: true,
    },
  );
  expect(found).toEqual({ type: "identified", server: identity });
  const answer = await ask(server, { body: { messages: hi } });
  expect(JSON.stringify(answer)).toContain("Hello");
});

test("as itself it is a server like others", async () => {
  const server = await startPracticeServer({ pace: "full" });
  onTestFinished(() => server.stop());
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const options = { http, signal: new AbortController().signal, timeoutMs: 5_000 };
  const address = { baseUrl: server.url, queryParams: {}, headers: {} };
  expect(await identifyServer(address, { ...options, about: "all", triesRoutes: true })).toEqual({
    type: "identified",
    server: { kind: "openai-like", models: [{ id: "leat-practice" }] },
  });
});
