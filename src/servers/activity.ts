import type { ServerKind } from "../protocol/index.ts";
import type { Answer } from "./adapter.ts";
import { type AskOptions, ask, type ServerAddress } from "./ask.ts";
import { entries, type Fields, fields, text } from "./fields.ts";
import { identifyServer } from "./identify.ts";
import { modelNamed, type ServerIdentity } from "./identity.ts";
import { ollama } from "./kinds/ollama.ts";
import { startPatience } from "./patience.ts";

/** What a server is doing right now, as far as it tells. */
export type ServerActivity =
  /** The model is being loaded, or will be for the request that waits. */
  | { readonly type: "loading" }
  /** llama.cpp's slots: how many there are, how many work on a request, and how many of these write an answer already. */
  | { readonly type: "slots"; readonly all: number; readonly busy: number; readonly writing: number }
  /** `expiresAtMs`: when it will be unloaded if nobody asks it anything (Ollama). */
  | { readonly type: "ready"; readonly expiresAtMs?: number };

export interface ActivityOptions extends AskOptions {
  /** Who answers there. */
  readonly kind: ServerKind;
  /** As the request names it. */
  readonly model: string;
  readonly timeoutMs: number;
}

/** The others have their model from the start, or tell nothing of it. */
const TELLING: readonly ServerKind[] = ["llamacpp", "llamacpp-router", "ollama", "lmstudio"];

/** One question without a prompt, or none where the server would not tell: undefined, then. */
export async function readActivity(
  address: ServerAddress,
  options: ActivityOptions,
): Promise<ServerActivity | undefined> {
  const { kind, model } = options;
  switch (kind) {
    case "llamacpp": {
      const told = await askOnce(address, "/slots", options);
      return told === "late" ? undefined : told && slotsOf(told);
    }
    case "ollama": {
      // While it loads a model it may hold the lock of this very list: nothing else keeps the answer back (`loadedModels` in its sched.go).
      const told = await askOnce(address, "/api/ps", options);
      return told === "late" ? { type: "loading" } : told && runningModel(told, model);
    }
    default: {
      const expected = { ...options, expected: kind, about: { model }, triesRoutes: false };
      const found = TELLING.includes(kind) ? await identifyServer(address, expected) : undefined;
      return found?.type === "identified" ? stateIn(found.server, model) : undefined;
    }
  }
}

/** `late`: no answer in the time given. */
async function askOnce(
  address: ServerAddress,
  route: `/${string}`,
  options: ActivityOptions,
): Promise<Answer | "late" | undefined> {
  const { signal, end } = startPatience(options.timeoutMs, options.signal);
  const outcome = await ask(address, { route }, { ...options, signal }).finally(end);
  if (outcome.type === "answer") {
    return outcome.answer;
  }
  return outcome.type === "aborted" && !options.signal.aborted ? "late" : undefined;
}

/** llama.cpp answers 503 to everything until its model is there; `/slots` may be shut. */
function slotsOf({ status, json }: Answer): ServerActivity | undefined {
  if (status === 503) {
    return { type: "loading" };
  }
  const slots = status === 200 && Array.isArray(json) ? entries(json) : [];
  if (slots.length === 0 || !slots.every((slot) => typeof slot["is_processing"] === "boolean")) {
    return undefined;
  }
  const busy = slots.filter((slot) => slot["is_processing"] === true);
  return { type: "slots", all: slots.length, busy: busy.length, writing: busy.filter(isWriting).length };
}

/** `next_token` is an object in older versions, a list with one in newer. */
function isWriting(slot: Fields): boolean {
  const next = slot["next_token"];
  return Number(fields(Array.isArray(next) ? next[0] : next)["n_decoded"]) > 0;
}

/** Ollama lists what is loaded, and in most versions what is being loaded, too. */
function runningModel(answer: Answer, model: string): ServerActivity | undefined {
  const server = ollama.identify(new Map([["/api/ps", answer]]));
  if (server === undefined) {
    return undefined;
  }
  const running = modelNamed(server, model);
  if (running === undefined) {
    return { type: "loading" };
  }
  const entry = entries(fields(answer.json)["models"]).find(({ name }) => name === running.id);
  const expiresAtMs = Date.parse(text(entry?.["expires_at"]) ?? "");
  return { type: "ready", ...(Number.isFinite(expiresAtMs) ? { expiresAtMs } : {}) };
}

function stateIn(server: ServerIdentity, model: string): ServerActivity | undefined {
  if (server.isLoading === true) {
    return { type: "loading" };
  }
  switch (modelNamed(server, model)?.state) {
    case "loaded":
      return { type: "ready" };
    case "loading":
    case "not-loaded":
      return { type: "loading" };
    default:
      return undefined;
  }
}
