import { asObject } from "../chat/json.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { callsFromJson, firstJson, readJson, readJsonSequence, withArguments } from "./values.ts";

const JSON_NAME = /"(?:name|tool_name)"\s*:\s*"([^"\\]{1,200})"/;

/** Formats that are JSON between two markers. */
function delimited(name: string, markers: { open: string; closes: readonly string[] }): TextCallFormat {
  return {
    name,
    opens: () => [markers.open],
    end: { closes: markers.closes, quotes: '"' },
    namePattern: JSON_NAME,
    parse: parseJsonCalls,
  };
}

export const jsonFormats: readonly TextCallFormat[] = [
  delimited("lm-studio", { open: "[TOOL_REQUEST]", closes: ["[END_TOOL_REQUEST]"] }),
  delimited("nemotron-2", { open: "<TOOLCALL>", closes: ["</TOOLCALL>"] }),
  delimited("apriel", { open: "<tool_calls>", closes: ["</tool_calls>"] }),
  delimited("command-r7b", { open: "<|START_ACTION|>", closes: ["<|END_ACTION|>"] }),
  delimited("command-r-plus", { open: "Action: ```json", closes: ["```"] }),
  delimited("llama-3", { open: "<|python_tag|>", closes: ["<|eom_id|>", "<|eot_id|>"] }),
  {
    name: "apertus",
    opens: () => ["<|tools_prefix|>"],
    end: { closes: ["<|tools_suffix|>"], quotes: '"' },
    namePattern: /\{\s{0,99}"([^"\\]{1,200})"\s{0,99}:/,
    parse: parseKeyedCalls,
  },
  {
    // Firefunction and Phi-4.
    name: "functools",
    opens: () => ["functools["],
    end: { quotes: '"', brackets: { depth: 1, skip: [] } },
    namePattern: JSON_NAME,
    parse: (body) => parseJsonCalls(`[${body}`),
  },
];

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
  const value = json === undefined ? undefined : readJson(json);
  if (name === undefined || asObject(value) === undefined) {
    return undefined;
  }
  const id = header?.[2];
  return [{ ...withArguments(name, value), ...(id === undefined ? {} : { id }) }];
}

export function parseJsonCalls(body: string): readonly ParsedCall[] | undefined {
  const values = readJsonSequence(body);
  return values === undefined ? undefined : callsFromJson(values);
}

/** Apertus: the name is the key of the arguments. */
function parseKeyedCalls(body: string): readonly ParsedCall[] | undefined {
  const calls = (readJsonSequence(body) ?? []).flatMap((value) =>
    Object.entries(asObject(value) ?? {}).map(([name, given]) => withArguments(name, given)),
  );
  return calls.length > 0 ? calls : undefined;
}
