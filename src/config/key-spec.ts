/** One key of the config file. Validation, error hints, defaults and docs/configuration.md come from these. */
export interface KeySpec {
  /** Dotted; `<id>` stands for any name. */
  readonly key: string;
  readonly type: ValueType;
  readonly effect: Effect;
  /** One line for the docs page. */
  readonly doc: string;
  readonly default?: string | number | boolean | readonly string[];
  readonly allowed?: readonly string[];
  /** A greater number counts as this one. */
  readonly cap?: number;
  /** The value must not be repeated in an error text. */
  readonly secret?: true;
}

/** `any`: whatever is in there is not looked at. */
export type ValueType =
  | "string"
  | "path"
  | "url"
  | "boolean"
  | "integer"
  | "number"
  | "strings"
  | "string-map"
  | "table"
  | "any";

/**
 * `used`: leat acts on it. `not-yet`: it is checked, and the user is told that nothing comes of it so far.
 * `codex-only`: it means nothing here and is accepted in silence.
 */
export type Effect = "used" | "not-yet" | "codex-only";

type Details = Omit<KeySpec, "key" | "type" | "effect" | "doc">;

export function used(key: string, type: ValueType, doc: string, details: Details = {}): KeySpec {
  return { key, type, effect: "used", doc, ...details };
}

export function notYet(key: string, type: ValueType, doc: string, details: Details = {}): KeySpec {
  return { key, type, effect: "not-yet", doc, ...details };
}

export function codexOnly(key: string, doc: string): KeySpec {
  return { key, type: "any", effect: "codex-only", doc };
}
