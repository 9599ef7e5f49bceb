/**
 * Thinking that arrives inline, as tags at the start of the answer, from servers without a reasoning parser.
 * Only an opening tag at the very start counts; later ones are text. No more is held back than may still
 * become a tag, and all of it is given out at the end.
 */
export interface ThinkTagSplitter {
  push(content: string): Segment[];
  end(): Segment[];
}

export interface Segment {
  readonly kind: "reasoning" | "text";
  readonly text: string;
}

const TAGS = [
  { open: "<think>", close: "</think>" },
  { open: "[THINK]", close: "[/THINK]" },
  // Seed-OSS, MiniMax M3, Gemma 4: where the server does not know the model's format.
  { open: "<seed:think>", close: "</seed:think>" },
  { open: "<mm:think>", close: "</mm:think>" },
  { open: "<|channel>thought\n", close: "<channel|>" },
] as const;

/** Templates that open the thinking themselves leave only this, at once where there was nothing to think. */
const LEADING_CLOSE = "</think>";

/** What an answer may begin with, if it is not simply text. */
const OPENINGS: readonly string[] = [...TAGS.map(({ open }) => open), LEADING_CLOSE];

export function createThinkTagSplitter(): ThinkTagSplitter {
  let state: "start" | "opened" | "thinking" | "after" | "text" = "start";
  let held = "";
  let close = "";

  function push(content: string): Segment[] {
    // The ordinary case, and the hot path: the answer is under way.
    if (state === "text") {
      return content === "" ? [] : [{ kind: "text", text: content }];
    }
    held += content;
    const segments: Segment[] = [];
    if (state === "start") {
      readStart(segments);
    }
    if (state === "opened") {
      readOpened();
    }
    if (state === "thinking") {
      readThinking(segments);
    }
    if (state === "after") {
      readAfter(segments);
    }
    return segments;
  }

  function readStart(segments: Segment[]): void {
    const head = held.trimStart();
    const tag = TAGS.find(({ open }) => head.startsWith(open));
    if (tag !== undefined) {
      state = "opened";
      close = tag.close;
      held = head.slice(tag.open.length);
    } else if (head.startsWith(LEADING_CLOSE)) {
      state = "after";
      held = head.slice(LEADING_CLOSE.length);
    } else if (!OPENINGS.some((opening) => opening.startsWith(head))) {
      state = "text";
      give(segments, "text", held.length);
    }
  }

  /** The line break after the opening tag comes as a token of its own and belongs to the tag. */
  function readOpened(): void {
    held = held.trimStart();
    if (held !== "") {
      state = "thinking";
    }
  }

  function readThinking(segments: Segment[]): void {
    const end = held.indexOf(close);
    if (end === -1) {
      give(segments, "reasoning", held.length - partialLength(held, close));
    } else {
      give(segments, "reasoning", end);
      held = held.slice(close.length);
      state = "after";
    }
  }

  /** The line breaks between the closing tag and the answer belong to neither. */
  function readAfter(segments: Segment[]): void {
    held = held.trimStart();
    if (held === "") {
      return;
    }
    state = "text";
    give(segments, "text", held.length);
  }

  function give(segments: Segment[], kind: Segment["kind"], length: number): void {
    if (length > 0) {
      segments.push({ kind, text: held.slice(0, length) });
    }
    held = held.slice(length);
  }

  function end(): Segment[] {
    const segments: Segment[] = [];
    if (state !== "after") {
      give(segments, state === "thinking" ? "reasoning" : "text", held.length);
    }
    return segments;
  }

  return { push, end };
}

/** How many characters at the end of `text` may be the beginning of `marker`. */
function partialLength(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length -= 1) {
    if (text.endsWith(marker.slice(0, length))) {
      return length;
    }
  }
  return 0;
}
