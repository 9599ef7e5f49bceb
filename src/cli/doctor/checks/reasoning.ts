import type { HistoryItem } from "../../../protocol/index.ts";
import type { Check } from "../check.ts";

export interface ReasoningEvidence {
  /** Of all answers there were. */
  readonly items: readonly HistoryItem[];
  readonly answers: number;
  /** As the server tells of its model. */
  readonly told: boolean | undefined;
  /** Its template opens the thinking itself, which leat has learnt. */
  readonly opensThinking: boolean;
}

/** No question of its own: whoever thinks does so whatever is asked. */
export function judgeReasoning({ items, answers, told, opensThinking }: ReasoningEvidence): Check {
  const id = "model.reasoning";
  const thoughts = items.flatMap((item) => (item.type === "reasoning" ? [item] : []));
  const shown = thoughts.filter(({ content, summary }) => content.length + summary.length > 0);
  const [first] = shown;
  if (answers === 0) {
    return { id, status: "unknown", message: "thinking: no answer to see it in" };
  }
  if (first !== undefined) {
    const place = first.field ?? "tags in the text";
    const opened = opensThinking && first.field === undefined ? ", opened by the chat template" : "";
    return {
      id,
      status: "info",
      message: `thinking: comes in ${first.field === undefined ? place : `the field ${place}`}${opened}`,
      data: { place: first.field ?? "tags", opens_thinking: opensThinking },
    };
  }
  if (thoughts.length > 0) {
    return {
      id,
      status: "info",
      message: "thinking: comes sealed and can't be shown",
      data: { place: "sealed" },
    };
  }
  const hidden = told === true ? ", though the server says that this model can" : "";
  return { id, status: "info", message: `thinking: none seen${hidden}`, data: { place: "none" } };
}
