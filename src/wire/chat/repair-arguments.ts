import { asObject, parseJson } from "../json.ts";

/** What was wrong with the JSON of a call, where only one reading of it is possible. */
export type ArgumentRepair =
  | "code fence"
  | "raw line breaks"
  | "trailing commas"
  | "surplus brackets"
  | "JSON in a string";

export interface Repaired {
  readonly value: unknown;
  readonly text: string;
  readonly repairs: readonly ArgumentRepair[];
}

/**
 * JSON that small models write almost right. Only what can be read in one way is mended: nothing is added that
 * the model did not write, and what is cut off stays broken. Undefined if it can't be mended.
 */
export function repairJson(text: string): Repaired | undefined {
  const repairs: ArgumentRepair[] = [];
  let mended = text;
  for (const [repair, mend] of MENDERS) {
    const next = mend(mended);
    if (next !== mended) {
      repairs.push(repair);
      mended = next;
    }
  }
  const value = parseJson(mended);
  return value === undefined ? undefined : { value, text: mended, repairs };
}

/** The same for arguments, which are an object. */
export function repairArguments(text: string): Repaired | undefined {
  const repaired = repairJson(text);
  return asObject(repaired?.value) === undefined ? undefined : repaired;
}

const MENDERS: readonly (readonly [ArgumentRepair, (text: string) => string])[] = [
  ["code fence", withoutFence],
  ["raw line breaks", withEscapedControls],
  ["trailing commas", withoutTrailingCommas],
];

export function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("```") || !trimmed.endsWith("```")) {
    return text;
  }
  const firstBreak = trimmed.indexOf("\n");
  return firstBreak === -1 ? text : trimmed.slice(firstBreak + 1, -3);
}

/** JSON has no line break inside a string, so one that stands there can only have been meant as itself. */
function withEscapedControls(text: string): string {
  return mapParts(text, {
    inString: (character) => (character < " " ? JSON.stringify(character).slice(1, -1) : character),
    outside: (character) => character,
  });
}

function withoutTrailingCommas(text: string): string {
  return mapParts(text, {
    inString: (character) => character,
    outside: (character, rest) => (character === "," && /^\s*[}\]]/.test(rest()) ? "" : character),
  });
}

interface PartMapper {
  inString(character: string): string;
  /** `rest` is the next few characters. */
  outside(character: string, rest: () => string): string;
}

const LOOK_AHEAD = 200;

function mapParts(text: string, mapper: PartMapper): string {
  const parts: string[] = [];
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (isInString && character === "\\") {
      parts.push(character, text[index + 1] ?? "");
      index += 1;
    } else if (character === '"') {
      isInString = !isInString;
      parts.push(character);
    } else if (isInString) {
      parts.push(mapper.inString(character));
    } else {
      parts.push(mapper.outside(character, () => text.slice(index + 1, index + 1 + LOOK_AHEAD)));
    }
  }
  return parts.join("");
}
