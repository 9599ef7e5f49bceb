import { asNumber, asObject, asText, type JsonObject, parseJson } from "../json.ts";
import { readOnce } from "./read-once.ts";
import { type ArgumentRepair, repairArguments } from "./repair-arguments.ts";

/** A call as it stands when the stream has ended. `argumentsText` is JSON of an object if `whole`. */
export interface AssembledCall {
  readonly id: string | undefined;
  readonly name: string | null;
  readonly argumentsText: string;
  readonly whole: boolean;
  /** What had to be mended for that. */
  readonly repairs: readonly ArgumentRepair[];
}

/**
 * Puts tool calls together from their deltas. Identity goes by id, then by index, since servers repeat ids,
 * leave out indexes, or give every parallel call the index 0 (ollama#15457, lmdeploy#3412, litellm#33678).
 */
export interface CallAssembler {
  /** Takes one entry of `tool_calls`; returns what arguments came with it, undefined if there is nothing in it. */
  add(entry: unknown): string | undefined;
  finish(): AssembledCall[];
}

interface OpenCall {
  id: string | undefined;
  readonly index: number | undefined;
  name: string;
  argumentsText: string;
  /** The last delta of `argumentsText` that is not blank; tells cheaply that the whole can't be an object yet. */
  lastPart: string;
  /** What was found of `argumentsText` when it had this length. */
  judged: { readonly length: number; readonly isWhole: boolean };
  /** Its name came once more after its end: what arguments follow belong to another call of that name. */
  isNamedAgain: boolean;
}

export function createCallAssembler(offeredNames: ReadonlySet<string>): CallAssembler {
  const calls: OpenCall[] = [];
  /** The latest of each; a list would be gone through for every delta of ever so many calls. */
  const byIds = new Map<string, OpenCall>();
  const byIndexes = new Map<number, OpenCall>();

  function add(entry: unknown): string | undefined {
    const delta = asObject(entry);
    if (delta === undefined) {
      return undefined;
    }
    // Old gateways put name and arguments beside the id instead of under `function`.
    const part = asObject(delta["function"]) ?? delta;
    const id = asText(delta["id"]);
    const index = indexOf(delta);
    const name = asText(part["name"]);
    const argumentsPart = argumentsOf(part);
    if (id === undefined && name === undefined && argumentsPart === undefined) {
      return undefined;
    }

    let call = find(id, index, name, argumentsPart);
    if (call === undefined) {
      call = { id, index, name: "", argumentsText: "", lastPart: "", judged: UNJUDGED, isNamedAgain: false };
      const before = index === undefined ? calls.at(-1) : byIndexes.get(index);
      if (id === undefined && name === undefined && before?.isNamedAgain === true) {
        call.name = before.name;
      }
      calls.push(call);
      if (id !== undefined) {
        byIds.set(id, call);
      }
    } else if (id !== undefined) {
      call.id ??= id;
      byIds.set(id, call);
    }
    if (index !== undefined) {
      byIndexes.set(index, call);
    }
    if (name !== undefined && name !== call.name) {
      const hasGrown = name.startsWith(call.name) && offeredNames.has(name);
      call.name = hasGrown ? name : call.name + name;
    } else if (name !== undefined && argumentsPart === undefined && endsWhole(call)) {
      call.isNamedAgain = true;
    }
    if (argumentsPart === undefined || isResend(call, argumentsPart)) {
      return "";
    }
    call.argumentsText += argumentsPart;
    if (argumentsPart.trim() !== "") {
      call.lastPart = argumentsPart;
    }
    return argumentsPart;
  }

  function find(
    id: string | undefined,
    index: number | undefined,
    name: string | undefined,
    argumentsPart: string | undefined,
  ): OpenCall | undefined {
    const byId = id === undefined ? undefined : byIds.get(id);
    if (byId !== undefined) {
      return startsUnderSameId(byId, index, name, argumentsPart) ? undefined : byId;
    }
    const candidate = (index === undefined ? undefined : byIndexes.get(index)) ?? lastCall(id, index, name);
    if (candidate === undefined) {
      return undefined;
    }
    if (id !== undefined && candidate.id !== undefined) {
      // vLLM before 0.8 made a new id for every delta; the name stands in the first only.
      const goesOn = name === undefined && argumentsPart !== undefined && !endsWhole(candidate);
      return goesOn ? candidate : undefined;
    }
    return startsAnother(candidate, name, argumentsPart) ? undefined : candidate;
  }

  /** Nebius and Cerebras let arguments go on under other indexes, with neither id nor name (dirac#215). */
  function lastCall(
    id: string | undefined,
    index: number | undefined,
    name: string | undefined,
  ): OpenCall | undefined {
    const last = calls.at(-1);
    if (last === undefined || index === undefined) {
      return last;
    }
    return id === undefined && name === undefined && !endsWhole(last) ? last : undefined;
  }

  function finish(): AssembledCall[] {
    return withoutRepetitions(calls).map((call) => {
      const { argumentsText, repairs } = normalizeArguments(call.argumentsText);
      const name = cleanName(call.name, offeredNames);
      return {
        id: call.id,
        name: name === "" ? null : name,
        argumentsText: argumentsText ?? call.argumentsText,
        whole: argumentsText !== undefined && name !== "",
        repairs,
      };
    });
  }

  return { add, finish };
}

