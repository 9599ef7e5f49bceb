import type { ToolSpec } from "../../protocol/index.ts";
import { createCallReader } from "./call-reader.ts";
import { createEndFinder, type EndFinder, partialFinder } from "./end-finder.ts";
import { createFenceTracker } from "./fences.ts";
import type { TextCallFormat } from "./format.ts";
import { createMarkers } from "./markers.ts";
import type { Piece } from "./piece.ts";
import { judgeStart, parseWholeMessage } from "./whole-message.ts";

/**
 * Finds tool calls that a server passed on as text, and tags that end a thinking whose beginning stood in the
 * prompt. Holds back no more than what may still become a marker, gives out all of it at the end, and finds no
 * call if no tool was offered.
 */
export interface TextCallScanner {
  push(text: string): Piece[];
  /** Takes a text that is no part of a marker; false, and nothing taken, if it may be. The hot path. */
  pass(text: string): boolean;
  end(): Piece[];
  /** Thinking was found by other means: closing tags are text from here. */
  settleThinking(): void;
  /** A mark that says nothing from here, and is taken out. */
  silence(mark: string): void;
}

export interface TextCallScannerOptions {
  readonly tools: readonly ToolSpec[];
  /** Thinking in a field of its own knows the calls of special tokens only; tagged thinking may lack its end. */
  readonly place: "answer" | "reasoning-field" | "tagged-thinking";
}

type State =
  | { readonly type: "start"; readonly parts: string[] }
  | { readonly type: "candidate"; readonly parts: string[] }
  | { readonly type: "text" }
  | OpenCall
  | { readonly type: "after"; readonly trailers: readonly string[] }
  /** White space between a closing tag and the answer belongs to neither. */
  | { readonly type: "thinking-closed" };

interface OpenCall {
  readonly type: "call";
  readonly format: TextCallFormat;
  readonly open: string;
  readonly finder: EndFinder;
  readonly parts: string[];
}

