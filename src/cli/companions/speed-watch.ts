import type { EndpointMemory } from "../../protocol/index.ts";
import { type Endpoint, memoryPlace, rememberedFacts } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";

/** A shorter prompt tells more of the way to the server than of its speed. */
const LEAST_TOKENS = 500;
/** Each change is written to the disk. */
const LEAST_CHANGE = 0.1;

/** Learns how fast a model reads its prompts, so that the wait for the next one can be judged. */
export function createSpeedWatch(endpoint: Endpoint, model: string, memory: EndpointMemory): Companion {
  return {
    see(event) {
      const prefill = event.type === "response-completed" ? event.timing.prefill : undefined;
      if (prefill === undefined || prefill.tokens < LEAST_TOKENS) {
        return;
      }
      const before = rememberedFacts(endpoint, model, memory).model.prefillTokensPerSecond;
      const now = before === undefined ? prefill.tokensPerSecond : (before + prefill.tokensPerSecond) / 2;
      if (before === undefined || Math.abs(now - before) > before * LEAST_CHANGE) {
        memory.put(memoryPlace(endpoint), model, {
          model: { prefillTokensPerSecond: Math.round(now * 10) / 10 },
        });
      }
    },
  };
}
