/** Loaded when a server has been silent for a moment. */
import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory, ServerState } from "../../protocol/index.ts";
import { identifyServer, readActivity, type ServerActivity } from "../../servers/index.ts";
import { type Endpoint, memoryPlace, rememberedFacts } from "../../wire/index.ts";

export interface ActivityQuestion {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly memory: EndpointMemory;
  /** Connections of its own, and to this machine only. */
  readonly openHttp: () => HttpClient;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

const TIMEOUT_MS = 2_500;
/** llama.cpp answers between two batches of a prompt, which on a processor are seconds apart. */
const SLOTS_TIMEOUT_MS = 15_000;

/** What the server says of itself; undefined where it does not tell. */
export type ActivityLook = (signal: AbortSignal) => Promise<ServerState | undefined>;

/** For a session. What it gives out is for one wait, to be called as often as somebody looks. */
export function createActivityQuestion(options: ActivityQuestion): () => ActivityLook {
  const { endpoint, model, memory, openHttp } = options;
  let kind = rememberedFacts(endpoint, model, memory).server.kind;
  /** Who answers has been found out, or it is clear that it can't be. */
  let hasMet = kind !== undefined;

  async function meet(http: HttpClient, signal: AbortSignal): Promise<void> {
    const found = await identifyServer(endpoint, {
      http,
      signal,
      timeoutMs: TIMEOUT_MS,
      about: { model },
      triesRoutes: true,
    });
    hasMet = found.type !== "silent" && found.type !== "unreachable";
    if (found.type !== "identified") {
      return;
    }
    kind = found.server.kind;
    // A server that is busy loading may have been too late to be known.
    if (kind !== "openai-like") {
      memory.put(memoryPlace(endpoint), model, { server: { kind } });
    }
  }

  return () => {
    const judge = createJudge(options);
    return async (signal) => {
      if (hasMet && kind === undefined) {
        return undefined;
      }
      const http = openHttp();
      try {
        if (!hasMet) {
          await meet(http, signal);
        }
        if (kind === undefined) {
          return undefined;
        }
        const timeoutMs = kind === "llamacpp" ? SLOTS_TIMEOUT_MS : TIMEOUT_MS;
        const activity = await readActivity(endpoint, { http, signal, kind, model, timeoutMs });
        return activity === undefined ? undefined : judge(activity);
      } finally {
        http.close();
      }
    };
  };
}

/** How far the time of unloading may lag behind the clock and still be one that is reckoned anew at each question. */
const LEAST_SHARE = 0.5;

function createJudge({ endpoint, model, now }: ActivityQuestion): (activity: ServerActivity) => ServerState {
  let wasLoading = false;
  let before: { readonly atMs: number; readonly expiresAtMs: number } | undefined;

  /**
   * Ollama lists a model as soon as it begins to load it. Until its first request is over, it has no time of unloading, and
   * each answer names one as far from now: it moves with the clock.
   */
  function hasNeverAnswered(expiresAtMs: number): boolean {
    const atMs = now();
    const moved =
      before !== undefined && expiresAtMs - before.expiresAtMs > (atMs - before.atMs) * LEAST_SHARE;
    const isFirst = before === undefined;
    before = { atMs, expiresAtMs };
    return isFirst ? wasLoading : moved;
  }

  return (activity) => {
    switch (activity.type) {
      case "loading":
        wasLoading = true;
        return { kind: "loading", model };
      case "slots": {
        // A slot that reads our prompt reports it, if it was asked to, and one that writes our answer is heard: so these are other people's.
        const areOthers = endpoint.dialect.reportsPrefill || activity.writing >= activity.all;
        return activity.busy >= activity.all && areOthers
          ? { kind: "queued", slots: activity.all }
          : { kind: "reading" };
      }
      case "ready":
        return activity.expiresAtMs !== undefined && hasNeverAnswered(activity.expiresAtMs)
          ? { kind: "loading", model, orReading: true }
          : { kind: "reading" };
      default:
        return activity satisfies never;
    }
  };
}