export function createTextCallScanner({ tools, place }: TextCallScannerOptions): TextCallScanner {
  const markers = createMarkers(tools, place);
  const reader = createCallReader(tools);
  let fences = createFenceTracker();
  let state: State = startState();
  let held = "";
  let lastCharacter = "";
  /** A fence opened the message and a call came first in it: its end belongs to the call. */
  let inLeadingFence = false;
  /** Once a quote turned out never to end, quotes and regions say nothing any more. */
  let isPlain = false;

  function startState(): State {
    return place === "answer" && tools.length > 0 ? { type: "start", parts: [] } : { type: "text" };
  }

  function push(text: string): Piece[] {
    const pieces: Piece[] = [];
    scan(text, pieces);
    return pieces;
  }

  function pass(text: string): boolean {
    if (state.type !== "text" || held !== "" || text === "" || markers.mayBeginIn(text)) {
      return false;
    }
    noteText(text);
    return true;
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
        return readAfter(state.trailers, text, pieces);
      case "thinking-closed": {
        const answer = text.trimStart();
        state = answer === "" ? state : startState();
        return answer;
      }
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
    if (fence !== null && markers.callOpens.some((open) => body.startsWith(open))) {
      state = { type: "text" };
      inLeadingFence = true;
      return body;
    }
    if (fence !== null && all.length < MAX_HELD && markers.callOpens.some((open) => open.startsWith(body))) {
      return undefined;
    }
    state = { type: "text" };
    return all;
  }

  function readText(text: string, pieces: Piece[]): string | undefined {
    const window = held + text;
    held = "";
    if (!markers.mayBeginIn(window)) {
      giveText(window, pieces);
      return undefined;
    }
    let position = 0;
    for (let match = markers.next(window, 0); match !== undefined; ) {
      const { mark, index, end } = match;
      giveText(window.slice(position, index), pieces);
      position = index;
      const isInBackticks = lastCharacter === "`";
      if (isInBackticks && end >= window.length && mark.type !== "thinking-open") {
        // A marker in backticks is spoken of; whether it is in them, the next character tells.
        held = window.slice(index);
        return undefined;
      }
      const isQuoted = isInBackticks && window[end] === "`";
      switch (mark.type) {
        case "call":
          if (!isQuoted && !fences.quotes) {
            state = openCall(mark.format, window.slice(index, end));
            return window.slice(end);
          }
          break;
        case "silent":
          position = isQuoted || fences.quotes ? index : end;
          break;
        case "thinking-open":
          markers.disarm(mark.kind);
          break;
        case "thinking-close":
          if (!isQuoted) {
            closeThinking(pieces);
            return window.slice(end);
          }
          break;
        default:
          mark satisfies never;
      }
      match = markers.next(window, end);
    }
    const rest = window.slice(position);
    const keep = markers.partial(rest);
    giveText(keep === 0 ? rest : rest.slice(0, rest.length - keep), pieces);
    held = keep === 0 ? "" : rest.slice(rest.length - keep);
    return undefined;
  }

  function closeThinking(pieces: Piece[]): void {
    pieces.push({ kind: "thinking-closed" });
    markers.disarmAll();
    fences = createFenceTracker();
    state = { type: "thinking-closed" };
  }

  function openCall(format: TextCallFormat, open: string): OpenCall {
    return { type: "call", format, open, finder: createEndFinder(ruleOf(format)), parts: [open] };
  }

  function ruleOf({ end }: TextCallFormat): TextCallFormat["end"] {
    return isPlain ? { ...end, quotes: "", regions: [] } : end;
  }

  function readCall(call: OpenCall, text: string, pieces: Piece[]): string | undefined {
    const found = call.finder.push(text);
    call.parts.push(text);
    if (found !== undefined) {
      const all = call.parts.join("");
      const raw = all.slice(0, all.length - found.rest.length);
      giveCalls(call, { body: found.body, raw, isClosed: true }, pieces);
      return found.rest;
    }
    if (call.finder.length > MAX_BODY_CHARACTERS) {
      const body = call.finder.drain();
      giveCalls(call, { body, raw: call.parts.join(""), isClosed: false }, pieces);
    }
    return undefined;
  }

  function readAfter(trailers: readonly string[], text: string, pieces: Piece[]): string | undefined {
    const window = held + text;
    held = "";
    const next = window.trimStart();
    const trailer = trailers.find((entry) => next.startsWith(entry));
    if (trailer !== undefined) {
      const rest = next.slice(trailer.length);
      pieces.push({ kind: "trailer", raw: window.slice(0, window.length - rest.length) });
      return rest;
    }
    if (trailers.some((entry) => entry.startsWith(next)) && window.length < MAX_HELD) {
      held = window;
      return undefined;
    }
    state = { type: "text" };
    return window;
  }

  function giveText(text: string, pieces: Piece[]): void {
    if (text === "") {
      return;
    }
    noteText(text);
    const last = pieces.at(-1);
    if (last?.kind === "text") {
      pieces[pieces.length - 1] = { kind: "text", text: last.text + text };
    } else {
      pieces.push({ kind: "text", text });
    }
  }

  function noteText(text: string): void {
    fences.note(text);
    lastCharacter = text.at(-1) ?? "";
  }

  function giveCalls(
    { format, open }: OpenCall,
    { body, raw, isClosed }: { body: string; raw: string; isClosed: boolean },
    pieces: Piece[],
  ): void {
    const isReadable = body.length <= MAX_BODY_CHARACTERS;
    const calls = reader.read({ format, open, body, isClosed, isReadable });
    pieces.push({ kind: "calls", raw, calls, isSpecialToken: format.inReasoning === true });
    const trailers = [...(format.trailers ?? []), ...(inLeadingFence ? ["```"] : [])];
    state = { type: "after", trailers };
  }

  function end(): Piece[] {
    const pieces: Piece[] = [];
    // A closing tag that turns up now begins the answer anew, but only one can.
    while (state.type === "start" || state.type === "candidate" || state.type === "call") {
      if (state.type === "call") {
        endCall(state, pieces);
      } else {
        endStart(state, pieces);
      }
    }
    if (state.type === "after" && held.trim() !== "") {
      // What is held may only be the beginning of a trailer.
      pieces.push({ kind: "trailer", raw: held });
    } else {
      giveText(held, pieces);
    }
    held = "";
    state = { type: "text" };
    return pieces;
  }

  function endStart({ type, parts }: State & { type: "start" | "candidate" }, pieces: Piece[]): void {
    const all = parts.join("");
    const isCandidate = type === "candidate" && all.length <= MAX_BODY_CHARACTERS;
    const calls = isCandidate ? parseWholeMessage(all, tools) : undefined;
    state = { type: "text" };
    if (calls === undefined) {
      scan(all, pieces);
    } else {
      pieces.push({ kind: "calls", raw: all, calls: calls.map(reader.finish), isSpecialToken: false });
    }
  }

  /** A whole body may lack its closing marker. If a quote swallowed it, the marker counts after all. */
  function endCall(call: OpenCall, pieces: Piece[]): void {
    const body = withoutPartialClose(call.finder.drain(), call.format);
    const all = call.parts.join("");
    if (isPlain || call.format.parse(body, { tools, open: call.open, isClosed: false }) !== undefined) {
      giveCalls(call, { body, raw: all, isClosed: false }, pieces);
      return;
    }
    isPlain = true;
    const found = createEndFinder(ruleOf(call.format)).push(body);
    const rest = found?.rest ?? "";
    const raw = all.slice(0, all.length - rest.length);
    giveCalls(call, { body: found?.body ?? body, raw, isClosed: found !== undefined }, pieces);
    scan(rest, pieces);
  }

  return { push, pass, end, settleThinking: markers.disarmAll, silence: markers.silence };
}

/** The closing marker may be cut itself. */
function withoutPartialClose(body: string, { end: { closes = [] } }: TextCallFormat): string {
  const longest = Math.max(0, ...closes.map((close) => partialFinder([close])(body)));
  return body.slice(0, body.length - longest);
}

/** Far beyond any call; a body without end must not fill the memory. */
const MAX_BODY_CHARACTERS = 2 ** 21;

/** How much may stand undecided at the start of a message or after a call. */
const MAX_HELD = 1000;
