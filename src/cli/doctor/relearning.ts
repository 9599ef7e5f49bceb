import type { EndpointFacts, EndpointMemory } from "../../protocol/index.ts";

/** What a check tries out as if it had not been refused before; by its name in the facts, or that of the parameter. */
export type Doubtful = "refusesTools" | "refusesStreamedTools" | "refusesSystemRole" | "response_format";

/**
 * The memory of a run that takes nothing on trust it can try itself: a server that was started anew with another template
 * or option may take now what it refused once.
 */
export interface Relearning extends EndpointMemory {
  /** It worked without having been refused again. Returns whether something else had been believed until now. */
  disprove(endpoint: string, model: string, doubtful: Doubtful): boolean;
}

const RESPONSE_FORMAT = "response_format";

export function relearning(memory: EndpointMemory): Relearning {
  const learntAgain = new Set<Doubtful>();
  const unlessLearnt = (doubtful: Doubtful) => (learntAgain.has(doubtful) ? {} : { [doubtful]: false });
  return {
    get(endpoint, model) {
      const known = memory.get(endpoint, model);
      const { refusedParameters } = known.model;
      return {
        server: { ...known.server, ...unlessLearnt("refusesStreamedTools") },
        model: {
          ...known.model,
          ...unlessLearnt("refusesTools"),
          ...unlessLearnt("refusesSystemRole"),
          ...(refusedParameters === undefined || learntAgain.has(RESPONSE_FORMAT)
            ? {}
            : { refusedParameters: withoutFormat(refusedParameters) }),
        },
      };
    },
    put(endpoint, model, facts) {
      for (const doubtful of refusalsIn(facts)) {
        learntAgain.add(doubtful);
      }
      memory.put(endpoint, model, facts);
    },
    disprove(endpoint, model, doubtful) {
      const known = memory.get(endpoint, model);
      if (learntAgain.has(doubtful) || !refusalsIn(known).includes(doubtful)) {
        return false;
      }
      if (doubtful === RESPONSE_FORMAT) {
        const refusedParameters = withoutFormat(known.model.refusedParameters ?? []);
        memory.put(endpoint, model, { model: { refusedParameters } });
      } else if (doubtful === "refusesStreamedTools") {
        memory.put(endpoint, model, { server: { [doubtful]: false } });
      } else {
        memory.put(endpoint, model, { model: { [doubtful]: false } });
      }
      return true;
    },
  };
}

function refusalsIn({ server, model }: Partial<EndpointFacts>): Doubtful[] {
  return [
    ...(model?.refusesTools === true ? (["refusesTools"] as const) : []),
    ...(model?.refusesSystemRole === true ? (["refusesSystemRole"] as const) : []),
    ...(server?.refusesStreamedTools === true ? (["refusesStreamedTools"] as const) : []),
    ...(model?.refusedParameters?.includes(RESPONSE_FORMAT) === true ? ([RESPONSE_FORMAT] as const) : []),
  ];
}

function withoutFormat(parameters: readonly string[]): string[] {
  return parameters.filter((name) => name !== RESPONSE_FORMAT);
}
