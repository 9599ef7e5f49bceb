import type { FunctionCallItem, MessageItem } from "../protocol/index.ts";
import type { Completion } from "../wire/index.ts";
import { argumentsRequest, type FailedCall, readArguments } from "./ask-arguments.ts";
import { runCall } from "./run-call.ts";
import { countRequest, failed, interrupted, keep, requestOf, type Step, type Turn } from "./turn-state.ts";
import { addUsage } from "./usage-sum.ts";

/** One after the other, in the model's order: a later command may rely on an earlier edit. */
export async function runCalls(
  turn: Turn,
  calls: readonly FunctionCallItem[],
  completion: Completion,
): Promise<Step> {
  const broken = new Set(completion.invalidCalls.map((call) => call.id));
  const brokenArrival = completion.finish === "length" ? "cut-off" : "broken";
  const images: string[] = [];
  const guard = await turn.loops.calls();
  for (const call of calls) {
    if (turn.signal.aborted) {
      break;
    }
    const run = () =>
      runCall(turn, call, {
        arrival: broken.has(call.call_id) ? brokenArrival : "whole",
        askForArguments: (invalid) => askForArguments(turn, { call, ...invalid }),
      });
    const result = await (guard === undefined ? run() : guard.guard(call, run));
    if (result.outcome.kind === "plan-updated") {
      turn.context.plan = result.outcome.plan;
    }
    images.push(...(result.images ?? []));
    if (result.understood) {
      turn.badArguments.clear();
    }
    const unkept = keep(turn, [
      { type: "function_call_output", call_id: call.call_id, output: result.output },
    ]);
    if (unkept !== undefined) {
      return unkept;
    }
    if (result.refused !== undefined) {
      return failed(turn, result.refused);
    }
    if (result.isTurnAborted) {
      return interrupted(turn);
    }
  }
  const unwritten = images.length === 0 ? undefined : turn.session.appendContext(pictureMessage(images));
  if (unwritten !== undefined) {
    return failed(turn, unwritten);
  }
  return turn.signal.aborted ? interrupted(turn) : { type: "ask" };
}

/** Behind all outputs of a response, since these must follow their calls. */
function pictureMessage(images: readonly string[]): MessageItem {
  const content = images.map((image) => ({ type: "input_image" as const, image_url: image }));
  return { type: "message", role: "user", content };
}

/** The first failure is told to the model; after the second in a row it is asked, once, for nothing but the arguments. */
async function askForArguments(turn: Turn, failed: FailedCall): Promise<string | undefined> {
  const { badArguments, signal, emit } = turn;
  const { name } = failed.spec;
  const failures = (badArguments.get(name) ?? 0) + 1;
  badArguments.set(name, failures);
  if (failures !== 2 || signal.aborted) {
    return undefined;
  }
  emit({ type: "notice", notice: { kind: "arguments-asked", name } });
  countRequest(turn);
  const end = await turn.askModel(argumentsRequest(requestOf(turn), failed), {
    signal,
    emit(event) {
      if (event.type === "prefill-progress" || event.type === "server-state" || event.type === "notice") {
        emit(event);
      }
    },
  });
  if (end.type === "completed") {
    turn.usage = addUsage(turn.usage, end.completion.usage);
  }
  const json = readArguments(end, name);
  if (json !== undefined) {
    emit({ type: "notice", notice: { kind: "arguments-repaired", name, repairs: ["asked for once more"] } });
  }
  return json;
}
