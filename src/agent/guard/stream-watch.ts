import type { ModelEvent } from "../../wire/index.ts";
import { createRepetitionDetector, type RepetitionDetector } from "./repetition.ts";
import type { GuardSettings } from "./settings.ts";

/** Why an answer is not read to its end. */
export type CutReason =
  | {
      readonly kind: "repeated-text";
      readonly place: "reasoning" | "text" | "arguments";
      /** What came again and again. */
      readonly unit: string;
    }
  /** `tokens`: about as many as came before it was cut. */
  | { readonly kind: "reasoning-budget"; readonly tokens: number };

/** Looks at one response while it comes, between the wire and the screen: what it does for a delta must cost nothing. */
export interface StreamWatch {
  push(event: ModelEvent): CutReason | undefined;
}

export function createStreamWatch({ repeatedText, reasoningBudget = 0 }: GuardSettings): StreamWatch {
  const places = { reasoning: idle, text: idle, arguments: idle };
  let thoughtBytes = 0;
  if (repeatedText) {
    begin();
  }

  function begin(): void {
    places.reasoning = createRepetitionDetector("prose");
    places.text = createRepetitionDetector("prose");
    places.arguments = createRepetitionDetector("arguments");
  }

  function look(place: keyof typeof places, text: string): CutReason | undefined {
    const found = places[place].push(text);
    return found === undefined ? undefined : { kind: "repeated-text", place, unit: found.unit };
  }

  function think(text: string): CutReason | undefined {
    if (reasoningBudget > 0) {
      thoughtBytes += Buffer.byteLength(text);
      const tokens = Math.round(thoughtBytes / BYTES_OF_A_TOKEN);
      if (tokens > reasoningBudget) {
        return { kind: "reasoning-budget", tokens };
      }
    }
    return look("reasoning", text);
  }

  return {
    push(event) {
      switch (event.type) {
        case "reasoning-delta":
          return think(event.text);
        case "text-delta":
          // A budget is for thinking at a stretch; a blank line ends none.
          if (thoughtBytes > 0 && event.text.trim() !== "") {
            thoughtBytes = 0;
          }
          return look("text", event.text);
        case "call-delta":
          thoughtBytes = 0;
          return look("arguments", event.text);
        case "response-discarded":
          thoughtBytes = 0;
          if (repeatedText) {
            begin();
          }
          return undefined;
        case "prefill-progress":
        case "response-reclassified":
        case "notice":
          return undefined;
        default:
          return event satisfies never;
      }
    },
  };
}

/** Nobody but the server knows the tokens; for English and Chinese alike this is near enough. */
const BYTES_OF_A_TOKEN = 4;

const idle: RepetitionDetector = { push: () => undefined };
