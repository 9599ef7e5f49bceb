import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { EndpointFacts } from "../../src/protocol/index.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { type Endpoint, type ModelEnd, type ModelEvent, streamModel } from "../../src/wire/index.ts";
import { user } from "../support/items.ts";
import { delta, type Reply, scriptedHttp } from "../support/scripted-http.ts";

/** streamModel against a server that plays replies, on a clock that does not run. */

export const local: Endpoint = {
  providerId: "local",
  baseUrl: "http://localhost:1234/v1/",
  queryParams: {},
  headers: { authorization: "Bearer sk-secret-key" },
  wireApi: "chat",
  dialect: generic,
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  idleTimeoutMs: undefined,
};
export const remote: Endpoint = { ...local, baseUrl: "https://models.example/v1" };
export const url = "http://localhost:1234/v1/chat/completions";

/** To be called once by each file. */
export function stopClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export interface Run {
  readonly events: ModelEvent[];
  readonly end: ModelEnd;
  readonly bodies: Record<string, unknown>[];
  readonly facts: EndpointFacts;
}

export interface RunOptions {
  readonly endpoint?: Endpoint;
  readonly facts?: EndpointFacts;
  readonly controller?: AbortController;
  readonly onEvent?: (event: ModelEvent) => void;
}

export const NO_FACTS: EndpointFacts = { server: {}, model: {} };

/** Plays the replies against streamModel; every sleep ends as soon as it begins, of the fake clock's time. */
export async function run(replies: readonly Reply[], options: RunOptions = {}): Promise<Run> {
  const http = scriptedHttp(replies);
  let facts = options.facts ?? NO_FACTS;
  const events: ModelEvent[] = [];
  let isOver = false;
  const asked = streamModel(
    { model: "m", instructions: "S", items: [user("q")], tools: [] },
    options.endpoint ?? local,
    {
      http,
      memory: {
        get: () => facts,
        put: (_endpoint, _model, { server, model }) => {
          facts = { server: { ...facts.server, ...server }, model: { ...facts.model, ...model } };
        },
      },
      signal: (options.controller ?? new AbortController()).signal,
      random: () => 0.5,
      newCallId: () => "made",
      emit: (event) => {
        expect(isOver).toBe(false);
        events.push(event);
        options.onEvent?.(event);
      },
    },
  ).finally(() => {
    isOver = true;
  });
  // What is loaded when it is first needed takes turns of the event loop that no clock knows of.
  while (!isOver) {
    await vi.runAllTimersAsync();
    await nextTurn();
  }
  expect(vi.getTimerCount()).toBe(0);
  const bodies = http.requests.map((request) => JSON.parse(request.body));
  return { events, end: await asked, bodies, facts };
}

/** Events and the end in a word or two each, for the order of things. */
export function summary({ events, end }: Pick<Run, "events" | "end">): string[] {
  const words = events.map((event) => {
    if (event.type === "notice" && event.notice.kind === "retry") {
      const { layer, attempt, maxAttempts, delayMs } = event.notice;
      return `retry ${layer} ${attempt}/${maxAttempts} in ${delayMs}`;
    }
    return event.type === "notice" ? `notice ${event.notice.kind}` : event.type;
  });
  return [
    ...words,
    end.type === "failed" ? `failed ${end.error.kind} after ${end.error.attempts}` : end.type,
  ];
}

export const brokenStream: Reply = { chunks: [delta({ content: "half" }), { break: "disconnected" }] };
