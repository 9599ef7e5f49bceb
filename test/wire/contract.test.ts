import { expect, test } from "vitest";
import type { EndpointFacts, HistoryItem } from "../../src/protocol/index.ts";
import { encodeChatBody } from "../../src/wire/chat/encode.ts";
import { adapt } from "../../src/wire/dialects/adapt.ts";
import type { Dialect } from "../../src/wire/dialects/dialect.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { learn } from "../../src/wire/dialects/learn.ts";
import type { EndpointIdentity } from "../../src/wire/dialects/pick.ts";
import { readErrorBody } from "../../src/wire/errors/error-body.ts";
import type { ModelRequest } from "../../src/wire/model-request.ts";
import { dialectOf } from "../support/dialects.ts";
import { assistant, call, output, reasoning, user } from "../support/items.ts";
import * as hosted from "../support/strict-servers/hosted.ts";
import * as local from "../support/strict-servers/local.ts";
import * as mistral from "../support/strict-servers/mistral-api.ts";
import { azureServer, o1Server, openaiServer } from "../support/strict-servers/openai.ts";
import type { StrictServer } from "../support/strict-servers/strict-server.ts";
import * as templates from "../support/strict-servers/templates.ts";

/**
 * Every server takes what leat sends: at once if it is known, and after a few rejections if it is not. The
 * servers are fakes that refuse as the real ones do, so each of leat's quirks has one that would say no without it.
 */

const UUID = "chatcmpl-tool-ee61e87d-25d8-4bad-8e47-02939eb234c5";

/** Two turns with all that servers stumble over. */
const conversation: readonly HistoryItem[] = [
  user("<environment_context>…</environment_context>"),
  user("Räum auf 🧹 \u2028 你好"),
  reasoning("Zwei Schritte.", "reasoning_content"),
  assistant("Ich sehe nach."),
  call("functions.shell:0", "shell", '{"command":"ls \\"ä\\""}'),
  call(UUID, "made up.tool!", '{"path":'),
  output(UUID, "no such tool"),
  output("functions.shell:0", "a\nb\u0000"),
  reasoning("inline"),
  call("functions.shell:0", "shell", '{"command":"rm a"}'),
  output("functions.shell:0", ""),
  reasoning("Noch einer.", "reasoning"),
  call("aborted-1", "shell", '{"command":"sleep 99"}'),
  user("Stop!"),
  reasoning("Hm."),
  user("Say what you did."),
  assistant("I removed a."),
  user("And b?"),
  call("D681PevKs", "shell", '{"command":"rm b"}'),
  output("D681PevKs", "done"),
  user("Thanks"),
];

const request: ModelRequest = {
  model: "m",
  instructions: "You are a test.",
  items: conversation,
  tools: [{ name: "shell", description: "Runs.", parameters: { type: "object" } }],
  settings: { maxOutputTokens: 4096, reasoningEffort: "high" },
};

interface Case {
  readonly server: StrictServer;
  readonly identity: Partial<EndpointIdentity>;
  /** What is learnt if nothing is known of the server; absent: only asked with what is known. */
  readonly unknown?: readonly string[];
  /** What is learnt although the server is known. */
  readonly known?: readonly string[];
}

const OPENAI_LESSONS = ["max-tokens-renamed", "reasoning-not-replayed", "call-ids-rewritten"];

