import {
  brokenCall,
  createCallBody,
  MARKED,
  partialLength,
  RECIPIENT_SEAM,
  readCall,
  UNMARKED,
} from "./harmony-body.ts";
import {
  type HarmonyMessage,
  HEAD_LIMIT_CHARS,
  readHead,
  readOpening,
  readRecipient,
  START_MARKERS,
} from "./harmony-header.ts";
import { readUnmarkedHead, readUnmarkedOpening } from "./harmony-unmarked.ts";
import type { AssembledCall } from "./tool-calls.ts";

/**
 * gpt-oss's own format, Harmony, when a server passes it on unread as content. Only content that begins with it
 * counts; any other passes through as `plain`. No more is held back than may still become a marker or a head.
 */
export interface HarmonyDecoder {
  push(content: string): HarmonySegment[];
  /** The content is not Harmony, and will not be. */
  readonly isPlain: boolean;
  end(): HarmonySegment[];
}

export type HarmonySegment =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "text" | "reasoning"; readonly text: string }
  /** A message of text begins. */
  | { readonly kind: "message" }
  /** A call grows; `call` follows when it is over. */
  | { readonly kind: "call-part" }
  | { readonly kind: "call"; readonly call: AssembledCall }
  | { readonly kind: "dropped"; readonly recipient: string };

const PARTIAL_ROLE = /^<\|start\|>\w+$/;

