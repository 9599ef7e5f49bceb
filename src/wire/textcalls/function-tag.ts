import { asObject } from "../json.ts";
import type { ParseContext, ParsedCall, TextCallFormat } from "./format.ts";
import { readJson, withArguments } from "./values.ts";
import { FUNCTION_STYLE, parseXmlCalls } from "./xml.ts";

/**
 * `<function=name>` without `<tool_call>` before it: Qwen3-Coder leaves that out at times (llama.cpp#16755),
 * and Llama 3 has JSON inside. The bare marker is too weak, so it counts with the name of an offered tool only.
 */
export const functionTag: TextCallFormat = {
  name: "function-tag",
  opens: (tools) => tools.map((tool) => `<function=${tool.name}>`),
  end: { closes: ["</function>"], regions: [["<parameter=", "</parameter>"]], quotes: '"' },
  trailers: ["</tool_call>", "<|eom_id|>", "<|eot_id|>"],
  namePattern: /(?!)/,
  nameIn: nameOf,
  parse: parseBody,
};

function parseBody(body: string, context: ParseContext): readonly ParsedCall[] | undefined {
  const text = body.trim();
  const name = nameOf(context.open);
  if (text.startsWith("{")) {
    const read = readJson(text);
    return asObject(read?.value) === undefined
      ? undefined
      : [withArguments(name, read?.value, read?.repairs ?? [])];
  }
  return parseXmlCalls(`${context.open}${body}`, FUNCTION_STYLE, context);
}

function nameOf(open: string): string {
  return open.slice("<function=".length, -1);
}

/** Seed-OSS has the same elements, but every line break in a value is data. */
export const seedOss: TextCallFormat = {
  name: "seed-oss",
  opens: () => ["<seed:tool_call>"],
  end: { closes: ["</seed:tool_call>"], regions: [["<parameter=", "</parameter>"]] },
  namePattern: /<function=([^>\s]{1,200})>/,
  parse: (body, context) => parseXmlCalls(body, { ...FUNCTION_STYLE, framingNewlines: "data" }, context),
};
