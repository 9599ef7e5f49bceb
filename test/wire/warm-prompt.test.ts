import { describe, expect, test } from "vitest";
import type { EndpointFacts } from "../../src/protocol/index.ts";
import { encodeChatBody } from "../../src/wire/chat/encode.ts";
import { type Endpoint, type ModelRequest, type WarmEnd, warmPrompt } from "../../src/wire/index.ts";
import { encodeResponsesBody } from "../../src/wire/responses/encode.ts";
import { everyDialect } from "../support/dialects.ts";
import { user } from "../support/items.ts";
import { delta, type Reply, type ScriptedHttp, scriptedHttp, sse } from "../support/scripted-http.ts";
import { local, NO_FACTS } from "./stream-support.ts";

const TOOL = { name: "shell", description: "Runs.", parameters: { type: "object" as const } };
const HEAD = [
  user("<user_instructions>\n\nBe brief.\n\n</user_instructions>"),
  user("<environment_context>\n</environment_context>"),
];
const REQUEST: ModelRequest = {
  model: "m",
  instructions: "You are a test.",
  items: HEAD,
  tools: [TOOL],
  settings: { reasoningEffort: "low", slot: 1, extraBody: { seed: 7 } },
};
const WHOLE: Reply = {
  chunks: [
    delta({ content: "I" }),
    delta({}, "length"),
    sse(
      JSON.stringify({
        choices: [],
        usage: { prompt_tokens: 900, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 20 } },
      }),
    ),
    sse("[DONE]"),
  ],
};

interface Warmed {
  readonly end: WarmEnd;
  readonly http: ScriptedHttp;
  readonly body: Record<string, unknown>;
}

async function warm(
  reply: Reply,
  {
    endpoint = local,
    request = REQUEST,
    facts = NO_FACTS,
    controller = new AbortController(),
  }: {
    endpoint?: Endpoint;
    request?: ModelRequest;
    facts?: EndpointFacts;
    controller?: AbortController;
  } = {},
): Promise<Warmed> {
  const http = scriptedHttp([reply]);
  const memory = {
    get: () => facts,
    put() {
      throw new Error("nothing is learnt of a warming");
    },
  };
  const end = await warmPrompt(request, endpoint, { http, memory, signal: controller.signal });
  return { end, http, body: JSON.parse(http.requests[0]?.body ?? "{}") };
}

describe.each(everyDialect())("with the dialect %s", (_, dialect) => {
  test("the next request begins with the bytes that were sent, up to the end of the last message", async () => {
    const { http, body } = await warm(WHOLE, { endpoint: { ...local, dialect } });
    const sent = http.requests[0]?.body ?? "";
    const next = encodeChatBody({ ...REQUEST, items: [...HEAD, user("Do it.")] }, dialect);
    const [messages, nextMessages] = [JSON.parse(sent).messages, JSON.parse(next).messages];
    expect(nextMessages).toHaveLength(messages.length);
    // What closes the text of the last message, and the message, is all that the next one has not.
    const open = JSON.stringify(messages).replace(/"(?:\}\])?\}\]$/, "");
    expect(JSON.stringify(nextMessages).startsWith(open)).toBe(true);
    expect(open.length).toBeGreaterThan(JSON.stringify(messages).length - 6);
    // The rest of the prompt is the same, too; only the length of the answer is not.
    const { messages: _messages, [dialect.maxTokensField]: limit, ...rest } = body;
    const { messages: _nextMessages, ...nextRest } = JSON.parse(next);
    expect(limit).toBe(1);
    expect(rest).toEqual(nextRest);
    expect(Object.keys(rest)).toEqual(Object.keys(nextRest));
  });

  test("the same on the Responses API", async () => {
    const endpoint: Endpoint = { ...local, dialect, wireApi: "responses" };
    const { http } = await warm({ chunks: ["data: [DONE]\n\n"] }, { endpoint });
    const { input, max_output_tokens: limit, ...rest } = JSON.parse(http.requests[0]?.body ?? "{}");
    const { input: nextInput, ...nextRest } = JSON.parse(
      encodeResponsesBody({ ...REQUEST, items: [...HEAD, user("Do it.")] }, dialect),
    );
    expect(limit).toBe(1);
    expect(rest).toEqual(nextRest);
    const open = JSON.stringify(input).replace(/"(?:\}\])?\}\]$|\}\]$|\]$/, "");
    expect(JSON.stringify(nextInput).startsWith(open)).toBe(true);
  });
});

describe("what comes of it", () => {
  test("an answer of a token: so many were read, so many of them before", async () => {
    const { end, http, body } = await warm(WHOLE);
    expect(end).toEqual({ end: "read", tokens: 900, cached: 20 });
    expect(http.requests).toHaveLength(1);
    expect(body).toMatchObject({ model: "m", stream: true, max_tokens: 1, id_slot: 1, seed: 7 });
  });

  test("it is limited by the name that was learnt", async () => {
    const facts: EndpointFacts = { server: {}, model: { maxTokensField: "max_completion_tokens" } };
    const { body } = await warm(WHOLE, { facts });
    expect(body).toMatchObject({ max_completion_tokens: 1 });
    expect(body).not.toHaveProperty("max_tokens");
  });

  test.each([
    {
      name: "the server refuses the limit",
      facts: { server: {}, model: { refusedParameters: ["max_tokens"] } },
    },
    {
      name: "the user's own body has another",
      request: { ...REQUEST, settings: { extraBody: { max_tokens: 4096 } } },
    },
  ])("nothing is sent where $name", async ({ facts, request }) => {
    const { end, http } = await warm(WHOLE, { ...(facts && { facts }), ...(request && { request }) });
    expect(end).toEqual({ end: "unlimited" });
    expect(http.requests).toEqual([]);
  });

  test("a server that knows no limit is hung up on", async () => {
    const words = Array.from({ length: 500 }, (_, index) => delta({ content: `w${index} ` }));
    let isReached = false;
    const { end, http } = await warm({ chunks: [...words, { run: () => (isReached = true) }] });
    expect(end).toEqual({ end: "read" });
    expect(http.requests[0]?.signal.aborted).toBe(true);
    expect(isReached).toBe(false);
  });

  test("cut short, it says how far the server was", async () => {
    const controller = new AbortController();
    const progress = { total: 900, cache: 0, processed: 512, time_ms: 40 };
    const reply: Reply = {
      chunks: [
        sse(
          JSON.stringify({
            choices: [{ index: 0, delta: { role: "assistant" } }],
            prompt_progress: progress,
          }),
        ),
        { run: () => controller.abort() },
        delta({ content: "I" }),
      ],
    };
    const { end } = await warm(reply, { controller });
    expect(end).toEqual({ end: "cut", tokens: 512, total: 900 });
  });

  test.each<{ name: string; reply: Reply; error: object }>([
    {
      name: "a refusal",
      reply: { status: 400, chunks: ['{"error":{"message":"no"}}'] },
      error: { kind: "bad_request" },
    },
    {
      name: "a model that is being loaded",
      reply: { status: 503, chunks: ['{"error":{"message":"Loading model"}}'] },
      error: { kind: "model_loading" },
    },
    { name: "nobody there", reply: { refuse: "connection_refused" }, error: { kind: "connection_refused" } },
    {
      name: "a connection that breaks",
      reply: { chunks: [{ break: "disconnected" }] },
      error: { kind: "disconnected" },
    },
  ])("$name is not asked twice, and teaches nothing", async ({ reply, error }) => {
    const { end, http } = await warm(reply);
    expect(end).toMatchObject({ end: "failed", error });
    expect(http.requests).toHaveLength(1);
  });
});
