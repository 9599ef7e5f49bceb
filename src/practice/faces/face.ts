/** What the faces have in common: a face answers the routes by which a server is known, with the fields of the real one. */
import type { ModelStore } from "../model-store.ts";

export type ServerFace = "ollama" | "lmstudio" | "llamacpp" | "vllm";

/** What the model it plays was made for. */
export const LONGEST = 131_072;
/** That it is none of the real ones is said here only. */
export const VERSION = "0.0.0-leat-practice";

/** A request to any route but that of the chat. */
export interface Question {
  /** Method and path. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** Undefined where there is no body, or none that is JSON. */
  readonly json: unknown;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
}

export interface World {
  readonly store: ModelStore;
  readonly downloads: Downloads;
  /** Null: slots can't be saved. */
  readonly slotSavePath: string | null;
}

export interface Downloads {
  /** How long one takes. */
  readonly durationMs: number;
  /** What was fetched of each before it broke off; it goes on there. */
  readonly fetched: Map<string, number>;
  readonly jobs: Map<string, DownloadJob>;
}

export interface DownloadJob {
  readonly id: string;
  readonly model: string;
  readonly startedAtMs: number;
}

export type Told =
  | { readonly status: number; readonly body: unknown }
  /** One JSON value a line, as they come; `cut` ends the connection instead of the answer. */
  | { readonly status: number; readonly lines: AsyncIterable<unknown | typeof CUT> };

export const CUT = Symbol("the connection breaks");

export function ok(body: unknown): Told {
  return { status: 200, body };
}

export function list(models: readonly Readonly<Record<string, unknown>>[]): Told {
  return ok({ object: "list", data: models.map((model) => ({ object: "model", created: 0, ...model })) });
}

export function stringOf(json: unknown, ...keys: readonly string[]): string | null {
  const values = keys.map((key) => fieldOf(json, key));
  return (values.find((value) => typeof value === "string" && value !== "") as string | undefined) ?? null;
}

export function fieldOf(json: unknown, key: string): unknown {
  return typeof json === "object" && json !== null ? Reflect.get(json, key) : undefined;
}

/** How large a model is that nobody has: the same for the same name. */
export function inventedSize(name: string): number {
  const sum = [...name].reduce((total, character) => (total * 31 + (character.codePointAt(0) ?? 0)) % 997, 7);
  return 2_000_000_000 + sum * 12_345_678;
}
