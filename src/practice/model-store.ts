/** The models a practice server has: what is loaded, for how long, with which window and slots. */
import { nowMs, wait } from "./pace.ts";
import { createSlotPool, type SlotPool } from "./slots.ts";

/** Tokens the practice model says it holds. */
const WINDOW = 32_768;

export interface StoredModel {
  readonly name: string;
  readonly makes: "text" | "embeddings";
  readonly sizeBytes: number;
  /** Tokens one request may have. */
  window: number;
  readonly slots: SlotPool;
}

export interface ModelStore {
  /** The one that answers; further ones are only listed until somebody asks for them. */
  readonly main: StoredModel;
  readonly slotCount: number;
  all(): readonly StoredModel[];
  find(name: string): StoredModel | null;
  add(name: string, sizeBytes: number): void;
  state(model: StoredModel): ModelState;
  /** Resolves when it is loaded, or early when the signal fires. A second caller waits for the first one's loading. */
  load(model: StoredModel, signal: AbortSignal): Promise<void>;
  unload(model: StoredModel): void;
  /** From the last use on; null: for ever. */
  staysFor(model: StoredModel, ms: number | null): void;
  /** While a request runs, the model does not expire. Returns what ends that. */
  use(model: StoredModel): () => void;
}

type ModelState =
  | { readonly type: "not-loaded" }
  | { readonly type: "loading" }
  /** Null: it stays. */
  | { readonly type: "loaded"; readonly expiresAtMs: number | null };

export interface StoreOptions {
  readonly model: string;
  readonly moreModels?: readonly string[];
  readonly slots?: number;
  readonly window?: number;
  /** Absent: the model is loaded from the start. */
  readonly loadMs?: number;
  /** How long a model that was loaded for a request stays after the last one. Null: for ever. */
  readonly staysMs: number | null;
  readonly stopping: AbortSignal;
}

/** What happens to a model while the server runs. */
interface Life {
  loading: Promise<void> | null;
  isLoaded: boolean;
  users: number;
  lastUsedMs: number;
  staysMs: number | null;
}

export function createModelStore(options: StoreOptions): ModelStore {
  const slotCount = options.slots ?? 1;
  const window = options.window ?? WINDOW;
  const lives = new Map<StoredModel, Life>();
  const main = put(options.model, 4_700_000_000);
  for (const name of options.moreModels ?? []) {
    put(name, makes(name) === "text" ? 19_000_000_000 : 270_000_000);
  }
  if (options.loadMs === undefined) {
    Object.assign(lifeOf(main), { isLoaded: true, staysMs: null });
  }

  function put(name: string, sizeBytes: number): StoredModel {
    const model = { name, makes: makes(name), sizeBytes, window, slots: createSlotPool(slotCount) };
    lives.set(model, {
      loading: null,
      isLoaded: false,
      users: 0,
      lastUsedMs: nowMs(),
      staysMs: options.staysMs,
    });
    return model;
  }

  function lifeOf(model: StoredModel): Life {
    const life = lives.get(model);
    if (life === undefined) {
      throw new Error(`${model.name} is not of this store`);
    }
    return life;
  }

  function unload(model: StoredModel): void {
    lifeOf(model).isLoaded = false;
    model.slots.clear();
  }

  function state(model: StoredModel): ModelState {
    const life = lifeOf(model);
    if (life.loading !== null) {
      return { type: "loading" };
    }
    const expiresAtMs = life.staysMs === null ? null : life.lastUsedMs + life.staysMs;
    if (life.isLoaded && expiresAtMs !== null && expiresAtMs <= nowMs() && life.users === 0) {
      unload(model);
    }
    return life.isLoaded ? { type: "loaded", expiresAtMs } : { type: "not-loaded" };
  }

  return {
    main,
    slotCount,
    all: () => [...lives.keys()],
    find: (name) => [...lives.keys()].find((model) => withTag(model.name) === withTag(name)) ?? null,
    add(name, sizeBytes) {
      if (![...lives.keys()].some((model) => withTag(model.name) === withTag(name))) {
        put(name, sizeBytes);
      }
    },
    state,
    async load(model, signal) {
      const life = lifeOf(model);
      if (state(model).type === "loaded") {
        return;
      }
      // A client that leaves does not stop what it has started.
      life.loading ??= wait(options.loadMs ?? 0, options.stopping).then(() => {
        Object.assign(life, { loading: null, isLoaded: true, lastUsedMs: nowMs() });
      });
      await Promise.race([life.loading, fired(signal)]);
    },
    unload,
    staysFor(model, ms) {
      Object.assign(lifeOf(model), { staysMs: ms, lastUsedMs: nowMs() });
    },
    use(model) {
      const life = lifeOf(model);
      life.users++;
      return () => {
        life.users--;
        life.lastUsedMs = nowMs();
      };
    },
  };
}

function makes(name: string): StoredModel["makes"] {
  return /embed/i.test(name) ? "embeddings" : "text";
}

/** As Ollama reads names. */
function withTag(name: string): string {
  return name.includes(":") ? name : `${name}:latest`;
}

function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
