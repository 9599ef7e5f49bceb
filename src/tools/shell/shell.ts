import { stat } from "node:fs/promises";
import { networkAllowed } from "../../sandbox/index.ts";
import { prepareInput } from "../apply-patch/apply-patch.ts";
import { findPatch } from "../apply-patch/invocation.ts";
import { readBoolean, readString } from "../arguments.ts";
import { pathProblem, resolvePath } from "../files/paths.ts";
import {
  abortedResult,
  type CallEffect,
  failedResult,
  INTERRUPTED,
  invalidArguments,
  invalidCall,
  type PreparedCall,
  type Tool,
  type ToolContext,
  type ToolResult,
} from "../tool.ts";
import { untilAborted } from "../until-aborted.ts";
import { awaitEnd, backgroundResult } from "./background-result.ts";
import { commandText, readCommand, type ShellCommand } from "./command.ts";
import { DEFAULT_TIMEOUT_MS, readMilliseconds } from "./limits.ts";
import { shellResult } from "./result.ts";
import { shellSpec } from "./spec.ts";

export const shell: Tool = {
  spec: shellSpec,
  aliases: [
    "container.exec",
    "bash",
    "exec_command",
    "local_shell",
    "run_shell_command",
    "run_command",
    "run_terminal_cmd",
    "execute_command",
  ],
  prepare,
};

function prepare(args: Record<string, unknown>, context: ToolContext): PreparedCall {
  const command = readCommand(args, context.shell);
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
        "apply_patch must be the only command of the script (only `cd DIR &&` may precede it), with the patch in quotes or a here-document. Nothing was run.",
      );
    case "none":
      return prepareCommand(command, folder, args, context);
    default:
      return invocation satisfies never;
  }
}

function prepareCommand(
  command: ShellCommand,
  folder: string,
  args: Record<string, unknown>,
  context: ToolContext,
): PreparedCall {
  const inBackground = readBoolean(args, "background", "run_in_background", "is_background");
  const timeoutMs =
    readMilliseconds(args, DEFAULT_TIMEOUT_MS, "timeout", "timeout_ms", "timeoutMs") || DEFAULT_TIMEOUT_MS;
  return {
    kind: "ready",
    action: { kind: "command", command: commandText(command), cwd: folder },
    effect: { kind: "command", ...command, cwd: folder, ...readEscalation(args) },
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
      return inBackground
        ? await startInBackground(command, folder, context)
        : await runToItsEnd(command, { folder, timeoutMs }, context);
    },
  };
}

/** Understood whether it was offered or not: a model that asks in vain is told so by the agent. */
function readEscalation(
  args: Record<string, unknown>,
): Pick<Extract<CallEffect, { kind: "command" }>, "escalation"> {
  if (!readBoolean(args, "with_escalated_permissions")) {
    return {};
  }
  const justification = readString(args, "justification")?.trim();
  return { escalation: justification === undefined || justification === "" ? {} : { justification } };
}

async function runToItsEnd(
  { argv }: ShellCommand,
  { folder, timeoutMs }: { readonly folder: string; readonly timeoutMs: number },
  { sandbox, signal, outputLimit, onOutput }: ToolContext,
): Promise<ToolResult> {
  const startedMs = performance.now();
  const end = await sandbox.run({
    argv,
    cwd: folder,
    timeoutMs,
    signal,
    onOutput: (text) => onOutput(text),
  });
  return shellResult(end, { durationMs: performance.now() - startedMs, timeoutMs, outputLimit });
}

async function startInBackground(
  command: ShellCommand,
  folder: string,
  context: ToolContext,
): Promise<ToolResult> {
  const { background, firstWaitMs } = context.shell;
  const started = background.start({
    sandbox: context.sandbox,
    argv: command.argv,
    cwd: folder,
    command: commandText(command),
  });
  if (started === undefined) {
    const ids = background.running().map(({ id }) => id);
    return failedResult(
      `the command was not run: too many run in the background (${ids.join(", ")}). End one with shell_output and stop=true.`,
    );
  }
  await awaitEnd(started, firstWaitMs, context);
  const { id } = started;
  if (started.end !== undefined) {
    background.forget(started);
  }
  if (context.signal.aborted && started.end === undefined) {
    return abortedResult(`${INTERRUPTED}\n[the command goes on in the background, id ${id}]`);
  }
  // Each command without network has one of its own, loopback included.
  const unreachable = networkAllowed(context.sandbox.policy)
    ? ""
    : "; as there is no network, other commands can't connect to it";
  return backgroundResult(
    started,
    context,
    `running in the background, id ${id}; look at it with shell_output${unreachable}`,
  );
}