/** Foundry Local and gateways write numbers as text. */
function indexOf(delta: JsonObject): number | undefined {
  const index = delta["index"];
  return asNumber(typeof index === "string" && /^\d{1,6}$/.test(index) ? Number(index) : index);
}

/** Under the index of a call that is complete, without an id of its own. */
function startsAnother(call: OpenCall, name: string | undefined, argumentsPart: string | undefined): boolean {
  if (name === call.name || (name === undefined && call.isNamedAgain)) {
    const isMore = argumentsPart !== undefined && argumentsPart !== call.argumentsText;
    return isMore && argumentsPart.trim() !== "" && endsWhole(call);
  }
  return name !== undefined && endsWhole(call);
}

/** Some servers repeat the name in every delta: parsing all that has come each time would be quadratic. */
function endsWhole(call: OpenCall): boolean {
  const { length } = call.argumentsText;
  if (call.judged.length !== length) {
    const isEnd = call.lastPart.trimEnd().endsWith("}");
    call.judged = { length, isWhole: isEnd && isWhole(call.argumentsText) };
  }
  return call.judged.isWhole;
}

const UNJUDGED = { length: 0, isWhole: false };

/**
 * LocalAI sends one call under several indexes, with its id each time, and not always whole (LocalAI#9722). An id
 * alone, with neither name nor arguments, is no call.
 */
function withoutRepetitions(calls: readonly OpenCall[]): readonly OpenCall[] {
  const firsts = new Map<string, OpenCall>();
  return calls.filter((call) => {
    if (call.name === "" && call.argumentsText.trim() === "") {
      return false;
    }
    const first = call.id === undefined ? undefined : firsts.get(call.id);
    if (call.id !== undefined && first === undefined) {
      firsts.set(call.id, call);
    }
    return first?.name !== call.name || !first.argumentsText.startsWith(call.argumentsText);
  });
}

function argumentsOf(part: JsonObject): string | undefined {
  const value = part["arguments"];
  if (typeof value === "string") {
    return asText(value);
  }
  // Bridges from Ollama's native API send an object.
  if (asObject(value) === undefined) {
    return undefined;
  }
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack: no JSON, so that the call is not run.
    return "(nested too deeply)";
  }
}

/** Ids that are not distinct: another index, and a call that was complete already. A mere repetition is none. */
function startsUnderSameId(
  call: OpenCall,
  index: number | undefined,
  name: string | undefined,
  argumentsPart: string | undefined,
): boolean {
  const isSamePlace = index !== undefined && index === call.index;
  if (name === undefined || isSamePlace || !isWhole(call.argumentsText)) {
    return false;
  }
  // Without an index, a name alone is more likely said once more than the beginning of another call.
  const isRepetition =
    name === call.name &&
    (argumentsPart === call.argumentsText || (argumentsPart === undefined && index === undefined));
  return !isRepetition;
}

/** Some servers send the whole arguments once more in the last chunk. */
function isResend(call: OpenCall, argumentsPart: string): boolean {
  return call.argumentsText === argumentsPart && isWhole(argumentsPart);
}

function isWhole(argumentsText: string): boolean {
  return asObject(parseJson(argumentsText)) !== undefined;
}

/** No arguments mean an empty object; an object inside a JSON string is taken out. Undefined if unreadable. */
function normalizeArguments(text: string): NormalArguments {
  if (text.trim() === "") {
    return { argumentsText: "{}", repairs: [] };
  }
  const value = parseJson(text);
  if (value === null) {
    return { argumentsText: "{}", repairs: [] };
  }
  if (asObject(value) !== undefined) {
    return { argumentsText: text, repairs: [] };
  }
  if (typeof value !== "string") {
    const mended = repairArguments(readOnce(text));
    return { argumentsText: mended?.text, repairs: mended?.repairs ?? [] };
  }
  const inner = value.trim() === "" ? "{}" : value;
  const mended = repairArguments(inner);
  return {
    argumentsText: mended?.text,
    repairs: mended === undefined ? [] : [...mended.repairs, "JSON in a string"],
  };
}

interface NormalArguments {
  readonly argumentsText: string | undefined;
  readonly repairs: readonly ArgumentRepair[];
}

/** gpt-oss leaks Harmony markers and its `functions.` namespace into names (llama.cpp#15731). */
function cleanName(name: string, offeredNames: ReadonlySet<string>): string {
  const cut = name.split("<|", 1)[0]?.trim() ?? "";
  const bare = cut.startsWith("functions.") ? cut.slice("functions.".length) : cut;
  return offeredNames.has(bare) ? bare : cut;
}
