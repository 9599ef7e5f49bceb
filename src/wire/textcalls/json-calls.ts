import { asObject } from "../json.ts";
import type { EndRule, ParsedCall, TextCallFormat } from "./format.ts";
import { callsFromJson, firstJson, readJson, readJsonSequence, withArguments } from "./values.ts";

/** What may stand between a marker and its bracket. */
const SPACES = ["", " ", "\n", "\r\n", "\n ", "\n  ", "\n    "] as const;

const JSON_NAME = /"(?:name|tool_name)"\s*:\s*"([^"\\]{1,200})"/;

/** Formats that are JSON between two markers. */
function delimited(
  name: string,
  markers: { opens: readonly string[]; closes: readonly string[] },
): TextCallFormat {
  return jsonFormat(name, { opens: markers.opens, end: { closes: markers.closes, quotes: '"' } });
}

/** Formats that are JSON after a marker, and end with it; what may follow belongs to them. */
function bracketed(name: string, opens: readonly string[], trailers: readonly string[]): TextCallFormat {
  return { ...jsonFormat(name, { opens, end: { quotes: '"', brackets: { depth: 0, skip: [] } } }), trailers };
}

function jsonFormat(
  name: string,
  { opens, end }: { opens: readonly string[]; end: EndRule },
): TextCallFormat {
  return { name, opens: () => opens, end, namePattern: JSON_NAME, parse: parseJsonCalls };
}

export const jsonFormats: readonly TextCallFormat[] = [
  delimited("lm-studio", { opens: ["[TOOL_REQUEST]"], closes: ["[END_TOOL_REQUEST]"] }),
  delimited("nemotron-2", { opens: ["<TOOLCALL>"], closes: ["</TOOLCALL>"] }),
  delimited("longcat", { opens: ["<longcat_tool_call>"], closes: ["</longcat_tool_call>"] }),
  {
    ...delimited("command-r7b", { opens: ["<|START_ACTION|>"], closes: ["<|END_ACTION|>"] }),
    trailers: ["<|END_OF_TURN_TOKEN|>"],
  },
  delimited("command-r-plus", {
    opens: ["Action: ```json", "Action:\n```json", "Action:```json"],
    closes: ["```"],
  }),
  delimited("internlm", {
    opens: ["<|action_start|><|plugin|>", "<|action_start|> <|plugin|>", "<|action_start|>\n<|plugin|>"],
    closes: ["<|action_end|>"],
  }),
  // Granite 3 and Phi-4-mini.
  bracketed("granite-3", ["<|tool_call|>"], ["<|/tool_call|>", "<|end_of_text|>", "<|end|>"]),
  // The tag alone is an ordinary word of XML, so it counts with the bracket only.
  openBracket("granite-20b-fc", "<function_call>", ["</function_call>"]),
  bracketed("gigachat", ["<|function_call|>", "<|message_sep|>\n\nfunction call<|role_sep|>\n"], ["</s>"]),
  {
    name: "apertus",
    opens: () => ["<|tools_prefix|>"],
    end: { closes: ["<|tools_suffix|>"], quotes: '"' },
    namePattern: /\{\s{0,99}"([^"\\]{1,200})"\s{0,99}:/,
    parse: parseKeyedCalls,
  },
  {
    // Firefunction and Phi-4; without its object the marker would be an ordinary expression of Python.
    name: "functools",
    opens: () => SPACES.map((space) => `functools[${space}{`),
    end: { quotes: '"', brackets: { depth: 2, skip: [] } },
    namePattern: JSON_NAME,
    parse: (body) => parseJsonCalls(`[{${body}`),
  },
];

function openBracket(name: string, tag: string, trailers: readonly string[]): TextCallFormat {
  const opens = ["{", "["].flatMap((bracket) => SPACES.map((space) => `${tag}${space}${bracket}`));
  return {
    ...jsonFormat(name, { opens, end: { quotes: '"', brackets: { depth: 1, skip: [] } } }),
    trailers,
    parse: (body, { open }) => parseJsonCalls(`${open.slice(-1)}${body}`),
  };
}

/** `[{…}]`, `name[ARGS]{…}` or `name[CALL_ID]id[ARGS]{…}`. */
export const mistral: TextCallFormat = {
  name: "mistral",
  opens: () => ["[TOOL_CALLS]"],
  end: {
    before: ["[TOOL_CALLS]"],
    quotes: '"',
    brackets: { depth: 0, skip: ["[ARGS]", "[CALL_ID]"] },
  },
  trailers: ["</s>"],
  namePattern: /^\s*([\w.-]{1,200})(?:\[|\{|\s)|"name"\s*:\s*"([^"\\]{1,200})"/,
  parse: parseMistral,
};

function parseMistral(body: string): readonly ParsedCall[] | undefined {
  const text = body.trim();
  if (text.startsWith("[") || text.startsWith("{")) {
    return parseJsonCalls(text);
  }
  const header = /^([\w.-]{1,200})\s*(?:\[CALL_ID\]([\w.:-]{1,200})\s*)?(?:\[ARGS\])?\s*(?=\{)/.exec(text);
  const name = header?.[1];
  const json = header === null ? undefined : firstJson(text, header[0].length)?.json;
  const read = json === undefined ? undefined : readJson(json);
  if (name === undefined || asObject(read?.value) === undefined) {
    return undefined;
  }
  const id = header?.[2];
  return [{ ...withArguments(name, read?.value, read?.repairs ?? []), ...(id === undefined ? {} : { id }) }];
}

export function parseJsonCalls(body: string): readonly ParsedCall[] | undefined {
  const read = readJsonSequence(body);
  return read === undefined ? undefined : callsFromJson(read);
}

/** Apertus: the name is the key of the arguments. */
function parseKeyedCalls(body: string): readonly ParsedCall[] | undefined {
  const read = readJsonSequence(body);
  const entries = Array.isArray(read?.value) ? read.value : [];
  const calls = entries.flatMap((entry: unknown) =>
    Object.entries(asObject(entry) ?? {}).map(([name, given]) =>
      withArguments(name, given, read?.repairs ?? []),
    ),
  );
  return calls.length > 0 ? calls : undefined;
}