const CASES: readonly Case[] = [
  { server: openaiServer, identity: { hostname: "api.openai.com" }, unknown: OPENAI_LESSONS },
  { server: azureServer, identity: { hostname: "eu.openai.azure.com" }, unknown: OPENAI_LESSONS },
  { server: o1Server, identity: { hostname: "api.openai.com" }, known: ["system-role-refused"] },
  {
    server: mistral.mistralServer,
    identity: { hostname: "api.mistral.ai" },
    unknown: ["drops stream_options", "reasoning-not-replayed", "roles-must-alternate"],
  },
  {
    server: mistral.oldMistralCommonServer,
    identity: { providerId: "vllm", model: "mistral-7b-instruct-v0.3" },
    unknown: ["text-beside-calls-left-out", "roles-must-alternate"],
    known: ["text-beside-calls-left-out"],
  },
  {
    server: hosted.groqServer,
    identity: { hostname: "api.groq.com" },
    unknown: ["reasoning-not-replayed"],
  },
  {
    server: hosted.deepseekServer,
    identity: { hostname: "api.deepseek.com" },
    unknown: ["reasoning-replayed"],
  },
  {
    server: hosted.moonshotServer,
    identity: { hostname: "api.moonshot.ai" },
    unknown: ["reasoning-replayed"],
  },
  {
    server: hosted.openrouterServer,
    identity: { hostname: "openrouter.ai", model: "mistralai/devstral-medium" },
    unknown: ["roles-must-alternate"],
  },
  {
    server: hosted.cerebrasServer,
    identity: { hostname: "api.cerebras.ai" },
    unknown: ["reasoning-not-replayed"],
  },
  { server: hosted.xaiServer, identity: { hostname: "api.x.ai" }, unknown: [] },
  {
    server: hosted.geminiServer,
    identity: { hostname: "generativelanguage.googleapis.com" },
    unknown: ["reasoning-not-replayed", "results-named"],
  },
  {
    server: hosted.anthropicServer,
    identity: { hostname: "api.anthropic.com" },
    unknown: ["call-ids-rewritten"],
  },
  { server: local.ollamaServer(true), identity: { providerId: "ollama" }, unknown: [] },
  {
    server: local.ollamaServer(false),
    identity: { providerId: "ollama" },
    unknown: ["tools-in-prompt"],
    known: ["tools-in-prompt"],
  },
  {
    server: local.lmstudioServer,
    identity: { providerId: "lmstudio" },
    unknown: ["null-content-refused"],
  },
  {
    server: local.oldLlamacppServer,
    identity: { providerId: "llamacpp" },
    unknown: ["tools-not-streamed", "null-content-refused"],
    known: ["tools-not-streamed"],
  },
  {
    server: local.llamacppWithoutJinjaServer,
    identity: { providerId: "llamacpp" },
    unknown: ["tools-in-prompt"],
    known: ["tools-in-prompt"],
  },
  {
    server: local.llamacppServer("Devstral", templates.mistralTemplate),
    identity: { providerId: "llamacpp", model: "devstral-small-2" },
    unknown: ["roles-must-alternate"],
  },
  { server: local.qwenServer, identity: { providerId: "llamacpp", model: "qwen3.5" }, unknown: [] },
  {
    server: local.vllmServerWith("Gemma 2", templates.gemma2Template),
    identity: { providerId: "vllm", model: "gemma-2-9b-it" },
    unknown: ["system-role-refused", "roles-must-alternate", "tools-in-prompt"],
    known: ["tools-in-prompt"],
  },
  {
    server: local.vllmServerWith("Gemma 3", templates.gemma3Template),
    identity: { providerId: "vllm", model: "gemma-3-27b-it" },
    unknown: ["roles-must-alternate", "system-role-refused", "tools-in-prompt"],
    known: ["system-role-refused", "tools-in-prompt"],
  },
  {
    server: local.vllmServerWith("Mistral 7B", templates.mistral7bTemplate),
    identity: { providerId: "vllm", model: "mistral-7b-instruct-v0.2" },
    unknown: ["roles-must-alternate", "system-role-refused", "tools-in-prompt"],
    known: ["system-role-refused", "tools-in-prompt"],
  },
  {
    server: local.vllmServerWith("gpt-oss", templates.gptOssTemplate),
    identity: { providerId: "vllm", model: "openai/gpt-oss-20b" },
    unknown: ["text-beside-calls-left-out"],
    known: ["text-beside-calls-left-out"],
  },
  {
    server: local.vllmServerWith("Llama 3.1", templates.llamaTemplate),
    identity: { providerId: "vllm", model: "llama-3.1-8b" },
    unknown: ["calls-one-by-one"],
    known: ["calls-one-by-one"],
  },
  { server: local.vllmServer, identity: { providerId: "vllm" }, unknown: [] },
  {
    server: local.vllmWithoutToolsServer,
    identity: { providerId: "vllm" },
    unknown: ["tools-in-prompt"],
    known: ["tools-in-prompt"],
  },
  {
    server: local.vllmWithMistralServer,
    identity: { providerId: "vllm", model: "Devstral-Small-2" },
    unknown: ["roles-must-alternate"],
  },
  {
    server: local.sglangServer,
    identity: { providerId: "sglang" },
    unknown: ["null-content-refused"],
  },
  {
    server: local.mlxServer("Mistral", templates.noSystemTemplate),
    identity: { providerId: "mlx", model: "Mistral-Small" },
    unknown: ["system-role-refused", "roles-must-alternate"],
    known: ["system-role-refused"],
  },
  {
    server: local.tabbyServer(templates.mistralTemplate),
    identity: { providerId: "tabbyapi", model: "Ministral-3" },
    unknown: ["roles-must-alternate"],
  },
  {
    server: local.koboldcppServer,
    identity: { providerId: "koboldcpp" },
    unknown: ["null-content-refused"],
  },
  {
    server: local.partsOnlyServer,
    identity: {},
    unknown: ["content-strings-refused"],
    known: ["content-strings-refused"],
  },
];

const named = (cases: readonly Case[]) => cases.map((entry) => [entry.server.name, entry] as const);

