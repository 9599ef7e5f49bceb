import type { FunctionCallItem, HistoryItem } from "../../protocol/index.ts";

/** Collects the deltas of a response into items, in the order the model produced them. */
export interface ItemBuilder {
  addText(text: string): void;
  addReasoning(text: string, field: string | undefined): void;
  /** Marks the place of the tool calls: text after it is an item of its own. */
  markCalls(): void;
  finish(calls: readonly FunctionCallItem[]): HistoryItem[];
  readonly hasText: boolean;
}

type Segment =
  | { readonly kind: "text"; readonly pieces: string[] }
  | { readonly kind: "reasoning"; readonly pieces: string[]; readonly field: string | undefined }
  | { readonly kind: "calls" };

export function createItemBuilder(): ItemBuilder {
  const segments: Segment[] = [];

  return {
    get hasText() {
      return segments.some(
        (segment) => segment.kind === "text" && segment.pieces.some((piece) => piece.trim() !== ""),
      );
    },
    addText(text) {
      const last = segments.at(-1);
      if (last?.kind === "text") {
        last.pieces.push(text);
      } else {
        segments.push({ kind: "text", pieces: [text] });
      }
    },
    addReasoning(text, field) {
      const last = segments.at(-1);
      if (last?.kind === "reasoning" && last.field === field) {
        last.pieces.push(text);
      } else {
        segments.push({ kind: "reasoning", pieces: [text], field });
      }
    },
    markCalls() {
      if (!segments.some((segment) => segment.kind === "calls")) {
        segments.push({ kind: "calls" });
      }
    },
    finish(calls) {
      return segments.flatMap((segment): readonly HistoryItem[] =>
        segment.kind === "calls" ? calls : toItem(segment),
      );
    },
  };
}

/** White space alone (a line break between thinking and a call) is not worth an item. */
function toItem(segment: Exclude<Segment, { kind: "calls" }>): HistoryItem[] {
  const text = segment.pieces.join("");
  if (text.trim() === "") {
    return [];
  }
  if (segment.kind === "text") {
    return [{ type: "message", role: "assistant", content: [{ type: "output_text", text }] }];
  }
  return [
    {
      type: "reasoning",
      summary: [],
      content: [{ type: "reasoning_text", text }],
      encrypted_content: null,
      ...(segment.field === undefined ? {} : { field: segment.field }),
    },
  ];
}
