import type { EndpointFacts } from "../../protocol/index.ts";
import type { Dialect } from "./dialect.ts";

/** The dialect with what was learnt of server and model laid over it. */
export function adapt(dialect: Dialect, { server, model }: EndpointFacts): Dialect {
  return {
    ...dialect,
    ...(model.refusedParameters === undefined
      ? {}
      : { refusedParameters: new Set([...dialect.refusedParameters, ...model.refusedParameters]) }),
    ...(server.refusesStreamedTools === true ? { streamsWithTools: false } : {}),
    ...(model.maxTokensField === undefined ? {} : { maxTokensField: model.maxTokensField }),
    ...(server.refusesNullContent === true ? { emptyContent: "empty-string" } : {}),
    ...(server.refusesContentStrings === true ? { content: "parts" } : {}),
    ...(server.refusesContentParts === true ? { content: "strings" } : {}),
    ...(model.refusesTools === true ? { tools: "prompt" } : {}),
    ...(model.refusesSystemRole === true ? { system: "first-user-message" } : {}),
    ...(model.rolesMustAlternate === true ? { turns: "alternating" } : {}),
    ...(model.refusesTextBesideCalls === true ? { textBesideCalls: false } : {}),
    ...(model.refusesParallelCalls === true ? { callsInOneMessage: "one" } : {}),
    ...(model.sealsReasoning === true ? { sealsReasoning: true } : {}),
    ...(model.toolCallIds === undefined ? {} : { callIds: model.toolCallIds }),
    ...(model.wantsToolResultName === true ? { namesToolResults: true } : {}),
    ...reasoningOf(dialect, model),
  };
}

/** A server that wanted thinking and then refused it gets none: whatever is learnt, it is learnt once. */
function reasoningOf(dialect: Dialect, model: EndpointFacts["model"]): Partial<Dialect> {
  if (model.refusesReasoningReplay === true) {
    return { reasoning: "never" };
  }
  if (model.wantsReasoningReplay !== true) {
    return {};
  }
  const { reasoningField } = dialect;
  return {
    reasoning: "always",
    reasoningField: reasoningField === "as-received" ? "reasoning_content" : reasoningField,
  };
}
