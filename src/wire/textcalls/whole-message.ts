import type { ToolSpec } from "../../protocol/index.ts";
import type { ParsedCall } from "./format.ts";
import { parseJsonCalls } from "./json-calls.ts";
import { parseToolCode } from "./python-formats.ts";
import { parsePythonCalls } from "./pythonic.ts";
import { bareName } from "./typed-value.ts";

/**
 * Calls without a marker are calls only if they are the whole message: bare JSON (Llama 3.2), the same in a
 * fence (qwen2.5-coder, phi), Python in a `tool_code` fence (Gemma 3), `[f(a=1)]` (Llama 4).
 */
export function parseWholeMessage(
  text: string,
  tools: readonly ToolSpec[],
): readonly ParsedCall[] | undefined {
  const trimmed = text.trim();
  const fence = /^```([\w-]*)[ \t]*\r?\n/.exec(trimmed);
  // The end of the fence may be missing, as every closing marker may.
  const body =
    fence === null
      ? withoutEndToken(trimmed)
      : trimmed
          .slice(fence[0].length)
          .replace(/`{1,3}$/, "")
          .trim();
  const calls = body.startsWith("{")
    ? parseJsonCalls(body)
    : body.startsWith("[")
      ? (parseJsonCalls(body) ?? parsePythonCalls(body))
      : fence?.[1] === "tool_code"
        ? parseToolCode(body)
        : undefined;
  const areOurs = calls?.every(
    (call) => call.whole && tools.some((tool) => tool.name === bareName(call.name, tools)),
  );
  return areOurs === true ? calls : undefined;
}

/** Llama's end tokens, where the server leaves one in the text. */
function withoutEndToken(text: string): string {
  const token = /<\|e[a-z_]{1,20}\|>$/.exec(text.slice(-30))?.[0] ?? "";
  return text.slice(0, text.length - token.length).trim();
}

/**
 * Whether a message that begins so may still turn out to be a call: "undecided" until enough has come to tell,
 * "fence" if it is no call but stands in a fence, where a call with a marker may follow.
 */
export function judgeStart(text: string, tools: readonly ToolSpec[]): "undecided" | "candidate" | "no" {
  const start = text.trimStart().slice(0, MAX_START);
  const fence = /^```([\w-]*)[ \t]*\r?\n\s*/.exec(start);
  if (fence === null && /^(?:`{0,2}|```[\w-]*[ \t]*\r?)$/.test(start)) {
    return start.length < MAX_START ? "undecided" : "no";
  }
  const body = fence === null ? start : start.slice(fence[0].length);
  if (fence?.[1] === "tool_code") {
    return "candidate";
  }
  if (body === "" || /^[[{][\s[{]*(?:"[a-z_]{0,12})?$/.test(body)) {
    return start.length < MAX_START ? "undecided" : "no";
  }
  const key =
    /^[[{][\s[{]*"(name|type|function|tool_name|arguments|parameters)"(?:\s*:\s*"([^"\\]*)("?))?/.exec(body);
  if (key !== null) {
    const [, keyName = "", value = "", close] = key;
    const values =
      keyName === "type"
        ? ["function"]
        : keyName.endsWith("name")
          ? tools.map((tool) => tool.name)
          : undefined;
    const isOurs = values?.some((entry) =>
      close === '"'
        ? bareName(value, tools) === entry
        : `functions.${entry}`.startsWith(value) || entry.startsWith(value),
    );
    return isOurs === false ? "no" : values !== undefined && close !== '"' ? "undecided" : "candidate";
  }
  return judgePython(body, tools);
}

const MAX_START = 200;

function judgePython(body: string, tools: readonly ToolSpec[]): "undecided" | "candidate" | "no" {
  const name = /^\[\s*([A-Za-z_][\w.-]*)(\(?)/.exec(body);
  if (name === null) {
    return "no";
  }
  const [whole, given = "", bracket] = name;
  if (bracket === "(") {
    return tools.some((tool) => tool.name === given) ? "candidate" : "no";
  }
  return whole.length === body.length && tools.some((tool) => tool.name.startsWith(given))
    ? "undecided"
    : "no";
}
