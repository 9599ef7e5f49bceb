import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkCancel } from "../../../src/cli/doctor/checks/cancel.ts";
import type { Ask } from "../../../src/cli/doctor/question.ts";
import { openEndpointMemory } from "../../../src/home/index.ts";
import { type Reply, type ServerFace, startPracticeServer } from "../../../src/practice/index.ts";
import { listen } from "../../support/loopback.ts";
import { configFor, diagnose, withoutTimes } from "./support.ts";

const PACE = { tokens_per_second: 400 };
/** Of an answer that must be seen to come in pieces, however busy the machine is. */
const SLOW = { tokens_per_second: 40 };

async function startFace(
  face: ServerFace,
  replies?: readonly Reply[],
  more: Partial<Parameters<typeof startPracticeServer>[0]> = {},
) {
  const server = await startPracticeServer({
    face,
    pace: PACE,
    ...more,
    ...(replies === undefined ? {} : { script: { model: "leat-practice", replies } }),
  });
  onTestFinished(() => server.stop());
  return server;
}

const kept = (home: string) => JSON.parse(readFileSync(join(home, "leat/endpoints.json"), "utf8")).endpoints;

const STREAMS = "ok streaming: the first token came after T, the answer in N pieces within T";
const NO_SCHEMA =
  "info json_schema: response_format is ignored, so leat can't have the broken arguments of a call written anew";

describe("the practice model, behind each face", () => {
  const before: Record<ServerFace, readonly string[]> = {
    ollama: [
      "ok Ollama 0.0.0-leat-practice answers in T",
      "ok leat-practice is loaded",
      "info the server says of it: tools, no vision, thinking",
      "ok the context holds 32,768 tokens as it runs (the model's most: 131,072)",
    ],
    lmstudio: [
      "ok LM Studio answers in T",
      "ok leat-practice is loaded",
      "info the server says of it: tools, no vision, thinking",
      "ok the context holds 32,768 tokens as it runs (the model's most: 131,072)",
    ],
    llamacpp: [
      "ok llama.cpp 0.0.0-leat-practice answers in T, 1 slot",
      "ok leat-practice is loaded",
      "info the server says of it: tools, no vision",
      "ok the context holds 32,768 tokens as it runs (the model's most: 131,072)",
    ],
    vllm: [
      "ok vLLM 0.0.0-leat-practice answers in T",
      "ok leat-practice is loaded",
      "ok the context holds 32,768 tokens as it runs",
    ],
  };
  test.each(Object.entries(before) as [ServerFace, readonly string[]][])("%s", async (face, lines) => {
    const server = await startFace(face, undefined, { prefillTokensPerSecond: 1_000 });
    const { code, report, lines: found, home } = await diagnose(await configFor(server.url));
    expect(withoutTimes(found)).toEqual([
      ...lines,
      STREAMS,
      "ok tool call: called, its result sent back and used",
      "info parallel calls: 2 in one answer",
      "ok system message: accepted and read",
      NO_SCHEMA,
      "info thinking: comes in the field reasoning_content",
      // Ollama and LM Studio count nothing as cached.
      face === "ollama" || face === "lmstudio"
        ? "ok prompt cache: used on the second turn, by the clock; first token after T, then T"
        : expect.stringMatching(/^ok prompt cache: \d+ of \d+ tokens were there on the second turn; /),
      face === "llamacpp"
        ? "ok cancelling: the slot is free within T"
        : "ok cancelling: the next answer began after T, as usual",
    ]);
    expect({ code, advice: report.advice }).toEqual({ code: 0, advice: [] });
    expect(report.curl).toContain(`${server.url}/chat/completions`);
    expect(kept(home)[server.url]).toMatchObject({
      kind: face,
      models: { "leat-practice": { contextWindow: 32_768 } },
    });
  });
});

test("a model that can do nothing: each is said once, with what to do, and nothing is learnt of it", async () => {
  const text = { text: "I am but a small model and say the same to everything there is." };
  const server = await startFace("llamacpp", [
    { ...text, pace: SLOW },
    ...Array.from({ length: 20 }, () => text),
  ]);
  const { code, report, lines, home } = await diagnose(await configFor(server.url));
  expect(withoutTimes(lines).slice(4)).toEqual([
    STREAMS,
    "warn tool call: the model did not call the tool (2 of 2)",
    "unknown parallel calls: not seen: the model did not call the tool",
    "warn system message: the model does not know what stands there (2 of 2)",
    NO_SCHEMA,
    "info thinking: none seen",
    expect.stringMatching(/^ok prompt cache: /),
    expect.stringMatching(/^(ok|unknown) cancelling/),
  ]);
  expect(report.advice).toEqual([
    { reason: "The model must be able to call tools.", paste: "llama-server … --jinja" },
  ]);
  expect(code).toBe(0);
  expect(kept(home)[server.url].models).toEqual({ "leat-practice": { contextWindow: 32_768 } });
});

