import type { ToolSpec } from "../../protocol/index.ts";
import type { AssembledCall } from "../chat/tool-calls.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { bareName } from "./typed-value.ts";

/** A body, from its marker to its end, or to that of the text. */
interface Body {
  readonly format: TextCallFormat;
  readonly open: string;
  readonly body: string;
  readonly isClosed: boolean;
  readonly isReadable: boolean;
}

/** Makes calls of bodies. Those that can't be read, or name no offered tool, are not whole. */
export function createCallReader(tools: readonly ToolSpec[]) {
  const offered = new Set(tools.map((tool) => tool.name));

  function read({ format, open, body, isClosed, isReadable }: Body): readonly AssembledCall[] {
    const calls = isReadable ? format.parse(body, { tools, open, isClosed }) : undefined;
    if (calls !== undefined) {
      return calls.map((call) => (isClosed ? finish(call) : withoutCutName(finish(call))));
    }
    const name = nameIn(format, open, body);
    return [
      {
        id: undefined,
        name: isClosed || (name !== null && offered.has(name)) ? name : null,
        argumentsText: body.trim(),
        whole: false,
        repairs: [],
      },
    ];
  }

  function finish({ id, argumentsText, whole, repairs = [], ...call }: ParsedCall): AssembledCall {
    const name = bareName(call.name, tools);
    return { id, name, argumentsText, whole: whole && offered.has(name), repairs };
  }

  /** A name that ends with the text may be the beginning of another one. */
  function withoutCutName(call: AssembledCall): AssembledCall {
    return call.whole || (call.name !== null && offered.has(call.name)) ? call : { ...call, name: null };
  }

  function nameIn(format: TextCallFormat, open: string, body: string): string | null {
    const name =
      format.nameIn?.(open) ??
      format.namePattern
        .exec(body)
        ?.slice(1)
        .find((group) => group !== undefined);
    return name === undefined ? null : bareName(name, tools);
  }

  return { read, finish };
}
