import { asArray, asNumber, asObject, asText, type JsonObject } from "../json.ts";

/**
 * OpenRouter's `reasoning_details`, put together from their deltas to be sent back as they came: some are signed
 * or encrypted. Entries of one index and type in a row are pieces of one (OpenRouter, "Preserving reasoning").
 */
export interface ReasoningDetails {
  add(details: unknown): void;
  /** None, if there were more than can be kept: a part of them would be refused. */
  finish(): readonly unknown[];
}

const MAX_LENGTH = 4 * 2 ** 20;
const MAX_ENTRIES = 10_000;

/** Fields that come in pieces, and those that may come later than the first piece. */
const PIECEWISE = ["text", "summary", "data"] as const;
const LATE = ["signature", "id", "format"] as const;

interface Entry {
  readonly fields: JsonObject;
  readonly pieces: Record<(typeof PIECEWISE)[number], string[]>;
}

export function createReasoningDetails(): ReasoningDetails {
  const entries: Entry[] = [];
  let length = 0;

  function add(details: unknown): void {
    for (const detail of asArray(details)) {
      const fields = asObject(detail);
      if (fields !== undefined && length <= MAX_LENGTH && entries.length <= MAX_ENTRIES) {
        addEntry(fields);
      }
    }
  }

  function addEntry(fields: JsonObject): void {
    const last = entries.at(-1);
    const entry: Entry =
      last !== undefined && continues(last.fields, fields)
        ? { fields: { ...last.fields, ...lateFields(fields) }, pieces: last.pieces }
        : { fields, pieces: { text: [], summary: [], data: [] } };
    if (entry.pieces === last?.pieces) {
      entries[entries.length - 1] = entry;
    } else {
      entries.push(entry);
      length += sizeOf(fields);
    }
    for (const name of PIECEWISE) {
      const piece = asText(fields[name]);
      if (piece !== undefined) {
        entry.pieces[name].push(piece);
        length += piece.length;
      }
    }
  }

  function finish(): readonly unknown[] {
    if (length > MAX_LENGTH || entries.length > MAX_ENTRIES) {
      return [];
    }
    return entries.map(({ fields, pieces }) => {
      const joined = PIECEWISE.flatMap((name) =>
        pieces[name].length === 0 ? [] : [[name, pieces[name].join("")] as const],
      );
      return { ...fields, ...Object.fromEntries(joined) };
    });
  }

  return { add, finish };
}

/** An encrypted entry is whole as it comes; another id begins another one. */
function continues(last: JsonObject, next: JsonObject): boolean {
  const sameId = next["id"] === undefined || next["id"] === null || next["id"] === last["id"];
  return (
    last["type"] === next["type"] &&
    next["type"] !== "reasoning.encrypted" &&
    asNumber(last["index"]) === asNumber(next["index"]) &&
    // A signature ends a block; without an index that is all that parts two of them.
    !(asText(last["signature"]) !== undefined && asText(next["text"]) !== undefined) &&
    sameId
  );
}

/** A later piece says `null` of what an earlier one had told. */
function lateFields(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    LATE.flatMap((name) => (asText(fields[name]) === undefined ? [] : [[name, fields[name]]])),
  );
}

/** What is nested deeper than the stack can't be sent back, and counts as too much. */
function sizeOf(fields: JsonObject): number {
  try {
    return JSON.stringify(fields).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
