import type { TextCallFormat } from "./format.ts";
import { parseXmlCalls, type XmlStyle } from "./xml.ts";

const MINIMAX_STYLE: XmlStyle = {
  callOpen: /<invoke name="([^"\n]{1,200})"\s*>/y,
  callClose: "</invoke>",
  parameterOpen: /<parameter name="([^"\n]{1,200})"\s*>/y,
  parameterClose: "</parameter>",
  framingNewlines: "data",
};

export const minimax: TextCallFormat = {
  name: "minimax-m2",
  opens: () => ["<minimax:tool_call>"],
  end: { closes: ["</minimax:tool_call>"], regions: [["<parameter name=", "</parameter>"]] },
  namePattern: /<invoke name="([^"\n]{1,200})"/,
  parse: (body, { tools }) => parseXmlCalls(body, MINIMAX_STYLE, tools),
};

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
  parse: (body, { tools }) => parseXmlCalls(body, DSML_STYLE, tools),
};
