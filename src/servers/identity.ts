import type { ModelError, ServerKind } from "../protocol/index.ts";

/** What a server says of itself. Every field is the server's own word; what it does not tell stays absent. */
export interface ServerIdentity {
  readonly kind: ServerKind;
  readonly version?: string;
  /** How many requests it works on at the same time. */
  readonly slots?: number;
  /** It is there, but its model is still being loaded. */
  readonly isLoading?: true;
  /** It answers with the one model it has, whatever name a request asks for. */
  readonly ignoresModelName?: true;
  readonly models: readonly ServedModel[];
}

export interface ServedModel {
  /** As a request names it. */
  readonly id: string;
  /** Other names that mean it. */
  readonly aliases?: readonly string[];
  readonly state?: "loaded" | "loading" | "not-loaded";
  readonly isEmbedding?: true;
  /** This server only passes requests on to a machine elsewhere (Ollama's cloud models). */
  readonly isRemote?: true;
  readonly sizeBytes?: number;
  /** Tokens it holds as it runs now. */
  readonly contextWindow?: number;
  /** Tokens it was made for: no promise of what fits now. */
  readonly maxContextWindow?: number;
  readonly slots?: number;
  readonly vision?: boolean;
  readonly tools?: boolean;
  readonly reasoning?: boolean;
}

/** `refused`: it wants a key. `silent`: nothing came in time. `foreign`: what answers is no model server. */
export type Identification =
  | { readonly type: "identified"; readonly server: ServerIdentity }
  | { readonly type: "refused"; readonly status: number }
  | { readonly type: "unreachable"; readonly error: ModelError }
  | { readonly type: "silent" }
  | { readonly type: "foreign"; readonly status: number };

/** The model that a request names so. */
export function modelNamed(server: ServerIdentity, name: string): ServedModel | undefined {
  const named = server.models.find(({ id, aliases = [] }) => id === name || aliases.includes(name));
  const [only, ...others] = server.models;
  return named ?? (server.ignoresModelName === true && others.length === 0 ? only : undefined);
}
