import type { ServerKind } from "../../../protocol/index.ts";
import type { ExplainContext } from "../../explanation.ts";
import type { Check } from "../check.ts";
import { type Answer, type Ask, textOf, userSays } from "../question.ts";
import { judgeFailure, type Unanswered } from "./answer-failure.ts";
import { INSTRUCTIONS, LOCKER_TOOL, lockerCalls, numberIn } from "./tools.ts";

const ID = "model.tool-call";
const WHAT = "tool call";

/** How far one try came. */
export type RoundTrip =
  | { readonly type: "unanswered"; readonly step: "call" | "result"; readonly answer: Unanswered }
  /** Text instead of a call. */
  | { readonly type: "not-called" }
  /** A call that can't be run: another name, or arguments that can't be read. */
  | { readonly type: "bad-call"; readonly name: string | undefined }
  /** The result was sent back; `used` if the answer holds it. */
  | { readonly type: "returned"; readonly used: boolean; readonly repairs: number };

/** A small model may take another way once; what it does twice it will do in a session. */
export async function checkToolCall(ask: Ask): Promise<RoundTrip[]> {
  const first = await roundTrip(ask);
  const isDone = first.type === "unanswered" || (first.type === "returned" && first.used);
  return isDone ? [first] : [first, await roundTrip(ask)];
}

async function roundTrip(ask: Ask): Promise<RoundTrip> {
  const question = userSays("Open the blue locker with your tool, then tell me the number inside.");
  const about = { instructions: INSTRUCTIONS, tools: [LOCKER_TOOL] };
  const called = await ask({ ...about, items: [question] });
  if (called.type !== "answered") {
    return { type: "unanswered", step: "call", answer: called };
  }
  const [locker] = lockerCalls(called.items);
  if (locker === undefined) {
    return withoutCall(called);
  }
  const calls = called.items.filter((item) => item.type === "function_call");
  const results = calls.map((call) => ({
    type: "function_call_output" as const,
    call_id: call.call_id,
    output: call === locker.call ? numberIn(locker.colour) : "There is no such locker.",
  }));
  const answered = await ask({ ...about, items: [question, ...called.items, ...results] });
  if (answered.type !== "answered") {
    return { type: "unanswered", step: "result", answer: answered };
  }
  // Models group digits as they like.
  const said = textOf(answered.items).replace(/[\s.,\u202f]/g, "");
  const used = said.includes(numberIn(locker.colour));
  return { type: "returned", used, repairs: called.completion.repairs.length };
}

function withoutCall({ items, completion }: Extract<Answer, { type: "answered" }>): RoundTrip {
  const call = items.find((item) => item.type === "function_call") ?? completion.invalidCalls[0];
  return call === undefined ? { type: "not-called" } : { type: "bad-call", name: call.name ?? undefined };
}

export interface ToolCallSurroundings {
  readonly kind: ServerKind;
  /** The server refuses `tools`, and leat describes them in the prompt instead. */
  readonly isRefused: boolean;
  readonly context: ExplainContext;
}

export function judgeToolCall(
  trips: readonly RoundTrip[],
  { kind, isRefused, context }: ToolCallSurroundings,
): Check {
  const last = trips.at(-1);
  const tries = `${trips.length} of ${trips.length}`;
  const data = { tries: trips.length, outcome: last?.type };
  const badly = (message: string): Check => ({
    id: ID,
    status: "warn",
    message: `${WHAT}: ${message}`,
    hint: isRefused
      ? "Calls written as text go wrong more often: start the server with its tool parser, or choose a model whose template knows tools."
      : "leat can do little with a model that does not call tools: choose one that is made for it.",
    data,
    advice: {
      reason: isRefused ? "The server must take tools." : "The model must be able to call tools.",
      paste: WITH_TOOLS[kind] ?? "leat models",
    },
  });
  switch (last?.type) {
    case undefined:
      return { id: ID, status: "unknown", message: `${WHAT}: not tried` };
    case "unanswered": {
      const what = last.step === "call" ? WHAT : `${WHAT}, when its result was sent back`;
      return judgeFailure({ id: ID, what, context }, last.answer);
    }
    case "not-called":
      return badly(`the model did not call the tool (${tries})`);
    case "bad-call":
      return badly(`the model's call can't be run (${tries})`);
    case "returned":
      if (!last.used) {
        return badly(`the tool was called, but the model's answer does not use its result (${tries})`);
      }
      if (isRefused) {
        return badly("the server refuses tools; described in the prompt instead, they are called and used");
      }
      return {
        id: ID,
        status: "ok",
        message: `${WHAT}: called, its result sent back and used${trips.length > 1 ? " (at the second try)" : ""}${last.repairs > 0 ? "; leat had to mend its arguments" : ""}`,
        data: { ...data, repairs: last.repairs },
      };
    default:
      return last satisfies never;
  }
}

/** How a server is started so that calls are read from what a model writes. */
const WITH_TOOLS: Readonly<Partial<Record<ServerKind, string>>> = {
  llamacpp: "llama-server … --jinja",
  vllm: "vllm serve … --enable-auto-tool-choice --tool-call-parser <name>",
  sglang: "python -m sglang.launch_server … --tool-call-parser <name>",
};