export function createHarmonyDecoder(options: {
  readonly offeredNames: ReadonlySet<string>;
}): HarmonyDecoder {
  const { offeredNames } = options;
  let state: "start" | "plain" | "between" | "head" | "unmarked-head" | "body" | "unmarked-final" = "start";
  /** White space in front, which plain text gets back. */
  let lead = "";
  let held = "";
  let message: HarmonyMessage = { kind: "text" };
  let seams = MARKED;
  let body = createCallBody("quoted");
  let quoting: "quoted" | "strict" = "quoted";
  /** What an unmarked channel is, if no recipient follows it. */
  let unmarkedKind: "text" | "reasoning" = "text";

  function push(content: string): HarmonySegment[] {
    // The ordinary case, and the hot path: an answer in no need of this.
    if (state === "plain") {
      return content === "" ? [] : [{ kind: "plain", text: content }];
    }
    held += content;
    const segments: HarmonySegment[] = [];
    readHeld(segments);
    return segments;
  }

  function readHeld(segments: HarmonySegment[]): void {
    let goesOn = true;
    while (goesOn && held !== "") {
      goesOn = step(segments);
    }
  }

  /** Takes one part; false if the rest must wait for more. */
  function step(segments: HarmonySegment[]): boolean {
    switch (state) {
      case "start":
      case "between":
        return stepOpening(segments);
      case "head":
        return stepHead(segments);
      case "unmarked-head":
        return stepUnmarkedHead(segments);
      case "body":
        return message.kind === "call" ? stepCall(segments, message.name) : stepBody(segments);
      case "plain":
        give(segments, "plain", held.length);
        return false;
      case "unmarked-final":
        give(segments, "text", held.length);
        return false;
      default:
        return state satisfies never;
    }
  }

  function stepOpening(segments: HarmonySegment[]): boolean {
    const text = held.trimStart();
    lead += held.slice(0, held.length - text.length);
    held = text;
    const opening = readOpening(text);
    switch (opening.kind) {
      case "end":
        held = text.slice(opening.marker.length);
        state = "between";
        return true;
      case "head":
        state = "head";
        return true;
      case "undecided":
        return false;
      case "none":
        if (state === "between") {
          begin({ kind: "text" }, segments);
          return true;
        }
        return stepUnmarkedOpening(text, segments);
      default:
        return opening satisfies never;
    }
  }

  function stepUnmarkedOpening(text: string, segments: HarmonySegment[]): boolean {
    const opening = readUnmarkedOpening(text);
    switch (opening.kind) {
      case "undecided":
        return false;
      case "none":
        state = "plain";
        held = lead + text;
        return true;
      case "thinking":
      case "call":
        seams = UNMARKED;
        held = text.slice(opening.length);
        unmarkedKind = "reasoning";
        state = "unmarked-head";
        return true;
      case "seam":
        seams = UNMARKED;
        takeSeam(segments);
        return true;
      default:
        return opening satisfies never;
    }
  }

  function stepHead(segments: HarmonySegment[]): boolean {
    const end = held.slice(0, HEAD_LIMIT_CHARS).search(/<\|(?:message|end|return|call)\|>/);
    if (end === -1 && held.length <= HEAD_LIMIT_CHARS) {
      return false;
    }
    const head = end === -1 ? undefined : readHead(held.slice(0, end), offeredNames);
    if (head === undefined) {
      // A marker that is quoted: it goes where the text around it goes.
      state = "body";
      message = message.kind === "reasoning" ? message : { kind: "text" };
      give(segments, message.kind === "reasoning" ? "reasoning" : "text", held.indexOf(">") + 1);
    } else if (held.startsWith("<|message|>", end)) {
      held = held.slice(end + "<|message|>".length);
      begin(head, segments);
    } else {
      held = held.slice(end);
      state = "between";
    }
    return true;
  }

  function stepUnmarkedHead(segments: HarmonySegment[]): boolean {
    const head = readUnmarkedHead(held);
    switch (head.kind) {
      case "undecided":
        return false;
      case "none":
        begin({ kind: unmarkedKind }, segments);
        return true;
      case "call":
        held = held.slice(head.length);
        begin(readRecipient(head.recipient, offeredNames), segments);
        return true;
      default:
        return head satisfies never;
    }
  }

  function begin(next: HarmonyMessage, segments: HarmonySegment[]): void {
    state = "body";
    message = next;
    if (next.kind === "dropped") {
      segments.push(next);
    } else if (next.kind === "call") {
      body = createCallBody(quoting);
    } else if (next.kind === "text") {
      segments.push({ kind: "message" });
    }
  }

  function stepBody(segments: HarmonySegment[]): boolean {
    const end = held.search(seams.pattern);
    const length = end === -1 ? held.length - partialLength(held, seams.words) : end;
    giveBody(segments, length);
    if (end !== -1) {
      takeSeam(segments);
    }
    return end !== -1;
  }

  function stepCall(segments: HarmonySegment[], name: string): boolean {
    const { taken, isOver } = body.take(held, seams);
    held = held.slice(taken);
    if (!isOver) {
      if (taken > 0) {
        segments.push({ kind: "call-part" });
      }
      return false;
    }
    giveCall(segments, readCall(name, body.text, offeredNames));
    takeSeam(segments);
    return true;
  }

  /** Goes on after a body, at the seam that `held` begins with. */
  function takeSeam(segments: HarmonySegment[]): void {
    const seam = seams.words.find((word) => held.startsWith(word)) ?? "";
    if (seams === MARKED) {
      state = START_MARKERS.some((marker) => marker === seam) ? "head" : "between";
      return;
    }
    if (seam === "assistantfinal") {
      held = held.slice(seam.length);
      begin({ kind: "text" }, segments);
      state = "unmarked-final";
    } else {
      // The recipient comes before the channel or after it.
      held = held.slice(seam === RECIPIENT_SEAM ? "assistant".length : seam.length);
      unmarkedKind = seam === "assistantanalysis" ? "reasoning" : "text";
      state = "unmarked-head";
    }
  }

  function giveBody(segments: HarmonySegment[], length: number): void {
    if (message.kind === "text" || message.kind === "reasoning") {
      give(segments, message.kind, length);
    } else {
      held = held.slice(length);
    }
  }

  function give(segments: HarmonySegment[], kind: "plain" | "text" | "reasoning", length: number): void {
    if (length > 0) {
      segments.push({ kind, text: held.slice(0, length) });
    }
    held = held.slice(length);
  }

  function end(): HarmonySegment[] {
    const segments: HarmonySegment[] = [];
    if (state === "body" && message.kind === "call") {
      endCall(segments, message.name);
    }
    endHeld(segments);
    held = "";
    return segments;
  }

  function endCall(segments: HarmonySegment[], name: string): void {
    const text = body.text + held;
    const cut = body.firstQuotedSeam;
    if (cut === undefined || readCall(name, text, offeredNames).whole) {
      closeCall(segments, name, text);
      return;
    }
    // The string never closed, so that the first seam was one after all. Markers count wherever they stand from here.
    giveCall(segments, readCall(name, text.slice(0, cut), offeredNames));
    quoting = "strict";
    held = text.slice(cut);
    takeSeam(segments);
    readHeld(segments);
    if (state === "body" && message.kind === "call") {
      closeCall(segments, message.name, body.text + held);
    }
  }

  function closeCall(segments: HarmonySegment[], name: string, text: string): void {
    giveCall(segments, text.trim() === "" ? brokenCall(name) : readCall(name, text, offeredNames));
    held = "";
    state = "between";
  }

  function endHeld(segments: HarmonySegment[]): void {
    switch (state) {
      case "start":
        held = lead + held;
        give(segments, "plain", held.length);
        break;
      case "between": {
        held = held.trimStart();
        const isHead = held.startsWith("<") || held.startsWith("assistant");
        give(segments, "text", isHead ? 0 : held.length);
        break;
      }
      case "head":
        endHead(segments);
        break;
      case "body":
        giveBody(segments, held.length);
        break;
      case "unmarked-head":
        // Nothing but the beginning of a recipient came after the channel.
        give(segments, unmarkedKind, unmarkedKind === "reasoning" ? held.length : 0);
        break;
      case "plain":
      case "unmarked-final":
        break;
      default:
        state satisfies never;
    }
  }

  /** A head cut off shows nothing; one that names a recipient is a call that never came. */
  function endHead(segments: HarmonySegment[]): void {
    const head = readHead(held.replace(/<[^>]*$/, ""), offeredNames);
    if (head?.kind === "call") {
      const name = offeredNames.has(head.name) ? head.name : null;
      giveCall(segments, brokenCall(name));
    } else if (head === undefined && !PARTIAL_ROLE.test(held)) {
      give(segments, message.kind === "reasoning" ? "reasoning" : "text", held.length);
    }
  }

  function giveCall(segments: HarmonySegment[], call: AssembledCall): void {
    segments.push({ kind: "call", call });
  }

  return {
    push,
    end,
    get isPlain() {
      return state === "plain";
    },
  };
}
