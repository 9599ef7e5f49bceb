import { stat } from "node:fs/promises";
import { prepareInput } from "../apply-patch/apply-patch.ts";
import { findPatch } from "../apply-patch/invocation.ts";
import { readString } from "../arguments.ts";
import { pathProblem, resolvePath } from "../files/paths.ts";
import {
  abortedResult,
  failedResult,
  invalidArguments,
  invalidCall,
  type PreparedCall,
  type Tool,
  type ToolContext,
} from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";
import { commandText, readCommand, readTimeoutMs, type ShellCommand } from "./command.ts";
import { shellResult } from "./result.ts";
import { shellSpec } from "./spec.ts";

export const shell: Tool = {
  spec: shellSpec,
  aliases: ["container.exec", "bash", "exec_command", "local_shell", "run_shell_command"],
  prepare,
};

function prepare(args: Record<string, unknown>, context: ToolContext): PreparedCall {
  const command = readCommand(args);
  if (command === undefined) {
    return invalidArguments(shellSpec, "missing field `command`");
  }
  if (command.argv.some((part) => part.includes("\0"))) {
    return invalidArguments(shellSpec, "`command` contains a NUL character");
  }
  const workdir = readString(args, "workdir", "cwd", "working_directory", "directory");
  const problem = workdir === undefined || workdir === "" ? undefined : pathProblem(workdir, "workdir");
  if (problem !== undefined) {
    return invalidArguments(shellSpec, problem);
  }
  const folder = resolvePath(workdir ?? "", context);

  const invocation = findPatch(command);
  switch (invocation.kind) {
    case "patch": {
      const patchFolder = resolvePath(invocation.folder ?? "", { ...context, cwd: folder });
      return prepareInput(invocation.patch, patchFolder, context);
    }
    case "mixed":
      return invalidCall(
        shellSpec.name,
        "apply_patch must be the only command of the script (only `cd DIR &&` may precede it). Nothing was run.",
      );
    case "none":
      return prepareCommand(command, folder, readTimeoutMs(args), context);
    default:
      return invocation satisfies never;
  }
}

function prepareCommand(
  command: ShellCommand,
  folder: string,
  timeoutMs: number,
  context: ToolContext,
): PreparedCall {
  return {
    kind: "ready",
    action: { kind: "command", command: commandText(command), cwd: folder },
    effect: { kind: "command", ...command, cwd: folder },
    async run() {
      const looked = stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      );
      const isFolder = await untilAborted(looked, context.signal);
      if (isFolder === undefined) {
        return abortedResult();
      }
      if (!isFolder) {
        return failedResult(`the command was not run: workdir is not a directory: ${folder}`);
      }

      const startedMs = performance.now();
      const end = await context.sandbox.run({
        argv: command.argv,
        cwd: folder,
        timeoutMs,
        signal: context.signal,
        onOutput: (text) => context.onOutput(text),
      });
      return shellResult(end, {
        durationMs: performance.now() - startedMs,
        timeoutMs,
        outputLimit: context.outputLimit,
      });
    },
  };
}
