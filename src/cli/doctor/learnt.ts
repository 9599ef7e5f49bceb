import type { EndpointFacts } from "../../protocol/index.ts";
import type { Check } from "./check.ts";
import type { Doubtful } from "./relearning.ts";

/** What leat knows of this endpoint and model by now, and does of itself from now on. */
export function judgeLearnt({ server, model }: EndpointFacts, forgotten: readonly Doubtful[]): Check[] {
  const { kind: _, slots: __, ...aboutServer } = server;
  const { contextWindow: ___, ...aboutModel } = model;
  const facts = { ...aboutServer, ...aboutModel };
  const words = Object.entries(facts).flatMap(([name, value]) =>
    value === false || (Array.isArray(value) && value.length === 0) ? [] : [phraseOf(name, value)],
  );
  const past = forgotten.map((name) =>
    name === "response_format" ? "response_format is left out" : phraseOf(name, true),
  );
  return [
    ...(words.length === 0
      ? []
      : [
          {
            id: "model.dialect",
            status: "info" as const,
            message: `learnt of this endpoint and kept: ${words.join("; ")}`,
            data: facts,
          },
        ]),
    ...(past.length === 0
      ? []
      : [
          {
            id: "model.forgotten",
            status: "info" as const,
            message: `no longer so, and forgotten: ${past.join("; ")}`,
            data: { facts: forgotten },
          },
        ]),
  ];
}

function phraseOf(name: string, value: unknown): string {
  const told = Array.isArray(value) ? value.join(", ") : value === true ? "" : String(value);
  const phrase = PHRASES.get(name) ?? name;
  return told === "" ? phrase : `${phrase} ${told}`;
}

const PHRASES: ReadonlyMap<string, string> = new Map([
  ["wireApi", "the API that works is"],
  ["refusesStreamedTools", "answers to tools are not streamed"],
  ["refusesNullContent", "empty content is sent as a text"],
  ["refusesContentParts", "pictures are left out"],
  ["refusesContentStrings", "content is sent in parts"],
  ["refusedParameters", "parameters left out:"],
  ["maxTokensField", "the limit of output is sent as"],
  ["refusesTools", "tools are refused, so they are described in the prompt"],
  ["refusesSystemRole", "the system message goes into the first user message"],
  ["rolesMustAlternate", "user and assistant take turns"],
  ["opensThinking", "answers begin inside the thinking"],
  ["wantsReasoningReplay", "thinking is sent back with every message"],
  ["refusesReasoningReplay", "thinking is not sent back"],
  ["toolCallIds", "ids of calls are"],
  ["wantsToolResultName", "results carry their tool's name"],
  ["refusesTextBesideCalls", "text beside calls is left out"],
  ["refusesParallelCalls", "parallel calls follow one another"],
  ["sealsReasoning", "thinking is taken back sealed only"],
]);
