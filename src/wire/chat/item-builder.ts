import type { FunctionCallItem, HistoryItem } from "../../protocol/index.ts";
import type { AssembledCall } from "./tool-calls.ts";

/** Collects the deltas of a response into items, in the order the model produced them. */
export interface ItemBuilder {
  addText(text: string): void;
  addReasoning(text: string, field: string | undefined): void;
  /** Marks the place of the tool calls: text after it is an item of its own. */
  markCalls(): void;
  /** Calls that were written out in the text, and how they stood there. */
  addTextCalls(calls: TextCalls): void;
  /** What was taken for answer is thinking, and calls in it are quotations. */
  becomeReasoning(): BecameReasoning;
  /** Thinking without a field of its own is the answer; returns its text. */
  becomeText(): string;
  /** The calls of the text that are still such. */
  readonly textCalls: readonly AssembledCall[];
  finish(calls: readonly FunctionCallItem[], details: readonly unknown[]): HistoryItem[];
  readonly hasText: boolean;
}

export interface TextCalls {
  readonly raw: string;
  readonly calls: readonly AssembledCall[];
}

interface BecameReasoning {
  /** All text there was, calls left out. */
  readonly text: string;
  /** The same with the calls that turned out to be quotations. */
  readonly whole: string;
  /** The calls right before the end, which may be quotations or not; they are taken out. */
  readonly last: TextCalls | undefined;
}

type Segment =
  | { readonly kind: "text"; readonly pieces: string[] }
  | { readonly kind: "reasoning"; readonly pieces: string[]; readonly field: string | undefined }
  | { readonly kind: "calls" }
  | { readonly kind: "text-calls"; readonly found: TextCalls };

export function createItemBuilder(): ItemBuilder {
  let segments: Segment[] = [];

  function addReasoning(text: string, field: string | undefined): void {
    const last = segments.at(-1);
    if (last?.kind === "reasoning" && last.field === field) {
      last.pieces.push(text);
    } else {
      segments.push({ kind: "reasoning", pieces: [text], field });
    }
  }

  function becomeReasoning(): BecameReasoning {
    const before = segments;
    const text = before.map((segment) => (segment.kind === "text" ? segment.pieces.join("") : "")).join("");
    const end = before.findLastIndex((segment) => segment.kind !== "text" || !isBlank(segment));
    const last = before[end];
    const pending = last?.kind === "text-calls" ? last.found : undefined;
    const whole: string[] = [];
    segments = [];
    for (const segment of before) {
      if (segment.kind === "text" || (segment.kind === "text-calls" && segment.found !== pending)) {
        const thought = segment.kind === "text" ? segment.pieces.join("") : segment.found.raw;
        whole.push(thought);
        addReasoning(thought, undefined);
      } else if (segment.kind !== "text-calls") {
        segments.push(segment);
      }
    }
    return { text, whole: whole.join(""), last: pending };
  }

  function becomeText(): string {
    const isInline = (segment: Segment) => segment.kind === "reasoning" && segment.field === undefined;
    const text = segments
      .map((segment) => (segment.kind === "reasoning" && isInline(segment) ? segment.pieces.join("") : ""))
      .join("");
    segments = segments.map((segment) =>
      segment.kind === "reasoning" && isInline(segment) ? { kind: "text", pieces: segment.pieces } : segment,
    );
    return text;
  }

  function finish(calls: readonly FunctionCallItem[], details: readonly unknown[]): HistoryItem[] {
    const place = segments.findIndex(({ kind }) => kind === "calls" || kind === "text-calls");
    const items = segments.flatMap((segment, index): readonly HistoryItem[] => {
      if (segment.kind === "calls" || segment.kind === "text-calls") {
        return index === place ? calls : [];
      }
      return toItem(segment);
    });
    return withDetails(items, details);
  }

  return {
    get hasText() {
      return segments.some((segment) => segment.kind === "text" && !isBlank(segment));
    },
    get textCalls() {
      return segments.flatMap((segment) => (segment.kind === "text-calls" ? segment.found.calls : []));
    },
    addText(text) {
      const last = segments.at(-1);
      if (last?.kind === "text") {
        last.pieces.push(text);
      } else {
        segments.push({ kind: "text", pieces: [text] });
      }
    },
    addReasoning,
    markCalls() {
      if (!segments.some((segment) => segment.kind === "calls")) {
        segments.push({ kind: "calls" });
      }
    },
    addTextCalls(found) {
      segments.push({ kind: "text-calls", found });
    },
    becomeReasoning,
    becomeText,
    finish,
  };
}

function isBlank({ pieces }: { readonly pieces: readonly string[] }): boolean {
  return pieces.every((piece) => piece.trim() === "");
}

/** White space alone (a line break between thinking and a call) is not worth an item. */
function toItem(segment: Segment & { kind: "text" | "reasoning" }): HistoryItem[] {
  const text = segment.pieces.join("");
  if (text.trim() === "") {
    return [];
  }
  if (segment.kind === "text") {
    return [{ type: "message", role: "assistant", content: [{ type: "output_text", text }] }];
  }
  return [reasoningItem(text, segment.field)];
}

function reasoningItem(text: string, field: string | undefined): HistoryItem & { type: "reasoning" } {
  return {
    type: "reasoning",
    summary: [],
    content: text === "" ? [] : [{ type: "reasoning_text", text }],
    encrypted_content: null,
    ...(field === undefined ? {} : { field }),
  };
}

/** Details go with the first thinking; encrypted thinking has no text, and gets an item of its own. */
function withDetails(items: HistoryItem[], details: readonly unknown[]): HistoryItem[] {
  if (details.length === 0) {
    return items;
  }
  const first = items.findIndex((item) => item.type === "reasoning" && item.field !== undefined);
  const found = items[first];
  const holder = found?.type === "reasoning" ? found : reasoningItem("", undefined);
  const item: HistoryItem = { ...holder, field: "reasoning_details", details };
  return first === -1 ? [item, ...items] : items.map((entry, index) => (index === first ? item : entry));
}
