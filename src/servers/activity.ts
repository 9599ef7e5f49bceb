import type { ServerKind } from "../protocol/index.ts";
import { type AskOptions, ask, type ServerAddress } from "./ask.ts";
import { entries } from "./fields.ts";
import { identifyServer } from "./identify.ts";
import { modelNamed } from "./identity.ts";

/** What a server is doing right now, as far as it tells. */
export type ServerActivity =
  /** The model is being loaded, or will be for the request that waits. */
  | { readonly type: "loading" }
  /** How many requests it works on, and on how many it can: llama.cpp's slots. */
  | { readonly type: "slots"; readonly busy: number; readonly all: number }
  | { readonly type: "ready" };

export interface ActivityOptions extends AskOptions {
  /** Who answers there; undefined: that is found out first. */
  readonly kind: ServerKind | undefined;
  /** As the request names it. */
  readonly model: string;
  readonly timeoutMs: number;
}

/** One question without a prompt, two where the server is met for the first time; undefined where it does not tell. */
export async function readActivity(
  address: ServerAddress,
  options: ActivityOptions,
): Promise<ServerActivity | undefined> {
  if (options.kind === "llamacpp") {
    return await readSlots(address, options);
  }
  const found = await identifyServer(address, {
    ...options,
    expected: options.kind,
    about: { model: options.model },
    triesRoutes: options.kind === undefined,
  });
  if (found.type !== "identified") {
    return undefined;
  }
  const { server } = found;
  if (server.isLoading === true) {
    return { type: "loading" };
  }
  if (server.kind === "llamacpp") {
    return await readSlots(address, options);
  }
  switch (modelNamed(server, options.model)?.state) {
    case "loaded":
      return { type: "ready" };
    case "loading":
    case "not-loaded":
      return { type: "loading" };
    default:
      // Ollama lists here only what is loaded.
      return server.kind === "ollama" ? { type: "loading" } : undefined;
  }
}

/** llama.cpp answers 503 to everything until its model is there; `/slots` may be shut. */
async function readSlots(
  address: ServerAddress,
  options: ActivityOptions,
): Promise<ServerActivity | undefined> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  const outcome = await ask(address, { route: "/slots" }, { ...options, signal });
  if (outcome.type !== "answer") {
    return undefined;
  }
  const { status, json } = outcome.answer;
  if (status === 503) {
    return { type: "loading" };
  }
  const slots = status === 200 && Array.isArray(json) ? entries(json) : [];
  return slots.length > 0 && slots.every((slot) => typeof slot["is_processing"] === "boolean")
    ? {
        type: "slots",
        busy: slots.filter((slot) => slot["is_processing"] === true).length,
        all: slots.length,
      }
    : undefined;
}