test("what a refusal teaches is kept, told, and the check goes on with it", async () => {
  const refusal = (message: string, when: Reply["when"]): Reply => ({
    ...(when === undefined ? {} : { when }),
    status: 400,
    body: { error: { message } },
  });
  const server = await startFace("vllm", [
    refusal("Only user and assistant roles are supported! System role not supported", {
      body_has: '"role":"system"',
    }),
    refusal("`response_format` is not supported", { body_has: '"response_format"' }),
    {
      when: { body_has: "compass" },
      pace: SLOW,
      text: "<think>\nhm</think> It is for finding north, on land and at sea.",
    },
    { when: { body_has: '"role":"tool"' }, text: "It says 48213." },
    {
      when: { body_has: "blue locker with" },
      calls: [{ name: "open_locker", arguments: { colour: "blue" } }],
    },
    { when: { body_has: "red locker" }, calls: [{ name: "open_locker", arguments: { colour: "red" } }] },
    { when: { body_has: "password" }, text: "Marzipan." },
    { when: { body_has: "Lamp 1 " }, text: "off" },
    { when: { body_has: "Lamp 1 " }, text: "off" },
    { when: { body_has: "Count" }, text: "one two three ".repeat(200) },
    { text: "yes" },
  ]);
  const { code, lines, home } = await diagnose(await configFor(server.url));
  expect(withoutTimes(lines).slice(3)).toEqual([
    STREAMS,
    "ok tool call: called, its result sent back and used",
    "info parallel calls: no, one call an answer",
    "ok system message: refused by the template, so its text goes into the first user message; it is read there",
    "info json_schema: the server refuses response_format, so leat can't have the broken arguments of a call written anew",
    "info thinking: comes in tags in the text",
    expect.stringMatching(/^ok prompt cache: /),
    "ok cancelling: the next answer began after T, as usual",
    "info learnt of this endpoint and kept: parameters left out: response_format; the system message goes into the first user message",
  ]);
  expect(code).toBe(0);
  expect(kept(home)[server.url].models["leat-practice"]).toEqual({
    contextWindow: 32_768,
    refusesSystemRole: true,
    refusedParameters: ["response_format"],
  });
});

test("a model that is loaded by the first question: its window is asked for then", async () => {
  const server = await startFace("ollama", undefined, { loadMs: 300, window: 4_096 });
  const { code, lines, report } = await diagnose(await configFor(server.url));
  expect(withoutTimes(lines).slice(1, 5)).toEqual([
    "info leat-practice is there and not loaded; the first request loads it",
    "info the server says of it: tools, no vision, thinking",
    STREAMS,
    "warn the context holds 4,096 tokens as it runs (the model's most: 131,072): little for work on files, which goes well from 16,384 on",
  ]);
  expect(report.advice.map(({ paste }) => paste)).toEqual(["OLLAMA_CONTEXT_LENGTH=32768 ollama serve"]);
  expect(code).toBe(0);
});

test("a server that takes tools only as text, and the option that changes it", async () => {
  const text = '<tool_call>{"name": "open_locker", "arguments": {"colour": "blue"}}</tool_call>';
  const message = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set';
  const server = await startFace("vllm", [
    { when: { body_has: '"tools"' }, status: 400, body: { error: { message } } },
    { when: { body_has: "compass" }, pace: SLOW, text: "It is for finding north, on land and at sea." },
    { when: { body_has: "48213" }, text: "48,213" },
    { when: { body_has: "blue locker with" }, text },
    ...Array.from({ length: 9 }, () => ({ text: "marzipan" })),
  ]);
  const { lines, report, home } = await diagnose(await configFor(server.url));
  expect(lines).toContain(
    "warn tool call: the server refuses tools; described in the prompt instead, they are called and used",
  );
  expect(report.advice.map(({ paste }) => paste)).toEqual([
    "vllm serve … --enable-auto-tool-choice --tool-call-parser <name>",
  ]);
  expect(kept(home)[server.url].models["leat-practice"]).toMatchObject({ refusesTools: true });
});

test("a server that was started anew: what it takes now is no longer held against it", async () => {
  const server = await startFace("vllm");
  const { lines, home } = await diagnose(
    await configFor(server.url),
    {},
    {
      prepare: (place) =>
        openEndpointMemory(place).put(server.url, "leat-practice", {
          model: { refusesTools: true, refusesSystemRole: true, rolesMustAlternate: true },
        }),
    },
  );
  expect(lines).toContain("ok tool call: called, its result sent back and used");
  expect(lines).toContain("ok system message: accepted and read");
  expect(lines.slice(-2)).toEqual([
    "info learnt of this endpoint and kept: user and assistant take turns",
    "info no longer so, and forgotten: tools are refused, so they are described in the prompt; the system message goes into the first user message",
  ]);
  expect(kept(home)[server.url].models["leat-practice"]).toMatchObject({
    refusesTools: false,
    refusesSystemRole: false,
    rolesMustAlternate: true,
  });
});

