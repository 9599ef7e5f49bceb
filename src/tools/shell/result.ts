import type { SandboxError } from "../../protocol/index.ts";
import type { CapturedOutput, CommandEnd } from "../../sandbox/index.ts";
import { wholeLines } from "../lines.ts";
import { plainTerminalText } from "../terminal-text.ts";
import { abortedResult, failedResult, INTERRUPTED, type OutputLimit, type ToolResult } from "../tool.ts";
import { truncateMiddle } from "../truncate.ts";
import { denialText } from "./denial-text.ts";

/** Output first, then one line in brackets that says how it ended. */
export function shellResult(
  end: CommandEnd,
  run: { durationMs: number; timeoutMs: number; outputLimit: OutputLimit },
): ToolResult {
  switch (end.kind) {
    case "exited": {
      const output = modelText(end.output, run.outputLimit);
      const { denials } = end;
      const status = exitStatus(end, run, output);
      return {
        output: withStatus(output, denials === undefined ? status : `${status}\n${denialText(denials)}`),
        outcome: {
          kind: "command-exited",
          exitCode: end.exitCode,
          output,
          ...(end.output.totalLines > wholeLines(output).length && { totalLines: end.output.totalLines }),
          timedOut: end.timedOut,
          ...(denials === undefined ? {} : { denials }),
        },
        ...(denials === undefined ? {} : { denials }),
      };
    }
    case "aborted":
      return abortedResult(withStatus(modelText(end.output, run.outputLimit), INTERRUPTED));
    case "not-started":
      return failedResult(`the command could not be started: ${plainTerminalText(end.reason)}`);
    case "refused":
      return { ...failedResult(`the command was not run: ${refusal(end.error)}`), refused: end.error };
    default:
      return end satisfies never;
  }
}

function exitStatus(
  end: Extract<CommandEnd, { kind: "exited" }>,
  run: { durationMs: number; timeoutMs: number },
  output: string,
): string {
  if (end.timedOut) {
    const rest = output === "" ? "no output" : "output so far above";
    return `[timed out after ${formatDuration(run.timeoutMs)}; ${rest}; a server needs background=true]`;
  }
  const signal = end.signal === undefined ? "" : `, killed by ${end.signal}`;
  return `[exit ${end.exitCode}${signal}, ${formatDuration(run.durationMs)}]`;
}

/** `12 ms`, `0.3 s`, `120 s`: as many digits as anyone needs. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 100) {
    return `${Math.round(durationMs)} ms`;
  }
  const seconds = durationMs / 1000;
  return `${seconds < 60 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}

/** Without control sequences, and cut to the size that the prompt has room for. */
export function modelText(output: CapturedOutput, limit: OutputLimit): string {
  const text = plainTerminalText(output.text);
  const wasCapped = output.totalBytes > Buffer.byteLength(output.text);
  return truncateMiddle(
    text,
    limit,
    wasCapped ? { bytes: output.totalBytes, lines: output.totalLines } : undefined,
  );
}

export function withStatus(output: string, status: string): string {
  if (output === "") {
    return status;
  }
  return `${output}${output.endsWith("\n") ? "" : "\n"}${status}`;
}

function refusal(error: SandboxError): string {
  switch (error.problem) {
    case "missing":
      return "there is no sandbox to run it in";
    case "does_not_start":
      return "the sandbox does not start";
    case "unsupported_platform":
      return "there is no sandbox for this system";
    default:
      return error.problem satisfies never;
  }
}
