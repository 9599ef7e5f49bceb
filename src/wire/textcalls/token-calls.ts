import { asObject } from "../chat/json.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { firstJson, readJson, withArguments } from "./values.ts";

const DEEPSEEK_CALL = "<｜tool▁call▁begin｜>";

/** DeepSeek R1 (`function<sep>name` and fenced JSON) and V3.1 (`name<sep>{…}`). */
const deepseek = {
  trailers: ["<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>", "<｜end▁of▁sentence｜>"],
  namePattern: /(?:^|<｜tool▁call▁begin｜>)(?:function<｜tool▁sep｜>)?([\w.-]{1,200})(?:<｜tool▁sep｜>|\s)/,
  parse: (body: string) =>
    readTokenCalls(body, DEEPSEEK_CALL, (part) => {
      const header = /^\s*(?:function<｜tool▁sep｜>)?([\w.-]{1,200})(?:<｜tool▁sep｜>|\s)/.exec(part);
      return header === null ? undefined : { name: header[1] ?? "", argumentsFrom: header[0].length };
    }),
};

const KIMI_CALL = "<|tool_call_begin|>";

/** Kimi K2: `functions.NAME:INDEX` is the id, to be given back as it came. */
const kimi = {
  trailers: ["<|tool_call_end|>", "<|tool_calls_section_end|>", "<|im_end|>"],
  inReasoning: true as const,
  namePattern: /functions\.([\w.-]{1,200}):\d/,
  parse: (body: string) =>
    readTokenCalls(body, KIMI_CALL, (part) => {
      const header =
        /^\s*((?:functions\.)?([\w.-]{1,200}?)(?::\d{1,9})?)\s*<\|tool_call_argument_begin\|>/.exec(part);
      return header === null
        ? undefined
        : { name: header[2] ?? "", id: header[1] ?? "", argumentsFrom: header[0].length };
    }),
};

/** A section holds calls; its markers may be missing, and then a call ends where the next one begins. */
export const tokenFormats: readonly TextCallFormat[] = [
  {
    ...deepseek,
    name: "deepseek-section",
    opens: () => ["<｜tool▁calls▁begin｜>"],
    end: { closes: ["<｜tool▁calls▁end｜>"], quotes: '"' },
  },
  {
    ...deepseek,
    name: "deepseek-call",
    opens: () => [DEEPSEEK_CALL],
    end: { closes: ["<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>"], before: [DEEPSEEK_CALL], quotes: '"' },
  },
  {
    ...kimi,
    name: "kimi-section",
    opens: () => ["<|tool_calls_section_begin|>"],
    end: { closes: ["<|tool_calls_section_end|>"], quotes: '"' },
  },
  {
    ...kimi,
    name: "kimi-call",
    opens: () => [KIMI_CALL],
    end: { closes: ["<|tool_call_end|>", "<|tool_calls_section_end|>"], before: [KIMI_CALL], quotes: '"' },
  },
];

interface Header {
  readonly name: string;
  readonly id?: string;
  readonly argumentsFrom: number;
}

/** Calls that each begin with a token, a header and JSON; what stands between them is more tokens. */
function readTokenCalls(
  body: string,
  begin: string,
  readHeader: (part: string) => Header | undefined,
): readonly ParsedCall[] | undefined {
  const parts = body.split(begin).filter((part) => part.trim() !== "");
  const calls: ParsedCall[] = [];
  for (const part of parts) {
    const header = readHeader(part);
    if (header === undefined) {
      return calls.length > 0 ? calls : undefined;
    }
    const { name, id, argumentsFrom } = header;
    const json = firstJson(part, argumentsFrom)?.json;
    const value = json === undefined ? undefined : readJson(json);
    calls.push({
      ...(asObject(value) === undefined
        ? { name, argumentsText: part.slice(argumentsFrom), whole: false }
        : withArguments(name, value)),
      ...(id === undefined ? {} : { id }),
    });
  }
  return calls.length > 0 ? calls : undefined;
}
