import type { ThinkingStart } from "../response-decoder.ts";
import { anyOf, partialFinder } from "../textcalls/end-finder.ts";
import { ANSWER_WRAPPERS, THINKING_KINDS, type ThinkingKind } from "./thinking-kinds.ts";

/**
 * Thinking that arrives inline, as tags at the start of the answer, from servers without a reasoning parser.
 * Only an opening tag at the very start counts, or a start that is known to be inside; later tags are text here.
 * No more is held back than may still become a tag, and all of it is given out at the end.
 */
export interface ThinkTagSplitter {
  push(content: string): Segment[];
  end(): Segment[];
  /** What began the thinking: a tag of the model's, or the template of the prompt; undefined if there is none. */
  readonly openedBy: "tag" | "template" | undefined;
  /** It has begun and has not been closed. */
  readonly isOpen: boolean;
  /** The answer is under way, without any tags around it. */
  readonly isAnswering: boolean;
  /** Thinking came another way: the text does not begin inside one. */
  settle(): void;
}

export type Segment =
  | { readonly kind: "reasoning" | "text"; readonly text: string }
  /** A closing tag: what was thinking, if only nothing, is over. */
  | { readonly kind: "closed" }
  /** The answer is wrapped in tags, and this one ends it. */
  | { readonly kind: "wrapped"; readonly close: string };

/** Templates that open the thinking themselves leave only a closing tag, at once where there was nothing to think. */
const CLOSES: readonly string[] = [...new Set(THINKING_KINDS.map(({ close }) => close))];
const OPENS: readonly string[] = THINKING_KINDS.flatMap(({ open }) => open ?? []);

export function createThinkTagSplitter(start: ThinkingStart): ThinkTagSplitter {
  let state: "start" | "opened" | "thinking" | "after" | "text" = "start";
  let openedBy: "tag" | "template" | undefined = start === "tagged" ? undefined : "template";
  /** White space in front, which plain text gets back. */
  let lead = "";
  let held = "";
  /** What ends the thinking: the tag of the kind that began it, or any. */
  let closing = anyOf(CLOSES);
  let partial = partialFinder(CLOSES);
  let wrappers = ANSWER_WRAPPERS;

  function push(content: string): Segment[] {
    // The ordinary case, and the hot path: the answer is under way.
    if (state === "text") {
      return content === "" ? [] : [{ kind: "text", text: content }];
    }
    held += content;
    const segments: Segment[] = [];
    if (state === "start") {
      readStart(segments, { isEnd: false });
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

  function readStart(segments: Segment[], { isEnd }: { isEnd: boolean }): void {
    const head = held.trimStart();
    lead += held.slice(0, held.length - head.length);
    held = head;
    const kind = longestOpening(head);
    const isPartOf = (tag: string) => tag.length > head.length && tag.startsWith(head);
    const mayGrow = (tag: string) => !isEnd && isPartOf(tag);
    // Nothing but half of a longer tag at the end is no tag, even if a shorter one is in it.
    if (kind?.open !== undefined && !OPENS.some(isPartOf)) {
      state = "opened";
      openedBy = "tag";
      closing = anyOf([kind.close]);
      partial = partialFinder([kind.close]);
      held = head.slice(kind.open.length);
    } else if (CLOSES.some((close) => head.startsWith(close))) {
      state = "thinking";
      held = head;
    } else if (OPENS.some(mayGrow) || CLOSES.some(mayGrow)) {
      return;
    } else if (openedBy === "template") {
      state = "opened";
    } else {
      state = "text";
      held = lead + held;
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
    closing.lastIndex = 0;
    const end = closing.exec(held);
    if (end === null) {
      give(segments, "reasoning", held.length - partial(held));
      return;
    }
    give(segments, "reasoning", end.index);
    held = held.slice(end[0].length);
    state = "after";
    segments.push({ kind: "closed" });
  }

  /** The line breaks between the closing tag and the answer belong to neither. */
  function readAfter(segments: Segment[]): void {
    held = held.trimStart();
    const wrapper = wrappers.find(({ open }) => held.startsWith(open));
    if (wrapper !== undefined) {
      segments.push({ kind: "wrapped", close: wrapper.close });
      held = held.slice(wrapper.open.length).trimStart();
      wrappers = [];
    }
    if (held === "" || wrappers.some(({ open }) => open.startsWith(held))) {
      return;
    }
    state = "text";
    give(segments, "text", held.length);
  }

  function give(segments: Segment[], kind: "reasoning" | "text", length: number): void {
    if (length > 0) {
      segments.push({ kind, text: held.slice(0, length) });
    }
    held = held.slice(length);
  }

  function end(): Segment[] {
    const segments: Segment[] = [];
    if (state === "start") {
      readStart(segments, { isEnd: true });
      readOpened();
    }
    if (state === "thinking") {
      readThinking(segments);
    }
    if (state === "thinking") {
      give(segments, "reasoning", held.length);
    } else {
      give(segments, "text", held.length);
    }
    return segments;
  }

  return {
    push,
    end,
    get openedBy() {
      return openedBy;
    },
    get isAnswering() {
      return state === "text";
    },
    get isOpen() {
      return state === "opened" || state === "thinking";
    },
    settle() {
      openedBy = state === "start" ? undefined : openedBy;
    },
  };
}

function longestOpening(head: string): ThinkingKind | undefined {
  const kinds = THINKING_KINDS.filter(({ open }) => open !== undefined && head.startsWith(open));
  return kinds.reduce<ThinkingKind | undefined>(
    (longest, kind) => ((kind.open?.length ?? 0) > (longest?.open?.length ?? 0) ? kind : longest),
    undefined,
  );
}
