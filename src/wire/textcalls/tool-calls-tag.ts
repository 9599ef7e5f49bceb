import type { ParseContext, ParsedCall, TextCallFormat } from "./format.ts";
import { GLM_REGION, parseGlmCall } from "./glm.ts";
import { parseJsonCalls } from "./json-calls.ts";

/**
 * `<tool_calls>`: a JSON array (Jamba, Apriel, Hunyuan A13B), or elements (Hunyuan 3, whose tokens may end in
 * `:opensource`).
 */
export const toolCallsTag: TextCallFormat = {
  name: "tool-calls-tag",
  opens: () => ["<tool_calls>", "<tool_calls:opensource>"],
  end: {
    closes: ["</tool_calls>", "</tool_calls:opensource>"],
    regions: [GLM_REGION, SUFFIXED_REGION()],
    quotes: '"',
  },
  namePattern: /"name"\s*:\s*"([^"\\]{1,200})"|<tool_call(?::opensource)?>\s*([\w.-]{1,200})/,
  parse: parseBody,
};

function SUFFIXED_REGION(): readonly [string, string] {
  return ["<arg_value:opensource>", "</arg_value:opensource>"];
}

function parseBody(body: string, { tools }: ParseContext): readonly ParsedCall[] | undefined {
  const text = body.trim();
  if (!text.startsWith("<tool_call")) {
    return parseJsonCalls(text);
  }
  // A value that speaks of the suffixed tokens is not worth a parser of its own.
  const plain = text.replaceAll(":opensource>", ">");
  const calls: ParsedCall[] = [];
  const element = /<tool_call>([\s\S]*?)<\/tool_call>(?=\s*(?:<tool_call>|$))/gy;
  let end = 0;
  for (let match = element.exec(plain); match !== null; match = element.exec(plain)) {
    const inner = (match[1] ?? "").trim();
    const read = inner.startsWith("{")
      ? parseJsonCalls(inner)
      : parseGlmCall(inner, { tools, isClosed: true });
    if (read === undefined) {
      return undefined;
    }
    calls.push(...read);
    element.lastIndex += /^\s*/.exec(plain.slice(element.lastIndex))?.[0].length ?? 0;
    end = element.lastIndex;
  }
  return calls.length > 0 && end === plain.length ? calls : undefined;
}
