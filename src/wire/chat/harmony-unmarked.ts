import { UNMARKED } from "./harmony-body.ts";
import { HEAD_LIMIT_CHARS } from "./harmony-header.ts";

/** Heads of Harmony messages of which the detokeniser left the words only, glued to what is around them. */

type UnmarkedOpening =
  | { readonly kind: "none" | "undecided" }
  /** The role came too, as it does between messages. */
  | { readonly kind: "seam" }
  /** `length` is that of the channel. */
  | { readonly kind: "thinking" | "call"; readonly length: number };

type UnmarkedHead =
  | { readonly kind: "none" | "undecided" }
  | { readonly kind: "call"; readonly recipient: string; readonly length: number };

// Thinking is taken for such only if a word is glued to its channel, as in "analysisWe need".
const THINKING = /^analysis(?=["“]?[A-Za-z]+(?:["”]|[\s'’,]))/;
const PARTIAL_THINKING = /^analysis(?:["“]?[A-Za-z]*)$/;
// No two runs of white space are neighbours, so that a match takes no more than linear time.
const CALL = /^\s*to=([\w.-]+?)\s*(?:(?:analysis|commentary)\s*)?(?:(?:json|code)\s*)?(?=\{)/;
const PARTIAL_CALL =
  /^\s*(?:t|to|to=[\w.-]*\s*(?:(?:a\w{0,7}|c\w{0,9})\s*)?(?:(?:j|js|jso|json|c|co|cod|code)\s*)?)?$/;

/** Tells whether a content that has no marker in front begins with what is left of a head. */
export function readUnmarkedOpening(text: string): UnmarkedOpening {
  if (text.length <= HEAD_LIMIT_CHARS && PARTIAL_THINKING.test(text)) {
    return { kind: "undecided" };
  }
  if (THINKING.test(text)) {
    return { kind: "thinking", length: "analysis".length };
  }
  const channel = /^(?:analysis|commentary)/.exec(text)?.[0] ?? "";
  if (channel !== "" && readUnmarkedHead(text.slice(channel.length)).kind === "call") {
    return { kind: "call", length: channel.length };
  }
  const seam = UNMARKED.words.find((word) => word.startsWith(text) || text.startsWith(word));
  return { kind: seam === undefined ? "none" : text.startsWith(seam) ? "seam" : "undecided" };
}

/** Reads what stands between a channel and the arguments of a call. */
export function readUnmarkedHead(text: string): UnmarkedHead {
  const match = CALL.exec(text.slice(0, HEAD_LIMIT_CHARS));
  if (match !== null) {
    return { kind: "call", recipient: match[1] ?? "", length: match[0].length };
  }
  const isPartial = text.length <= HEAD_LIMIT_CHARS && PARTIAL_CALL.test(text);
  return { kind: isPartial ? "undecided" : "none" };
}
