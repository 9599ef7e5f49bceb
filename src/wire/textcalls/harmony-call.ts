import { asObject } from "../json.ts";
import type { ParseContext, ParsedCall, TextCallFormat } from "./format.ts";
import { readJson, withArguments } from "./values.ts";

const STARTS = ["", "<|start|>assistant", "<|end|><|start|>assistant"] as const;

/**
 * A call of gpt-oss's behind text, from servers that take the head of the first message off and no more. An
 * answer that begins with Harmony never comes here (chat/harmony.ts).
 */
export const harmonyCall: TextCallFormat = {
  name: "harmony",
  opens: () => [
    ...STARTS.flatMap((start) => [
      `${start}<|channel|>commentary to=functions.`,
      `${start}<|channel|>analysis to=functions.`,
    ]),
    ...STARTS.slice(1).map((start) => `${start} to=functions.`),
  ],
  end: { closes: ["<|call|>", "<|end|>"], before: ["<|start|>"], quotes: '"' },
  namePattern: /^([\w.-]{1,200})/,
  parse: parseBody,
};

/** The rest of the head, then the arguments; none at all are none only if the end came. */
function parseBody(body: string, { isClosed }: ParseContext): readonly ParsedCall[] | undefined {
  const head = /^([\w.-]{1,200})[^{}]{0,200}?<\|message\|>/.exec(body);
  const read =
    head === null ? undefined : readJson(body.slice(head[0].length).trim() || (isClosed ? "{}" : ""));
  return head === null || asObject(read?.value) === undefined
    ? undefined
    : [withArguments(head[1] ?? "", read?.value, read?.repairs ?? [])];
}
