import { asObject } from "../json.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { firstJson, readJson, withArguments } from "./values.ts";

const DEEPSEEK_CALL = "<｜tool▁call▁begin｜>";

/** DeepSeek R1 (`function<sep>name` and fenced JSON) and V3.1 (`name<sep>{…}`). */
const deepseek = {
  trailers: ["<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>", "<｜end▁of▁sentence｜>"],
  namePattern:
    /(?:^|<｜tool▁call▁begin｜>)\s*(?:function<｜tool▁sep｜>)?([\w.-]{1,200})(?:<｜tool▁sep｜>|\s)/,
  parse: (body: string) =>
    readTokenCalls(body, DEEPSEEK_CALL, (match) => ({ name: match[1] ?? "" }), {
      header: /\s*(?:function<｜tool▁sep｜>)?([\w.-]{1,200})(?:<｜tool▁sep｜>|\s)/y,
    }),
};

const KIMI_CALL = "<|tool_call_begin|>";

/** Kimi K2: `functions.NAME:INDEX` is the id, to be given back as it came. */
const kimi = {
  trailers: ["<|tool_call_end|>", "<|tool_calls_section_end|>", "<|tool_call_section_end|>", "<|im_end|>"],
  inReasoning: true as const,
  namePattern: /functions\.([\w.-]{1,200}):\d/,
  parse: (body: string) =>
    readTokenCalls(body, KIMI_CALL, (match) => ({ name: match[2] ?? "", id: match[1] ?? "" }), {
      header: /\s*((?:functions\.)?([\w.-]{1,200}?)(?::\d{1,9})?)\s*<\|tool_call_argument_begin\|>/y,
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
    opens: () => ["<|tool_calls_section_begin|>", "<|tool_call_section_begin|>"],
    end: { closes: ["<|tool_calls_section_end|>", "<|tool_call_section_end|>"], quotes: '"' },
  },
  {
    ...kimi,
    name: "kimi-call",
    opens: () => [KIMI_CALL],
    end: { closes: ["<|tool_call_end|>", "<|tool_calls_section_end|>"], before: [KIMI_CALL], quotes: '"' },
  },
];

/** Calls that each begin with a token, a header and JSON; what stands between them is more tokens. */
function readTokenCalls(
  body: string,
  begin: string,
  nameOf: (match: RegExpExecArray) => { readonly name: string; readonly id?: string },
  { header }: { readonly header: RegExp },
): readonly ParsedCall[] | undefined {
  const calls: ParsedCall[] = [];
  // Right after the marker of a call its header follows; in a section the first call comes before it.
  let position = body.trimStart().startsWith(begin) ? body.indexOf(begin) + begin.length : 0;
  while (position < body.length) {
    header.lastIndex = position;
    const match = header.exec(body);
    if (match === null) {
      break;
    }
    const from = position + match[0].length;
    const found = jsonBefore(body, from, begin);
    const read = found === undefined ? undefined : readJson(found.json);
    const call = nameOf(match);
    const next = body.indexOf(begin, found?.end ?? from);
    const end = next === -1 ? body.length : next;
    calls.push(
      asObject(read?.value) === undefined
        ? { ...call, argumentsText: body.slice(from, end), whole: false }
        : { ...call, ...withArguments(call.name, read?.value, read?.repairs ?? []) },
    );
    position = next === -1 ? body.length : next + begin.length;
  }
  return calls.length > 0 ? calls : undefined;
}

/** The JSON of this call: what comes after the next marker is another one's. */
function jsonBefore(body: string, from: number, begin: string): ReturnType<typeof firstJson> {
  const found = firstJson(body, from);
  const limit = body.indexOf(begin, from);
  return found === undefined || (limit !== -1 && limit < found.end - found.json.length) ? undefined : found;
}
