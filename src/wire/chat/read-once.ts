import { asObject, parseJson } from "../json.ts";

/**
 * Arguments that came more than once, written in another way each time, or after the empty object with which
 * Anthropic's gateways begin a call: one object of them. Any other text is returned as it is.
 */
export function readOnce(text: string): string {
  const end = endOfObject(text);
  const first = text.slice(0, end).trim();
  const rest = text.slice(end).trim();
  const value = asObject(parseJson(first));
  if (value === undefined || !rest.startsWith("{")) {
    return text;
  }
  return Object.keys(value).length === 0 ? rest : (withoutCopy(first, value, rest) ?? text);
}

function withoutCopy(first: string, value: object, rest: string): string | undefined {
  const copy = asObject(parseJson(rest));
  try {
    return copy !== undefined && JSON.stringify(copy) === JSON.stringify(value) ? first : undefined;
  } catch {
    // Nested deeper than the stack.
    return undefined;
  }
}

/** Where the first object is closed, braces in strings passed over; the end of the text if it never is. */
function endOfObject(text: string): number {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString && character === "\\") {
      index += 1;
    } else if (character === '"') {
      isInString = !isInString;
    } else if (!isInString && character === "{") {
      depth += 1;
    } else if (!isInString && character === "}") {
      depth -= 1;
      if (depth <= 0) {
        return index + 1;
      }
    }
  }
  return text.length;
}
