import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A recorded or composed stream and what must come of it; the schema is in fixtures/wire/README.md. */
export interface Vector {
  readonly name: string;
  readonly family: string;
  readonly server: string;
  readonly request: {
    readonly hints?: { readonly thinking_preopened?: boolean };
    readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: object } }[];
  };
  readonly http: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  readonly encoding?: "utf8" | "base64";
  readonly chunks: readonly string[];
  readonly optional?: boolean;
  readonly expect: VectorExpectation;
}

export interface VectorExpectation {
  readonly text?: string;
  readonly text_match?: "trim";
  readonly text_regex?: string;
  readonly reasoning?: string;
  readonly reasoning_match?: "trim";
  readonly tool_calls: readonly {
    readonly name: string;
    readonly arguments: unknown;
    readonly id?: string;
  }[];
  readonly invalid_tool_calls?: readonly { readonly name: string | null; readonly arguments_raw?: string }[];
  readonly finish?: string;
  readonly finish_any?: readonly string[];
  readonly usage?: Readonly<Record<string, number>> | null;
  readonly usage_any?: boolean;
  readonly error?: { readonly kind: string; readonly message_contains: string; readonly parameter?: string };
  readonly empty_answer?: boolean;
  readonly refusal?: string;
  readonly warning?: string;
  /** What the answer teaches of the model; ours, not in the schema of others. */
  readonly learnt?: { readonly opensThinking: boolean } | null;
  readonly progress?: Readonly<Record<string, number>>;
}

/** Of Chat Completions (`wire`) or of the Responses API. */
export function loadVectors(api: "wire" | "responses" = "wire"): Vector[] {
  const folder = fileURLToPath(new URL(`../../fixtures/${api}/`, import.meta.url));
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(`${folder}${name}`, "utf8")));
}

function chunkBytes(vector: Vector): Buffer[] {
  return vector.chunks.map((chunk) => Buffer.from(chunk, vector.encoding ?? "utf8"));
}

/** The same bytes cut in the three ways every decoder must bear. */
export function splits(vector: Vector): Record<"given" | "whole" | "bytes", Buffer[]> {
  const given = chunkBytes(vector);
  const whole = Buffer.concat(given);
  return { given, whole: [whole], bytes: Array.from(whole, (byte) => Buffer.from([byte])) };
}
