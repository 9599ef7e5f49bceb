import type { ToolSpec } from "../../protocol/index.ts";
import { anyOf, createEndFinder, type EndFinder, partialFinder } from "./end-finder.ts";
import { createFenceTracker } from "./fences.ts";
import type { ParsedCall, TextCallFormat } from "./format.ts";
import { FORMATS } from "./formats.ts";
import { bareName } from "./values.ts";
import { judgeStart, parseWholeMessage } from "./whole-message.ts";

/** A call found in the text, or what was one but can't be read; `id` where the model gave one. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "call"; readonly name: string; readonly argumentsText: string; readonly id?: string }
  | {
      readonly kind: "invalid";
      readonly name: string | null;
      readonly argumentsText: string;
      readonly id?: string;
    };

/**
 * Finds tool calls that a server passed on as text. Holds back no more than what may still become a marker,
 * gives out all of it at the end, and finds nothing if no tool was offered.
 */
export interface TextCallScanner {
  push(text: string): Piece[];
  end(): Piece[];
}

export interface TextCallScannerOptions {
  readonly tools: readonly ToolSpec[];
  readonly place: "answer" | "reasoning";
}

type State =
  | { readonly type: "start"; readonly parts: string[] }
  | { readonly type: "candidate"; readonly parts: string[] }
  | { readonly type: "text" }
  | {
      readonly type: "call";
      readonly format: TextCallFormat;
      readonly open: string;
      readonly finder: EndFinder;
    }
  | { readonly type: "after"; readonly trailers: readonly string[] };

