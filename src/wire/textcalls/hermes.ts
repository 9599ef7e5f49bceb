import type { ParseContext, ParsedCall, TextCallFormat } from "./format.ts";
import { GLM_REGION, parseGlmCall } from "./glm.ts";
import { parseJsonCalls } from "./json-calls.ts";
import { parseMinimaxM3 } from "./minimax-m3.ts";
import { FUNCTION_STYLE, parseXmlCalls } from "./xml.ts";

/** `<tool_call>`, which holds JSON (Hermes, Qwen2.5 and 3, Granite 4, Ernie, EXAONE), `<function=>` (Qwen3-Coder) or `<arg_key>` (GLM). */
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

function parseBody(body: string, context: ParseContext): readonly ParsedCall[] | undefined {
  const text = body.trim();
  if (/^(?:[{[]|```)/.test(text)) {
    return parseJsonCalls(text);
  }
  // MiniMax M3 leaves the token out before the outermost tag at times.
  if (text.startsWith("]<]minimax[>[")) {
    return parseMinimaxM3(text.replace(/\]<\]minimax\[>\[$/, ""), context.tools);
  }
  return text.startsWith("<function=")
    ? parseXmlCalls(text, FUNCTION_STYLE, context)
    : parseGlmCall(text, context);
}
