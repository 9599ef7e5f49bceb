import type { CapturedOutput, CommandEnd } from "../../sandbox/index.ts";
import type { ToolContext, ToolResult } from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";
import type { BackgroundCommand } from "./background.ts";
import { formatDuration, modelText, shellResult, withStatus } from "./result.ts";

/** Waits for the command's end, but not longer than that, nor after an interrupt. */
export async function awaitEnd(
  command: BackgroundCommand,
  waitMs: number,
  { signal, onOutput }: ToolContext,
): Promise<void> {
  if (command.end !== undefined) {
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  command.onOutput = (text) => onOutput(text);
  await untilAborted(Promise.race([command.ended, waited]), signal);
  command.onOutput = undefined;
  clearTimeout(timer);
}

/** What came of it since the last time, and how it stands. */
export function backgroundResult(
  command: BackgroundCommand,
  context: ToolContext,
  howToGoOn: string,
): ToolResult {
  const { end, id, durationMs } = command;
  const captured = command.takeOutput();
  if (end !== undefined) {
    return endedResult(withOutput(end, captured), durationMs, context);
  }
  const output = modelText(captured, context.outputLimit);
  const nothing = output === "" ? "no new output; " : "";
  return {
    output: withStatus(output, `[${nothing}${howToGoOn}]`),
    outcome: { kind: "command-running", id, output },
  };
}

function endedResult(end: CommandEnd, durationMs: number, { outputLimit }: ToolContext): ToolResult {
  if (end.kind !== "aborted") {
    return shellResult(end, { durationMs, timeoutMs: durationMs, outputLimit });
  }
  // Nobody else ends it than the model itself, or the end of the session.
  const output = modelText(end.output, outputLimit);
  return {
    output: withStatus(output, `[stopped after ${formatDuration(durationMs)}]`),
    outcome: { kind: "command-stopped", output },
  };
}

function withOutput(end: CommandEnd, output: CapturedOutput): CommandEnd {
  return end.kind === "exited" || end.kind === "aborted" ? { ...end, output } : end;
}
