import type { SlotLease } from "../../home/index.ts";
import { type HttpClient, sleep } from "../../net/index.ts";
import type { EndpointMemory } from "../../protocol/index.ts";
import { type Endpoint, type ModelRequest, rememberedFacts } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";
import type { FoundSlot } from "./find-slot.ts";

export interface SlotKeeperOptions {
  /** The server is on this machine, and the user has chosen no slot. */
  readonly isWanted: boolean;
  readonly home: string;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  readonly openHttp: () => HttpClient;
}

export interface SlotKeeper extends Required<Companion> {
  /** For what can be done without: undefined if it would have to wait. */
  hold(signal: AbortSignal): Promise<{ readonly slot?: number } | undefined>;
  /** What is held may be taken over by another session. */
  rest(): void;
}

const POLL_MS = 500;
/** llama.cpp answers between two batches of prompts that it reads; until then it would not begin with a request either. */
const TIMEOUT_MS = 1_000;

/**
 * One session keeps one slot of llama.cpp, and its cache with it; sessions of the same user leave one another's alone, and wait in
 * line where there are more of them than slots. Only where it is known from before who answers and how many slots there are.
 */
export function createSlotKeeper(options: SlotKeeperOptions): SlotKeeper {
  const { isWanted, endpoint, model, memory } = options;
  const { kind, slots = 0 } = isWanted ? rememberedFacts(endpoint, model, memory).server : {};
  const isKept = kind === "llamacpp" && slots > 0;
  let lease: SlotLease | undefined;
  let isResting = true;
  let slot: number | undefined;

  async function find(signal: AbortSignal): Promise<FoundSlot> {
    const { findSlot } = await import("./find-slot.ts");
    const found = await findSlot({
      ...options,
      known: slots,
      former: lease?.slot,
      signal,
      timeoutMs: TIMEOUT_MS,
    });
    if (found.type === "held") {
      lease = found.lease;
      slot = found.slot;
      isResting = false;
    }
    return found;
  }

  function rest(): void {
    isResting = true;
    lease?.rest();
  }

  return {
    async hold(signal) {
      if (!isKept) {
        return {};
      }
      const found = isResting ? await find(signal) : undefined;
      if (found === undefined || (found.type === "held" && !found.isBusy)) {
        return slot === undefined ? {} : { slot };
      }
      if (found.type === "held") {
        rest();
      }
      return undefined;
    },
    rest,
    async around(asked, ask) {
      if (!isKept) {
        return await ask(asked);
      }
      const { signal, emit } = asked;
      let isTold = false;
      while (isResting && !signal.aborted) {
        const found = await find(signal);
        if (found.type === "taken" && !isTold) {
          isTold = true;
          const { slots: count, holders } = found;
          emit({ type: "notice", notice: { kind: "slot-queued", slots: count, holders } });
        }
        if (found.type === "taken") {
          await sleep(POLL_MS, signal);
        }
      }
      if (signal.aborted) {
        return { type: "interrupted", partial: [] };
      }
      const end = await ask({ ...asked, request: inSlot(asked.request, slot) });
      // Some builds refuse a number they do not have, and do not name the parameter.
      if (slot !== undefined && end.type === "failed" && /\bslot\b/i.test(end.error.message)) {
        slot = undefined;
        return await ask(asked);
      }
      return end;
    },
    see(event) {
      if (event.type === "turn-ended") {
        rest();
      }
    },
    async close() {
      isResting = true;
      lease?.release();
    },
  };
}

export function inSlot(request: ModelRequest, slot: number | undefined): ModelRequest {
  return slot === undefined ? request : { ...request, settings: { ...request.settings, slot } };
}
