import type { ToolSpec } from "../../protocol/index.ts";
import type { ArgumentRepair } from "../chat/repair-arguments.ts";

/** How one model family writes its calls into the text. */
export interface TextCallFormat {
  readonly name: string;
  /** What begins a call. Markers may hold the names of the offered tools, where the bare marker would be too weak. */
  readonly opens: (tools: readonly ToolSpec[]) => readonly string[];
  readonly end: EndRule;
  /** What may stand right after a call and belongs to it. */
  readonly trailers?: readonly string[];
  /** Its markers are special tokens, which count in the reasoning field, too. */
  readonly inReasoning?: true;
  /** Finds the name in a body that can't be read. */
  readonly namePattern: RegExp;
  /** Finds it in the marker, where that holds the name. */
  readonly nameIn?: (open: string) => string | undefined;
  /** The calls in a body, markers taken off; undefined if it can't be read. */
  readonly parse: (body: string, context: ParseContext) => readonly ParsedCall[] | undefined;
}

export interface ParseContext {
  readonly tools: readonly ToolSpec[];
  /** The marker that began this call. */
  readonly open: string;
  /** Its closing marker came. Without it the text ended here, and the call may lack its end. */
  readonly isClosed: boolean;
}

export interface ParsedCall {
  readonly name: string;
  /** JSON of an object, if `whole`. */
  readonly argumentsText: string;
  readonly whole: boolean;
  readonly id?: string;
  /** What had to be mended before it could be read; absent if nothing. */
  readonly repairs?: readonly ArgumentRepair[];
}

/** Where a body ends. Nothing counts inside quotes and regions. */
export interface EndRule {
  readonly closes?: readonly string[];
  /** What ends a body and begins the next thing. */
  readonly before?: readonly string[];
  readonly regions?: readonly (readonly [open: string, close: string])[];
  readonly quotes?: string;
  /** Ends with the bracket that closes the first one; `skip` are markers whose brackets are none. */
  readonly brackets?: { readonly depth: number; readonly skip: readonly string[] };
}