test.each(named(CASES.filter(({ unknown }) => unknown !== undefined)))("%s is learnt", (_, entry) => {
  expect(converse(entry.server, generic)).toEqual({ lessons: entry.unknown, accepted: true });
});

test.each(named(CASES))("%s is known", (_, entry) => {
  const lessons = entry.known ?? [];
  expect(converse(entry.server, dialectOf(entry.identity))).toEqual({ lessons, accepted: true });
});

test.each(named(CASES))("%s refuses what is wrong", (_, { server }) => {
  const wrong = { role: "wizard", content: { a: 1 }, tool_calls: [{ id: "?", function: {} }] };
  const messages = [...JSON.parse(encodeChatBody(request, generic)).messages, wrong, wrong];
  expect(server.check({ messages, stream: true, tools: [{}] })).toBeDefined();
});

/** What each quirk of a known server is for: without it, that server says no. */
test.each<[string, StrictServer, Partial<EndpointIdentity>, Partial<Dialect>]>([
  ["openai, ids as they are", openaiServer, { hostname: "api.openai.com" }, { callIds: "verbatim" }],
  ["openai, thinking", openaiServer, { hostname: "api.openai.com" }, { reasoning: "with-calls" }],
  ["openai, max_tokens", openaiServer, { hostname: "api.openai.com" }, { maxTokensField: "max_tokens" }],
  ["mistral, free turns", mistral.mistralServer, { hostname: "api.mistral.ai" }, { turns: "free" }],
  ["mistral, plain ids", mistral.mistralServer, { hostname: "api.mistral.ai" }, { callIds: "plain" }],
  [
    "mistral, thinking in a field",
    mistral.mistralServer,
    { hostname: "api.mistral.ai" },
    { reasoning: "with-calls" },
  ],
  [
    "mistral, stream_options",
    mistral.mistralServer,
    { hostname: "api.mistral.ai" },
    { refusedParameters: new Set() },
  ],
  ["groq, thinking", hosted.groqServer, { hostname: "api.groq.com" }, { reasoning: "with-calls" }],
  [
    "deepseek, thinking beside calls only",
    hosted.deepseekServer,
    { hostname: "api.deepseek.com" },
    { reasoning: "with-calls" },
  ],
  [
    "deepseek, content absent",
    hosted.deepseekServer,
    { hostname: "api.deepseek.com" },
    { emptyContent: "absent" },
  ],
  [
    "cerebras, thinking as received",
    hosted.cerebrasServer,
    { hostname: "api.cerebras.ai" },
    { reasoningField: "as-received" },
  ],
  [
    "cerebras, effort as an object",
    hosted.cerebrasServer,
    { hostname: "api.cerebras.ai" },
    { effort: ["reasoning"] },
  ],
  [
    "gemini, results without names",
    hosted.geminiServer,
    { hostname: "generativelanguage.googleapis.com" },
    { namesToolResults: false },
  ],
  [
    "anthropic, ids as they are",
    hosted.anthropicServer,
    { hostname: "api.anthropic.com" },
    { callIds: "verbatim" },
  ],
  ["lmstudio, null", local.lmstudioServer, { providerId: "lmstudio" }, { emptyContent: "null" }],
  ["sglang, null", local.sglangServer, { providerId: "sglang" }, { emptyContent: "null" }],
])("%s: refused", (_, server, identity, without) => {
  const dialect = { ...dialectOf(identity), ...without };
  expect(server.check(JSON.parse(encodeChatBody(request, dialect)))).toBeDefined();
});

/** Asks until the answer is yes or nothing more is to be learnt. */
function converse(server: StrictServer, dialect: Dialect): { lessons: string[]; accepted: boolean } {
  let facts: EndpointFacts = { server: {}, model: {} };
  const lessons: string[] = [];
  for (;;) {
    const adapted = adapt(dialect, facts);
    const body = encodeChatBody(request, adapted);
    const refusal = server.check(JSON.parse(body));
    if (refusal === undefined) {
      return { lessons, accepted: true };
    }
    const text = typeof refusal.body === "string" ? refusal.body : JSON.stringify(refusal.body);
    const error = readErrorBody(text, refusal.status);
    const lesson = learn(error, body, adapted);
    if (lesson === undefined || lessons.length >= 3) {
      return { lessons: [...lessons, `${error.kind}: ${error.message}`], accepted: false };
    }
    const { notice } = lesson;
    lessons.push(
      notice.kind === "dialect-learnt"
        ? notice.lesson
        : notice.kind === "parameter-dropped"
          ? `drops ${notice.parameter}`
          : notice.kind,
    );
    facts = {
      server: { ...facts.server, ...lesson.facts.server },
      model: { ...facts.model, ...lesson.facts.model },
    };
  }
}
