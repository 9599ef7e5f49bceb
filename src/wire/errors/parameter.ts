import { asText, type JsonObject } from "../json.ts";
import { findSpecialName, knownName, namesIn, ourName } from "./parameter-name.ts";
import { locations, type Path, pathOf, SAYS_MISSING } from "./parameter-place.ts";

/** What part of the request is refused; without a name where the server gives none. */
export type Refusal =
  | { readonly part: "parameter"; readonly name?: string }
  | { readonly part: "tools" }
  /** A role is not known there: as with templates that refuse one, the messages must be put another way. */
  | { readonly part: "role" }
  /** Inside a tool's definition: a keyword of its schema, its name. Nothing that could be left out. */
  | { readonly part: "tool-definition" };

/**
 * Reads which request parameter a server refuses, from the place it gives (pydantic's `loc`, OpenAI's `param`)
 * or else from its sentence. Something that is missing is not refused.
 */
export function readRefusal(message: string, objects: readonly JsonObject[]): Refusal | undefined {
  const located = refusalOf(locations(message, objects));
  if (located !== undefined) {
    return located;
  }
  if (ABOUT_A_SCHEMA.test(message)) {
    return { part: "tool-definition" };
  }
  if (SAYS_MISSING.test(message)) {
    return undefined;
  }
  const special = findSpecialName(message);
  const { named, isNamed } = special === undefined ? namesIn(message) : { named: [[special]], isNamed: true };
  const known = isNamed ? undefined : knownName(message);
  const isRefused = objects.some((object) => REFUSING_CODE.test(asText(object["code"])?.slice(0, 60) ?? ""));
  if (isNamed || known !== undefined || isRefused || REFUSES.test(message)) {
    const { sure, unsure } = paramsOf(objects, isRefused ? undefined : message);
    const paths = [...sure, ...named, ...(known === undefined ? [] : [[known]]), ...unsure];
    // A code alone says too little where it is about the messages as a whole, the model or an unknown place.
    return refusalOf(paths) ?? (isRefused || isNamed ? undefined : { part: "parameter" });
  }
  return undefined;
}

/** OpenAI: "Invalid schema for function 'x': In context=('properties', 'name') …"; Anthropic: "tools.0.custom.input_schema: …". */
const ABOUT_A_SCHEMA = /schema for (?:function|tool)|input_schema|function_declarations/i;

/** OpenAI's `param` is exact where the code or the sentence bears it out; Cerebras writes `validation_error` there. */
function paramsOf(
  objects: readonly JsonObject[],
  message: string | undefined,
): { sure: Path[]; unsure: Path[] } {
  const sure: Path[] = [];
  const unsure: Path[] = [];
  for (const object of objects) {
    const path = pathOf(asText(object["param"]) ?? "");
    const last = path.at(-1);
    if (last !== undefined) {
      (message === undefined || message.includes(last) ? sure : unsure).push(path);
    }
  }
  return { sure, unsure };
}

/** The first path that leads to something with a name of its own. */
function refusalOf(paths: readonly Path[]): Refusal | undefined {
  for (const path of paths) {
    const [top, ...rest] = path;
    if (top === "tools" || top === "functions") {
      return rest.length > 0 ? { part: "tool-definition" } : { part: "tools" };
    }
    const name = top === "messages" || top === "input" ? rest.find((step) => !MESSAGE_TAGS.test(step)) : top;
    if (name === "role") {
      return { part: "role" };
    }
    if (name !== undefined && !NOT_TO_LEAVE_OUT.has(name)) {
      const field = name === top && HAS_FIELDS.has(name) ? rest[0] : undefined;
      return { part: "parameter", name: field === undefined ? ourName(name) : `${name}.${field}` };
    }
  }
  return undefined;
}

/** Of these, one field may be refused and the others be taken ("reasoning.summary": organizations OpenAI has not verified). */
const HAS_FIELDS = new Set(["reasoning", "text"]);

/** What every request has; a complaint about it is about something else. */
const NOT_TO_LEAVE_OUT = new Set(["messages", "model", "stream", "input", "body", "query", "header"]);

/** Unions are resolved in the place, too: `messages.0.user.name` (Mistral), `…ChatCompletionUserMessageParam…` (vLLM). */
const MESSAGE_TAGS = /^(?:system|user|assistant|tool|developer|function|typed-dict|.{0,40}[A-Z([].{0,200})$/;

const REFUSING_CODE =
  /^(?:unsupported_(?:parameter|value)|unknown_parameter|extra_forbidden|invalid_(?:type|value)|(?:integer|decimal|string|array|object)_(?:above|below)_\w{1,30})$/;

const REFUSES =
  /extra_forbidden|extra (?:inputs|fields) (?:are )?not permitted|unsupported parameter|unsupported_parameter|unrecognized (?:request argument|field)|unknown (?:parameter|field)|requested parameters|UnsupportedParams/i;