export function createTextCallScanner({ tools, place }: TextCallScannerOptions): TextCallScanner {
  const formats = FORMATS.filter((format) => place === "answer" || format.inReasoning === true);
  const byOpen = new Map(
    formats.flatMap((format) => format.opens(tools).map((open) => [open, format] as const)),
  );
  const opens = tools.length === 0 ? [] : [...byOpen.keys()];
  const marker = anyOf(opens);
  const partial = partialFinder(opens);
  const fences = createFenceTracker();
  let state: State = place === "answer" && opens.length > 0 ? { type: "start", parts: [] } : { type: "text" };
  let held = "";
  /** A fence opened the message and a call came first in it: its end belongs to the call. */
  let inLeadingFence = false;
  /** Once a quote turned out never to end, quotes and regions say nothing any more. */
  let isPlain = false;

  function push(text: string): Piece[] {
    const pieces: Piece[] = [];
    scan(text, pieces);
    return pieces;
  }

  /** Each step hands over what it leaves; every character is looked at a bounded number of times. */
  function scan(text: string, pieces: Piece[]): void {
    let rest: string | undefined = text;
    while (rest !== undefined && rest !== "") {
      rest = step(rest, pieces);
    }
  }

  function step(text: string, pieces: Piece[]): string | undefined {
    switch (state.type) {
      case "start":
        return readStart(state.parts, text);
      case "candidate":
        state.parts.push(text);
        return undefined;
      case "text":
        return readText(text, pieces);
      case "call":
        return readCall(state, text, pieces);
      case "after":
        return readAfter(state.trailers, text);
      default:
        return state satisfies never;
    }
  }

  function readStart(parts: string[], text: string): string | undefined {
    parts.push(text);
    const all = parts.join("");
    const verdict = judgeStart(all, tools);
    if (verdict === "undecided" && all.length < MAX_HELD) {
      return undefined;
    }
    if (verdict === "candidate") {
      state = { type: "candidate", parts: [all] };
      return undefined;
    }
    const fence = /^\s*```[\w-]*[ \t]*\r?\n\s*/.exec(all);
    const body = fence === null ? "" : all.slice(fence[0].length);
    // A fence that does nothing but wrap a call with a marker is part of the call.
    if (fence !== null && opens.some((open) => body.startsWith(open))) {
      state = { type: "text" };
      inLeadingFence = true;
      return body;
    }
    if (fence !== null && all.length < MAX_HELD && opens.some((open) => open.startsWith(body))) {
      return undefined;
    }
    state = { type: "text" };
    return all;
  }

  function readText(text: string, pieces: Piece[]): string | undefined {
    const window = held + text;
    held = "";
    let position = 0;
    marker.lastIndex = 0;
    for (let match = marker.exec(window); match !== null; match = marker.exec(window)) {
      const [open] = match;
      giveText(window.slice(position, match.index), pieces);
      position = match.index;
      const format = byOpen.get(open);
      if (format !== undefined && !fences.quotes) {
        state = { type: "call", format, open, finder: createEndFinder(ruleOf(format)) };
        return window.slice(match.index + open.length);
      }
    }
    const rest = window.slice(position);
    const keep = partial(rest);
    giveText(rest.slice(0, rest.length - keep), pieces);
    held = rest.slice(rest.length - keep);
    return undefined;
  }

  function ruleOf({ end }: TextCallFormat): TextCallFormat["end"] {
    return isPlain ? { ...end, quotes: "", regions: [] } : end;
  }

  function readCall(call: State & { type: "call" }, text: string, pieces: Piece[]): string | undefined {
    const found = call.finder.push(text);
    if (found !== undefined) {
      giveCalls(call, { body: found.body, isClosed: true }, pieces);
      return found.rest;
    }
    if (call.finder.length > MAX_BODY_CHARACTERS) {
      giveCalls(call, { body: call.finder.drain(), isClosed: false }, pieces);
    }
    return undefined;
  }

  function readAfter(trailers: readonly string[], text: string): string | undefined {
    const window = held + text;
    held = "";
    const next = window.trimStart();
    const trailer = trailers.find((entry) => next.startsWith(entry));
    if (trailer !== undefined) {
      return next.slice(trailer.length);
    }
    if (trailers.some((entry) => entry.startsWith(next)) && window.length < MAX_HELD) {
      held = window;
      return undefined;
    }
    state = { type: "text" };
    return window;
  }

  function giveText(text: string, pieces: Piece[]): void {
    if (text !== "") {
      fences.note(text);
      pieces.push({ kind: "text", text });
    }
  }

  function giveCalls(
    { format, open }: State & { type: "call" },
    { body, isClosed }: { body: string; isClosed: boolean },
    pieces: Piece[],
  ): void {
    const calls = body.length > MAX_BODY_CHARACTERS ? undefined : format.parse(body, { tools, open });
    if (calls === undefined) {
      const name = nameIn(format, open, body);
      pieces.push({
        kind: "invalid",
        name: isClosed || isOffered(name) ? name : null,
        argumentsText: body.trim(),
      });
    } else {
      for (const call of calls) {
        const piece = toPiece(call);
        pieces.push(isClosed ? piece : withoutCutName(piece));
      }
    }
    const trailers = [...(format.trailers ?? []), ...(inLeadingFence ? ["```"] : [])];
    state = { type: "after", trailers };
  }

  function nameIn(format: TextCallFormat, open: string, body: string): string | null {
    if (open.startsWith("<function=")) {
      return open.slice("<function=".length, -1);
    }
    const name = format.namePattern
      .exec(body)
      ?.slice(1)
      .find((group) => group !== undefined);
    return name === undefined ? null : bareName(name, tools);
  }

  function isOffered(name: string | null): boolean {
    return tools.some((tool) => tool.name === name);
  }

  function toPiece({ whole, ...call }: ParsedCall): Piece {
    const name = bareName(call.name, tools);
    return { ...call, name, kind: whole && isOffered(name) ? "call" : "invalid" };
  }

  /** A name that ends with the text may be the beginning of another one. */
  function withoutCutName(piece: Piece): Piece {
    return piece.kind === "invalid" && !isOffered(piece.name) ? { ...piece, name: null } : piece;
  }

  function end(): Piece[] {
    const pieces: Piece[] = [];
    if (state.type === "start" || state.type === "candidate") {
      const all = state.parts.join("");
      const calls =
        state.type === "candidate" && all.length <= MAX_BODY_CHARACTERS
          ? parseWholeMessage(all, tools)
          : undefined;
      if (calls !== undefined) {
        state = { type: "text" };
        return calls.map(toPiece);
      }
      state = { type: "text" };
      scan(all, pieces);
    }
    while (state.type === "call") {
      endCall(state, pieces);
    }
    giveText(held, pieces);
    held = "";
    state = { type: "text" };
    return pieces;
  }

  /** A whole body may lack its closing marker. If a quote swallowed it, the marker counts after all. */
  function endCall(call: State & { type: "call" }, pieces: Piece[]): void {
    const body = call.finder.drain();
    if (isPlain || call.format.parse(body, { tools, open: call.open }) !== undefined) {
      giveCalls(call, { body, isClosed: false }, pieces);
      return;
    }
    isPlain = true;
    const found = createEndFinder(ruleOf(call.format)).push(body);
    giveCalls(call, { body: found?.body ?? body, isClosed: found !== undefined }, pieces);
    scan(found?.rest ?? "", pieces);
  }

  return { push, end };
}

/** Far beyond any call; a body without end must not fill the memory. */
const MAX_BODY_CHARACTERS = 2 ** 21;

/** How much may stand undecided at the start of a message or after a call. */
const MAX_HELD = 1000;
