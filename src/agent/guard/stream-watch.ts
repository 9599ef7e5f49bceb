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
  /** The verdict as it stands: too long thinking is forgiven once the answer begins. */
  push(event: ModelEvent): CutReason | undefined;
}

export function createStreamWatch({ repeatedText, reasoningBudget = 0 }: GuardSettings): StreamWatch {
  const places = { reasoning: idle, text: idle, arguments: idle };
  let thoughtBytes = 0;
  let verdict: CutReason | undefined;
  begin();

  function begin(): void {
    verdict = undefined;
    thoughtBytes = 0;
    if (repeatedText) {
      places.reasoning = createRepetitionDetector("prose");
      places.text = createRepetitionDetector("prose");
      places.arguments = createRepetitionDetector("arguments");
    }
  }

  function look(place: keyof typeof places, text: string): void {
    const found = places[place].push(text);
    if (found !== undefined) {
      verdict ??= { kind: "repeated-text", place, unit: found.unit };
    }
  }

  function think(text: string): void {
    look("reasoning", text);
    if (reasoningBudget > 0) {
      thoughtBytes += Buffer.byteLength(text);
      const tokens = Math.round(thoughtBytes / BYTES_OF_A_TOKEN);
      if (tokens > reasoningBudget && verdict?.kind !== "repeated-text") {
        verdict = { kind: "reasoning-budget", tokens };
      }
    }
  }

  /** A budget is for thinking at a stretch. */
  function answer(): void {
    thoughtBytes = 0;
    if (verdict?.kind === "reasoning-budget") {
      verdict = undefined;
    }
  }

  return {
    push(event) {
      switch (event.type) {
        case "reasoning-delta":
          think(event.text);
          break;
        case "text-delta":
          // A blank line is no answer.
          if (thoughtBytes > 0 && event.text.trim() !== "") {
            answer();
          }
          look("text", event.text);
          break;
        case "call-delta":
          answer();
          look("arguments", event.text);
          break;
        case "response-discarded":
          begin();
          break;
        case "server-state":
        case "prefill-progress":
        case "response-reclassified":
        case "notice":
          break;
        default:
          event satisfies never;
      }
      return verdict;
    },
  };
}

/** Nobody but the server knows the tokens; for English and Chinese alike this is near enough. */
const BYTES_OF_A_TOKEN = 4;

const idle: RepetitionDetector = { push: () => undefined };
