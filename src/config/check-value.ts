import { type Fault, withoutUserInfo } from "./document.ts";
import type { KeyPath } from "./dotted-key.ts";
import type { KeySpec } from "./key-spec.ts";
import { nearestField } from "./nearest.ts";
import { isTable, kindOf, type TomlValue } from "./toml-value.ts";

/** What is wrong with a value. `within` leads from the key to the part that is wrong. */
export interface ValueFault extends Fault {
  readonly within: KeyPath;
}

export function faultOf(spec: KeySpec, value: TomlValue): ValueFault | undefined {
  switch (spec.type) {
    case "any":
      return undefined;
    case "table":
      return isTable(value) ? undefined : wrongType("a table", value);
    case "string":
    case "path":
      return typeof value === "string" ? choiceFault(spec, value) : wrongType("a string", value);
    case "url":
      return urlFault(value);
    case "boolean":
      return typeof value === "boolean" ? undefined : wrongScalar("true or false", value);
    case "integer":
      return Number.isSafeInteger(value) && Number(value) >= 0
        ? undefined
        : wrongScalar("an integer of 0 or more", value);
    case "number":
      return typeof value === "number" && value >= 0
        ? undefined
        : wrongScalar("a number of 0 or more", value);
    case "strings":
      return stringsFault(value);
    case "string-map":
      return stringMapFault(value);
    default:
      return spec.type satisfies never;
  }
}

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

export const URL_EXPECTED = "an http:// or https:// URL";

function choiceFault(spec: KeySpec, value: string): ValueFault | undefined {
  const { allowed } = spec;
  if (allowed === undefined || allowed.includes(value)) {
    return undefined;
  }
  const problem = { type: "wrong_value", found: value, allowed } as const;
  return { within: [], problem, ...nearestField(value, allowed) };
}

function urlFault(value: TomlValue): ValueFault | undefined {
  if (typeof value !== "string") {
    return wrongType(URL_EXPECTED, value);
  }
  if (isHttpUrl(value)) {
    return undefined;
  }
  const found = JSON.stringify(withoutUserInfo(value));
  return { within: [], problem: { type: "wrong_type", expected: URL_EXPECTED, found } };
}

function stringsFault(value: TomlValue): ValueFault | undefined {
  if (!Array.isArray(value)) {
    return wrongType("an array of strings", value);
  }
  const odd = value.find((element) => typeof element !== "string");
  if (odd === undefined) {
    return undefined;
  }
  const found = `an array with ${kindOf(odd)} in it`;
  return { within: [], problem: { type: "wrong_type", expected: "an array of strings", found } };
}

function stringMapFault(value: TomlValue): ValueFault | undefined {
  if (!isTable(value)) {
    return wrongType("a table of strings", value);
  }
  const odd = [...value].find(([, element]) => typeof element !== "string");
  return odd && { ...wrongType("a string", odd[1]), within: [odd[0]] };
}

/** For what is written without quotes. */
function wrongScalar(expected: string, value: TomlValue): ValueFault {
  const isQuoted = typeof value === "string";
  const problem = {
    type: "wrong_type",
    expected,
    found: kindOf(value),
    ...(isQuoted && { isQuoted }),
  } as const;
  return { within: [], problem };
}

function wrongType(expected: string, value: TomlValue): ValueFault {
  return { within: [], problem: { type: "wrong_type", expected, found: kindOf(value) } };
}
