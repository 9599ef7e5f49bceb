import { asNumber, asObject, asText, type JsonObject, parseJson } from "../json.ts";
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
  /** Takes one entry of `tool_calls`; false if there is nothing in it. */
  add(entry: unknown): boolean;
  finish(): AssembledCall[];
}

interface OpenCall {
  id: string | undefined;
  readonly index: number | undefined;
  name: string;
  argumentsText: string;
  /** The last delta of `argumentsText` that is not blank; tells cheaply that the whole can't be an object yet. */
  lastPart: string;
}

export function createCallAssembler(offeredNames: ReadonlySet<string>): CallAssembler {
  const calls: OpenCall[] = [];
  /** The latest of each; a list would be gone through for every delta of ever so many calls. */
  const byIds = new Map<string, OpenCall>();
  const byIndexes = new Map<number, OpenCall>();

  function add(entry: unknown): boolean {
    const delta = asObject(entry);
    if (delta === undefined) {
      return false;
    }
    // Old gateways put name and arguments beside the id instead of under `function`.
    const part = asObject(delta["function"]) ?? delta;
    const id = asText(delta["id"]);
    const index = asNumber(delta["index"]);
    const name = asText(part["name"]);
    const argumentsPart = argumentsOf(part);
    if (id === undefined && name === undefined && argumentsPart === undefined) {
      return false;
    }

    let call = find(id, index, name, argumentsPart);
    if (call === undefined) {
      call = { id, index, name: "", argumentsText: "", lastPart: "" };
      calls.push(call);
      if (index !== undefined) {
        byIndexes.set(index, call);
      }
      if (id !== undefined) {
        byIds.set(id, call);
      }
    } else if (call.id === undefined && id !== undefined) {
      call.id = id;
      byIds.set(id, call);
    }
    if (name !== undefined && name !== call.name) {
      call.name += name;
    }
    if (argumentsPart !== undefined && !isResend(call, argumentsPart)) {
      call.argumentsText += argumentsPart;
      if (argumentsPart.trim() !== "") {
        call.lastPart = argumentsPart;
      }
    }
    return true;
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
    const candidate = index === undefined ? calls.at(-1) : byIndexes.get(index);
    if (candidate === undefined) {
      return undefined;
    }
    if (id !== undefined && candidate.id !== undefined) {
      return undefined;
    }
    const startsAnother =
      name !== undefined &&
      (name !== candidate.name ||
        (argumentsPart !== undefined && argumentsPart !== candidate.argumentsText)) &&
      // Some servers repeat the name in every delta: parsing all that has come each time would be quadratic.
      /\}\s*$/.test(candidate.lastPart) &&
      isWhole(candidate.argumentsText);
    return startsAnother ? undefined : candidate;
  }

  function finish(): AssembledCall[] {
    return calls.map((call) => {
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
    const mended = repairArguments(text);
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
