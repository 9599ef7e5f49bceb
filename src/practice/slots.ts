/** The slots of one loaded model: each answers one request at a time and keeps the prompt it read last. */
import type { PromptCount } from "./tokens.ts";
import { BYTES_PER_TOKEN, commonPrefixLength, countPrompt } from "./tokens.ts";

/** llama.cpp's `--slot-prompt-similarity`: a slot that shares less of the prompt than this is not worth taking for it. */
const LEAST_SHARE_IN_COMMON = 0.1;

/** A slot held by one request. */
interface Lease {
  readonly slot: number;
  readonly count: PromptCount;
  /** So many tokens of the prompt, counted from its beginning, are now in the slot's cache. */
  hasRead(tokens: number): void;
  release(): void;
}

interface SlotState {
  readonly id: number;
  /** Null: idle. */
  readonly task: number | null;
  readonly cachedTokens: number;
}

export interface SlotPool {
  /** Waits in line where none is free; null when the signal fires first. */
  take(
    prompt: Buffer,
    wish: { task: number; slot: number | null; signal: AbortSignal },
  ): Promise<Lease | null>;
  states(): readonly SlotState[];
  /** Null: no such slot. */
  cacheOf(slot: number): Buffer | null;
  setCache(slot: number, prompt: Buffer): void;
  clear(): void;
}

interface Slot {
  readonly id: number;
  cached: Buffer;
  task: number | null;
  lastUsed: number;
}

interface Waiting {
  readonly prompt: Buffer;
  readonly slot: number | null;
  readonly grant: (slot: Slot) => void;
}

export function createSlotPool(size: number): SlotPool {
  const slots: Slot[] = Array.from({ length: size }, (_, id) => newSlot(id));
  const line: Waiting[] = [];
  let uses = 0;

  function lend(slot: Slot, prompt: Buffer, task: number): Lease {
    slot.task = task;
    const count = countPrompt(prompt, slot.cached);
    const keep = (tokens: number) => {
      slot.cached = tokens >= count.total ? prompt : prompt.subarray(0, tokens * BYTES_PER_TOKEN);
    };
    // What the new prompt does not share is dropped before anything is read.
    keep(count.cached);
    let isHeld = true;
    return {
      slot: slot.id,
      count,
      hasRead: keep,
      release() {
        if (!isHeld) {
          return;
        }
        isHeld = false;
        slot.task = null;
        slot.lastUsed = ++uses;
        serveLine();
      },
    };
  }

  function serveLine(): void {
    for (const waiting of [...line]) {
      const slot = choose(slots, waiting);
      if (slot !== null) {
        line.splice(line.indexOf(waiting), 1);
        waiting.grant(slot);
      }
    }
  }

  return {
    take(prompt, { task, slot: wished, signal }) {
      if (signal.aborted) {
        return Promise.resolve(null);
      }
      // A number that no slot has is as good as none.
      const slot = wished !== null && slots[wished] !== undefined ? wished : null;
      return new Promise((resolve) => {
        const leave = () => {
          line.splice(line.indexOf(waiting), 1);
          resolve(null);
        };
        const waiting: Waiting = {
          prompt,
          slot,
          grant(free) {
            signal.removeEventListener("abort", leave);
            resolve(lend(free, prompt, task));
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        line.push(waiting);
        serveLine();
      });
    },
    states: () =>
      slots.map(({ id, task, cached }) => ({
        id,
        task,
        cachedTokens: Math.ceil(cached.length / BYTES_PER_TOKEN),
      })),
    cacheOf: (slot) => slots[slot]?.cached ?? null,
    setCache(slot, prompt) {
      const found = slots[slot];
      if (found !== undefined) {
        found.cached = prompt;
      }
    },
    clear() {
      for (const slot of slots) {
        slot.cached = Buffer.alloc(0);
      }
    },
  };
}

function newSlot(id: number): Slot {
  return { id, cached: Buffer.alloc(0), task: null, lastUsed: 0 };
}

/** As llama.cpp chooses: the idle slot that shares most of the prompt, else the one that was idle the longest. */
function choose(slots: readonly Slot[], { prompt, slot: wished }: Waiting): Slot | null {
  const idle = slots.filter((slot) => slot.task === null && (wished === null || slot.id === wished));
  const shares = idle.map((slot) => ({
    slot,
    share: commonPrefixLength(prompt, slot.cached) / Math.max(1, prompt.length),
  }));
  const [closest] = shares
    .filter(({ share }) => share > LEAST_SHARE_IN_COMMON)
    .sort((left, right) => right.share - left.share);
  const [oldest] = [...idle].sort((left, right) => left.lastUsed - right.lastUsed);
  return closest?.slot ?? oldest ?? null;
}
