import type { ParseContext, ParsedCall, TextCallFormat } from "./format.ts";
import { GLM_REGION, parseGlmCall } from "./glm.ts";
import { parseJsonCalls } from "./json-calls.ts";
import { FUNCTION_STYLE, parseXmlCalls } from "./xml.ts";

/** `<tool_call>`, which holds JSON (Hermes, Qwen2.5 and 3, Granite 4), `<function=>` (Qwen3-Coder) or `<arg_key>` (GLM). */
export const hermes: TextCallFormat = {
  name: "hermes",
  opens: () => ["<tool_call>"],
  end: {
    closes: ["</tool_call>"],
    before: ["<tool_call>"],
    regions: [["<parameter=", "</parameter>"], GLM_REGION],
    quotes: '"',
  },
  namePattern:
    /"name"\s*:\s*"([^"\\]{1,200})"|<function=([^>\s]{1,200})>|^\s*([\w.-]{1,200})\s{0,9}(?:\n|<arg_key>)/,
  parse: parseBody,
};

function parseBody(body: string, { tools }: ParseContext): readonly ParsedCall[] | undefined {
  const text = body.trim();
  if (text.startsWith("{") || text.startsWith("[")) {
    return parseJsonCalls(text);
  }
  return text.startsWith("<function=")
    ? parseXmlCalls(text, FUNCTION_STYLE, tools)
    : parseGlmCall(text, tools);
}
