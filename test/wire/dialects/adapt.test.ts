import { expect, test } from "vitest";
import type { ModelFacts, ServerFacts } from "../../../src/protocol/index.ts";
import type { Dialect } from "../../../src/wire/dialects/dialect.ts";
import { dialectOf, learnt } from "../../support/dialects.ts";

const generic = dialectOf({});

test.each<[ServerFacts, ModelFacts, Partial<Dialect>]>([
  [{}, {}, {}],
  [{}, { refusedParameters: ["store"] }, { refusedParameters: new Set(["store"]) }],
  [{ wireApi: "chat" }, { opensThinking: true }, {}],
  [{ refusesStreamedTools: true }, {}, { streamsWithTools: false }],
  [{ refusesStreamedTools: false, refusesNullContent: false }, { refusesTools: false }, {}],
  [{}, { maxTokensField: "max_completion_tokens" }, { maxTokensField: "max_completion_tokens" }],
  [{ refusesNullContent: true }, {}, { emptyContent: "empty-string" }],
  [{ refusesContentStrings: true }, {}, { content: "parts" }],
  [{ refusesContentParts: true }, {}, { content: "strings" }],
  [{}, { refusesTools: true }, { tools: "prompt" }],
  [{}, { refusesSystemRole: true }, { system: "first-user-message" }],
  [{}, { rolesMustAlternate: true }, { turns: "alternating" }],
  [{}, { refusesTextBesideCalls: true }, { textBesideCalls: false }],
  [{}, { refusesParallelCalls: true }, { callsInOneMessage: "one" }],
  [{}, { sealsReasoning: true }, { sealsReasoning: true }],
  [{}, { toolCallIds: "plain" }, { callIds: "plain" }],
  [{}, { wantsToolResultName: true }, { namesToolResults: true }],
  [{}, { wantsReasoningReplay: true }, { reasoning: "always", reasoningField: "reasoning_content" }],
  [{}, { refusesReasoningReplay: true }, { reasoning: "never" }],
  [{}, { wantsReasoningReplay: true, refusesReasoningReplay: true }, { reasoning: "never" }],
])("%j %j", (server, model, expected) => {
  expect(learnt(generic, { server, model })).toEqual({ ...generic, ...expected });
});

test("what is learnt is added to what the dialect refuses, and a field of its own stays", () => {
  const mistral = dialectOf({ hostname: "api.mistral.ai" });
  const cerebras = dialectOf({ hostname: "api.cerebras.ai" });
  expect(learnt(mistral, { model: { refusedParameters: ["verbosity"] } }).refusedParameters).toEqual(
    new Set(["stream_options", "verbosity"]),
  );
  expect(learnt(cerebras, { model: { wantsReasoningReplay: true } })).toMatchObject({
    reasoning: "always",
    reasoningField: "reasoning",
  });
});
