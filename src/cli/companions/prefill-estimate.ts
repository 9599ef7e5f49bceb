import type { EndpointMemory, PrefillProgress } from "../../protocol/index.ts";
import { type Endpoint, type ModelEnd, type ModelRequest, rememberedFacts } from "../../wire/index.ts";

export interface PrefillEstimateOptions {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  readonly countTokens: (request: ModelRequest) => number;
}

/** Read before anyone has looked. */
const LEAST_TOKENS = 200;

/**
 * How far a prompt should have been read, by the speed of this model in earlier answers. What the server has read and written before in
 * this session counts as cached; the first prompt is taken to be new as a whole.
 */
export function createPrefillEstimate({ endpoint, model, memory, countTokens }: PrefillEstimateOptions) {
  let held = 0;
  return {
    /** Undefined from the function: nothing can be said, since no speed is known or there is too little to read. */
    begin(request: ModelRequest): (elapsedMs: number) => PrefillProgress | undefined {
      const speed = rememberedFacts(endpoint, model, memory).model.prefillTokensPerSecond;
      if (speed === undefined) {
        return () => undefined;
      }
      const before = held;
      return (elapsedMs) => {
        // Not before somebody waits for it: the request itself need not.
        const total = countTokens(request);
        const cached = Math.min(before, total);
        const processed = Math.min(total, cached + Math.floor((speed * elapsedMs) / 1000));
        return total - cached < LEAST_TOKENS
          ? undefined
          : { processed, total, cached, elapsedMs, isEstimate: true };
      };
    },
    end(request: ModelRequest, end: ModelEnd): void {
      if (end.type === "completed") {
        held = countTokens({ ...request, items: [...request.items, ...end.items] });
      }
    },
  };
}
