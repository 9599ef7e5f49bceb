import type { EndpointFacts, Notice } from "../../protocol/index.ts";
import { asArray, asObject, type JsonObject, parseJson } from "../json.ts";
import type { Dialect } from "./dialect.ts";

/** The request that was refused. */
export interface Asked {
  /** As it was used: with everything learnt before. */
  readonly dialect: Dialect;
  /** The top-level keys of the body that was sent. */
  readonly parameters: readonly string[];
  /** On the Responses API, the fields of its objects that go by their path: `reasoning.summary`. */
  readonly fields: readonly string[];
  /** A message in it has `content: null`. */
  readonly hasNullContent: boolean;
}

/** Of the body as it was sent. */
export function askedWith(body: string, dialect: Dialect): Asked {
  const sent = asObject(parseJson(body)) ?? {};
  return {
    dialect,
    parameters: Object.keys(sent),
    fields: "input" in sent ? ["reasoning", "text"].flatMap((name) => fieldsOf(name, sent)) : [],
    hasNullContent: asArray(sent["messages"]).some((message) => asObject(message)?.["content"] === null),
  };
}

function fieldsOf(name: string, sent: JsonObject): string[] {
  return Object.keys(asObject(sent[name]) ?? {}).map((field) => `${name}.${field}`);
}

/** What is to be remembered, and how the user is told. */
export interface Lesson {
  readonly facts: Partial<EndpointFacts>;
  readonly notice: Notice;
}