test("a server that refuses to answer: one failure, the rest is not tried, and who it is is still told", async () => {
  const refused = { status: 500, body: { error: { message: "the GPU is gone" } } };
  const server = await startFace(
    "ollama",
    Array.from({ length: 9 }, () => refused),
  );
  const { code, lines } = await diagnose(await configFor(server.url));
  expect(withoutTimes(lines).slice(4)).toEqual([
    "fail streaming: box says (HTTP 500): the GPU is gone",
    "unknown tool calls, thinking, system message, json_schema, cache and cancelling: not tried, since there was no answer",
  ]);
  expect({ code, requests: server.requests.length }).toEqual({ code: 1, requests: 1 });
});

test("--quick asks the model nothing", async () => {
  const server = await startFace("lmstudio");
  const { code, lines } = await diagnose(await configFor(server.url), { quick: true });
  expect(lines.at(-1)).toBe("info the model was not asked anything (--quick)");
  expect({ code, requests: server.requests.length }).toEqual({ code: 0, requests: 0 });
});

describe("a provider elsewhere", () => {
  const ownAddress = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
  test.skipIf(ownAddress === undefined).each([
    { name: "is asked one short question", provider: undefined, isOne: true },
    { name: "is put to the proof where it is named (needs a network)", provider: "box", isOne: false },
  ])("$name", async ({ provider, isOne }) => {
    let asked = 0;
    const list = { object: "list", data: [{ id: "leat-practice", owned_by: "vllm", max_model_len: 32_768 }] };
    const server = createServer(async (request, response) => {
      for await (const _ of request) {
      }
      if (request.method === "POST") {
        asked += 1;
        await answer(response, 5);
        return;
      }
      response.writeHead(request.url === "/v1/models" ? 200 : 404);
      response.end(JSON.stringify(list));
    });
    const port = await listen(server, ownAddress);
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const config = await configFor(`http://${ownAddress}:${port}/v1`);
    const { lines } = await diagnose(config, provider === undefined ? {} : { provider });
    expect(withoutTimes(lines).slice(0, 4)).toEqual([
      "ok vLLM answers in T",
      "ok leat-practice is loaded",
      "ok the context holds 32,768 tokens as it runs",
      STREAMS,
    ]);
    expect(asked === 1).toBe(isOne);
  });
});

test("Ctrl-C ends with what is known so far", async () => {
  const interrupt = new AbortController();
  const server = await startPracticeServer({
    face: "ollama",
    pace: PACE,
    onRequest: ({ path }) => (path.endsWith("/chat/completions") ? interrupt.abort() : undefined),
  });
  onTestFinished(() => server.stop());
  const run = await diagnose(await configFor(server.url), {}, { interrupt: interrupt.signal });
  expect(withoutTimes(run.lines).slice(3)).toEqual([
    "ok the context holds 32,768 tokens as it runs (the model's most: 131,072)",
    "unknown streaming: interrupted",
  ]);
  expect(run).toMatchObject({ code: 130, report: { interrupted: true } });
});

async function answer(response: ServerResponse, tokens: number) {
  const chunk = (delta: object, finish: string | null) =>
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (let index = 0; index < tokens && !response.destroyed; index += 1) {
    chunk({ content: " word" }, null);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  chunk({}, "stop");
  response.end("data: [DONE]\n\n");
}

test.each([
  { name: "freed", busy: [1, 1, 0], expected: { type: "slots", freedAfterMs: expect.any(Number) } },
  { name: "another client's is left", busy: [2, 2, 1], expected: { freedAfterMs: expect.any(Number) } },
  { name: "stays busy", busy: [1, 1, 1], expected: { type: "slots", waitedMs: expect.any(Number) } },
  { name: "not told", busy: [undefined], expected: { type: "next", usualMs: 5 } },
  { name: "not at work", busy: [0], expected: { type: "next" } },
])("cancelling, slots told: $name", async ({ busy, expected }) => {
  const told = [...busy];
  const next = () => (told.length > 1 ? told.shift() : told[0]);
  const ask: Ask = ({ onFirst, cancel }) =>
    new Promise((resolve) => {
      const pace = { totalMs: 1, pieces: 1 };
      if (cancel === undefined) {
        resolve({ type: "late", withinMs: 1, hasBegun: false });
      }
      cancel?.addEventListener("abort", () => resolve({ type: "cancelled", pace }));
      onFirst?.();
    });
  const evidence = await checkCancel(ask, {
    countBusySlots: async () => next(),
    usualMs: 5,
    signal: new AbortController().signal,
    longestWaitMs: 120,
  });
  expect(evidence).toMatchObject(expected);
  expect("freedAfterMs" in evidence).toBe("freedAfterMs" in expected);
});
