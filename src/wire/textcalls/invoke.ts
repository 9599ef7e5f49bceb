import type { ParseContext, ParsedCall, TextCallFormat } from "./format.ts";
import { parseJsonCalls } from "./json-calls.ts";
import { parsePythonCalls } from "./pythonic.ts";
import { parseXmlCalls, type XmlStyle } from "./xml.ts";

const INVOKE_STYLE: XmlStyle = {
  callOpen: /<invoke name="([^"\n]{1,200})"\s*>/y,
  callClose: "</invoke>",
  parameterOpen: /<parameter name="([^"\n]{1,200})"\s*>/y,
  parameterClose: "</parameter>",
  framingNewlines: "data",
};

const INVOKE_REGION = ["<parameter name=", "</parameter>"] as const;

export const minimax: TextCallFormat = {
  name: "minimax-m2",
  opens: () => ["<minimax:tool_call>"],
  end: { closes: ["</minimax:tool_call>"], regions: [INVOKE_REGION] },
  namePattern: /<invoke name="([^"\n]{1,200})"/,
  parse: (body, context) => parseXmlCalls(body, INVOKE_STYLE, context),
};

/** The same without what wraps it, which models forget; it counts with the name of an offered tool only. */
export const bareInvoke: TextCallFormat = {
  name: "invoke",
  opens: (tools) => tools.map((tool) => `<invoke name="${tool.name}">`),
  end: { closes: ["</invoke>"], regions: [INVOKE_REGION] },
  trailers: ["</minimax:tool_call>", "</function_calls>", "</tool_call>"],
  namePattern: /(?!)/,
  nameIn: (open) => open.slice('<invoke name="'.length, -'">'.length),
  parse: (body, context) => parseXmlCalls(`${context.open}${body}`, INVOKE_STYLE, context),
};

/** `<function_calls>`: one Python call a line (Olmo 3), or `<invoke>` elements. */
export const functionCalls: TextCallFormat = {
  name: "function-calls",
  opens: () => ["<function_calls>"],
  end: { closes: ["</function_calls>"], regions: [INVOKE_REGION] },
  namePattern: /<invoke name="([^"\n]{1,200})"|^\s*\[?\s*([A-Za-z_][\w.]{0,199})\(/,
  parse: parseFunctionCalls,
};

function parseFunctionCalls(body: string, context: ParseContext): readonly ParsedCall[] | undefined {
  return body.trimStart().startsWith("<")
    ? parseXmlCalls(body, INVOKE_STYLE, context)
    : (parsePythonCalls(body) ?? parseJsonCalls(body));
}

const DSML_STYLE: XmlStyle = {
  callOpen: /<｜DSML｜invoke name="([^"\n]{1,200})"\s*>/y,
  callClose: "</｜DSML｜invoke>",
  parameterOpen: /<｜DSML｜parameter name="([^"\n]{1,200})"(?:\s+string="(true|false)")?\s*>/y,
  parameterClose: "</｜DSML｜parameter>",
  framingNewlines: "data",
};

/** DeepSeek V3.2 (`function_calls`) and V4 (`tool_calls`); the bars are fullwidth. */
export const dsml: TextCallFormat = {
  name: "deepseek-dsml",
  opens: () => ["<｜DSML｜function_calls>", "<｜DSML｜tool_calls>"],
  end: {
    closes: ["</｜DSML｜function_calls>", "</｜DSML｜tool_calls>"],
    regions: [["<｜DSML｜parameter ", "</｜DSML｜parameter>"]],
  },
  trailers: ["<｜end▁of▁sentence｜>"],
  namePattern: /<｜DSML｜invoke name="([^"\n]{1,200})"/,
  parse: (body, context) => parseXmlCalls(body, DSML_STYLE, context),
};

/** MiniCPM: `<function name="f"><param name="p">v</param></function>`, values perhaps as CDATA. */
const MINICPM_STYLE: XmlStyle = {
  callOpen: /<function name="([^"\n]{1,200})"\s*>/y,
  callClose: "</function>",
  parameterOpen: /<param name="([^"\n]{1,200})"\s*>/y,
  parameterClose: "</param>",
  framingNewlines: "cdata",
};

export const minicpm: TextCallFormat = {
  name: "minicpm",
  opens: (tools) => tools.map((tool) => `<function name="${tool.name}">`),
  end: { closes: ["</function>"], regions: [["<param name=", "</param>"]] },
  namePattern: /(?!)/,
  nameIn: (open) => open.slice('<function name="'.length, -'">'.length),
  parse: (body, context) => parseXmlCalls(`${context.open}${body}`, MINICPM_STYLE, context),
};

/** Step3's elements between tokens like DeepSeek's, which say no more. */
const STEP_STYLE: XmlStyle = {
  callOpen: /<steptml:invoke name="([^"\n]{1,200})"\s*>/y,
  callClose: "</steptml:invoke>",
  parameterOpen: /<steptml:parameter name="([^"\n]{1,200})"\s*>/y,
  parameterClose: "</steptml:parameter>",
  framingNewlines: "stripped",
  filler: /(?:\s|<｜tool_call_begin｜>|<｜tool_call_end｜>|function<｜tool_sep｜>)*/y,
};

export const step3: TextCallFormat = {
  name: "step-3",
  opens: () => ["<｜tool_calls_begin｜>"],
  end: {
    closes: ["<｜tool_calls_end｜>"],
    regions: [["<steptml:parameter ", "</steptml:parameter>"]],
  },
  namePattern: /<steptml:invoke name="([^"\n]{1,200})"/,
  parse: (body, context) => parseXmlCalls(body, STEP_STYLE, context),
};
