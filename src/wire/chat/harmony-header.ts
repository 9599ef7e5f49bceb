/**
 * The heads of Harmony messages: where one begins, whom it is for, and so what becomes of its body.
 * The shapes are those of openai/harmony docs/format.md and what servers leave of them.
 */
export type HarmonyMessage =
  | { readonly kind: "text" | "reasoning" }
  | { readonly kind: "call"; readonly name: string }
  /** For a recipient that was never offered, or spoken in another's role: neither run nor shown. */
  | { readonly kind: "dropped"; readonly recipient: string };

export const START_MARKERS = ["<|start|>", "<|channel|>"] as const;
export const END_MARKERS = ["<|end|>", "<|return|>", "<|call|>"] as const;

const HEAD_MARKERS = [...START_MARKERS, "<|message|>", "<|constrain|>"] as const;
/** A head is a few words; what goes on for longer is none. */
export const HEAD_LIMIT_CHARS = 256;

/** Names that gpt-oss was trained on and uses unasked, each for the tool it means. */
const ALIASES: ReadonlyMap<string, string> = new Map([["container.exec", "shell"]]);

/**
 * What may stand before the first marker, when the prompt held the beginning of the head or a server ate its
 * marker: a role or a channel, a recipient, a content type.
 */
const LEAD = /^(?:assistant|analysis|commentary|final)?\s*(?:to=[^\s<]+)?\s*(?:json|code)?\s*$/;
const PARTIAL_LEAD =
  /^(?:(?:assistant|analysis|commentary|final)?\s*(?:to=[^\s<]+)?\s*(?:t|to|to=|j|js|jso|json|c|co|cod|code)?\s*)$/;
const LEAD_WORDS = ["assistant", "analysis", "commentary", "final"] as const;

type Opening =
  | { readonly kind: "none" | "undecided" | "head" }
  | { readonly kind: "end"; readonly marker: string };

/** Tells whether `text`, which has no white space in front, begins a message. */
export function readOpening(text: string): Opening {
  const end = END_MARKERS.find((marker) => text.startsWith(marker));
  if (end !== undefined) {
    return { kind: "end", marker: end };
  }
  const bracket = text.indexOf("<");
  if (bracket === -1) {
    const isPartial =
      text.length <= HEAD_LIMIT_CHARS &&
      (LEAD_WORDS.some((word) => word.startsWith(text)) || PARTIAL_LEAD.test(text));
    return { kind: isPartial ? "undecided" : "none" };
  }
  if (bracket > HEAD_LIMIT_CHARS || !LEAD.test(text.slice(0, bracket))) {
    return { kind: "none" };
  }
  const rest = text.slice(bracket);
  if (HEAD_MARKERS.some((marker) => rest.startsWith(marker))) {
    return { kind: "head" };
  }
  const candidates = bracket === 0 ? [...HEAD_MARKERS, ...END_MARKERS] : HEAD_MARKERS;
  return { kind: candidates.some((marker) => marker.startsWith(rest)) ? "undecided" : "none" };
}

/** Reads a head, `<|message|>` left out; undefined if it is none, but text that quotes a marker. */
export function readHead(head: string, offeredNames: ReadonlySet<string>): HarmonyMessage | undefined {
  if (head.length > HEAD_LIMIT_CHARS || /<(?!\|\w+\|>)/.test(head)) {
    return undefined;
  }
  let role: string | undefined;
  let channel: string | undefined;
  let recipient: string | undefined;
  // Without a marker in front, what comes first is the role, or the channel that the prompt had opened.
  for (const [, marker = "", part = ""] of head.matchAll(/(<\|\w+\|>|^)([^<]*)/g)) {
    const words = part
      .replace(/to=\s+/, "to=")
      .split(/\s+/)
      .filter((word) => word !== "");
    if (words.length > 4 || !words.every((word) => /^[\w.:/=-]+$/.test(word))) {
      return undefined;
    }
    const first = words.find((word) => !word.startsWith("to="));
    if (marker === "<|start|>") {
      role = first;
      channel = undefined;
      recipient = undefined;
    } else if (marker === "<|channel|>" || (marker === "" && first !== "assistant")) {
      // The answer itself: a recipient of the channel that this one replaces does not count.
      recipient = first === "final" && channel !== undefined ? undefined : recipient;
      channel = first ?? channel;
    }
    recipient = words.findLast((word) => word.startsWith("to="))?.slice("to=".length) ?? recipient;
  }
  if (role !== undefined && role !== "assistant") {
    return /^(?:user|system|developer|tool)$|\./.test(role)
      ? { kind: "dropped", recipient: role }
      : undefined;
  }
  if (recipient !== undefined && recipient !== "assistant") {
    return readRecipient(recipient, offeredNames);
  }
  return { kind: channel === "analysis" ? "reasoning" : "text" };
}

export function readRecipient(recipient: string, offeredNames: ReadonlySet<string>): HarmonyMessage {
  const isFunction = recipient.startsWith("functions.");
  const name = isFunction ? recipient.slice("functions.".length) : recipient;
  const alias = ALIASES.get(name);
  if (offeredNames.has(name)) {
    return { kind: "call", name };
  }
  if (alias !== undefined && offeredNames.has(alias)) {
    return { kind: "call", name: alias };
  }
  // A name that is not offered is the model's mistake, which it is told; without any tools there is none to tell.
  return isFunction && offeredNames.size > 0 ? { kind: "call", name } : { kind: "dropped", recipient };
}
