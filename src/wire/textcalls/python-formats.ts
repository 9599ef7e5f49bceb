import type { ParsedCall, TextCallFormat } from "./format.ts";
import { parseJsonCalls } from "./json-calls.ts";
import { parsePythonCalls } from "./pythonic.ts";

const NAME = /^\s*\[?\s*([A-Za-z_][\w.]{0,199})\(|"name"\s*:\s*"([^"\\]{1,200})"/;

export const pythonFormats: readonly TextCallFormat[] = [
  {
    name: "lfm2",
    opens: () => ["<|tool_call_start|>"],
    end: { closes: ["<|tool_call_end|>"], quotes: "\"'" },
    trailers: ["<|im_end|>"],
    namePattern: NAME,
    parse: (body) => parsePythonCalls(body) ?? parseJsonCalls(body),
  },
  {
    name: "llama-4",
    opens: () => ["<|python_start|>"],
    end: { closes: ["<|python_end|>", "<|eom|>", "<|eot|>"], quotes: "\"'" },
    trailers: ["<|eom|>", "<|eot|>"],
    namePattern: NAME,
    parse: (body) => parsePythonCalls(body) ?? parseJsonCalls(body),
  },
  {
    name: "llama-3",
    opens: () => ["<|python_tag|>"],
    end: { closes: ["<|eom_id|>", "<|eot_id|>"], quotes: '"' },
    namePattern: NAME,
    parse: parseLlama3,
  },
  {
    // Gemma 3: the fence is its marker, if one of our calls is the first thing in it; it may be printed.
    name: "gemma-3",
    opens: (tools) =>
      tools.flatMap(({ name }) => FENCES.flatMap((fence) => [`${fence}${name}(`, `${fence}print(${name}(`])),
    end: { closes: ["```"], quotes: "\"'" },
    namePattern: /(?!)/,
    nameIn: (open) => codeIn(open).replace(/^print\(|\($/g, ""),
    parse: (body, { open }) => parseToolCode(`${codeIn(open)}${body}`),
  },
];

const FENCES = ["```tool_code\n", "```tool_code\r\n"];

function codeIn(open: string): string {
  return open.slice(open.indexOf("\n") + 1);
}

/** What stands in a `tool_code` fence; each call may be printed. */
export function parseToolCode(code: string): readonly ParsedCall[] | undefined {
  return (
    parsePythonCalls(code) ??
    parsePythonCalls(code.replace(/^print\((.*)\)[ \t]*$/gm, "$1")) ??
    unprinted(code)
  );
}

function unprinted(code: string): readonly ParsedCall[] | undefined {
  const inner = /^print\(([\s\S]*)\)$/.exec(code.trim())?.[1];
  return inner === undefined ? undefined : parsePythonCalls(inner);
}

/** JSON, or `name.call(key="value")` as Llama 3 was taught for its built-in tools. */
function parseLlama3(body: string): readonly ParsedCall[] | undefined {
  return (
    parseJsonCalls(body) ??
    parsePythonCalls(body)?.map((call) => ({ ...call, name: call.name.replace(/\.call$/, "") }))
  );
}
