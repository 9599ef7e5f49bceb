import { asObject, parseJson } from "../json.ts";
import { createTextJoiner } from "./text-joiner.ts";

/**
 * A body that is one value, or a stream without SSE, a chunk a line, as some gateways send it: the first line
 * tells, since it is a chunk already.
 */
export interface JsonLines {
  /** Lines that are complete; none as long as the body may be one value. */
  push(text: string): readonly string[];
  /** What is left: the body, or its last line. */
  end(): { readonly isStream: boolean; readonly rest: string };
  /** The characters that are held. */
  readonly length: number;
}

export function createJsonLines(): JsonLines {
  const held = createTextJoiner();
  let form: "unknown" | "value" | "stream" = "unknown";

  function push(text: string): readonly string[] {
    const start = text.indexOf("\n");
    if (form === "value" || start === -1) {
      held.push(text);
      return [];
    }
    held.push(text.slice(0, start));
    const first = held.take();
    form = form === "stream" || isChunk(first) ? "stream" : "value";
    if (form === "value") {
      held.push(first);
      held.push(text.slice(start));
      return [];
    }
    const lines = text.slice(start + 1).split("\n");
    held.push(lines.pop() ?? "");
    return [first, ...lines].filter((line) => line.trim() !== "");
  }

  return {
    push,
    end: () => ({ isStream: form === "stream", rest: held.take() }),
    get length() {
      return held.length;
    },
  };
}

function isChunk(line: string): boolean {
  return Array.isArray(asObject(parseJson(line))?.["choices"]);
}
