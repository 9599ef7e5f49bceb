import { readBoolean, readString } from "../arguments.ts";
import { failedResult, invalidArguments, type Tool, type ToolContext } from "../tool.ts";
import { headBytes } from "../truncate.ts";
import { awaitEnd, backgroundResult } from "./background-result.ts";
import { readMilliseconds } from "./limits.ts";
import { formatDuration } from "./result.ts";
import { shellOutputSpec } from "./spec.ts";

const MAX_ID_LENGTH = 40;
const DEFAULT_WAIT_MS = 1_000;
/** How long a command that is stopped may take to say its last words; then it is killed. */
const STOP_WAIT_MS = 5_000;
/** Ctrl-C and Ctrl-D, as agents with a terminal send them. */
const ENDING_INPUT = /^[\x03\x04]+$/;

export const shellOutput: Tool = {
  spec: shellOutputSpec,
  aliases: ["bash_output", "write_stdin", "wait", "read_output", "get_output", "poll"],
  prepare(args, context) {
    const id = readString(
      args,
      "id",
      "session_id",
      "bash_id",
      "shell_id",
      "command_id",
      "task_id",
      "pid",
    )?.trim();
    if (id === undefined || id === "") {
      return invalidArguments(shellOutputSpec, `missing field \`id\`; ${whatRuns(context)}`);
    }
    const input = readString(args, "chars", "input") ?? "";
    const stop = readBoolean(args, "stop", "kill", "terminate") || ENDING_INPUT.test(input);
    const waitMs = readMilliseconds(
      args,
      DEFAULT_WAIT_MS,
      "wait",
      "wait_ms",
      "timeout",
      "timeout_ms",
      "yield_time_ms",
    );
    const command = context.shell.background.find(id);
    return {
      kind: "ready",
      action: { kind: "poll", id, stop, ...(command === undefined ? {} : { command: command.command }) },
      effect: { kind: "none" },
      async run() {
        if (command === undefined) {
          const shown = id.length > MAX_ID_LENGTH ? "of that id" : id;
          return failedResult(`there is no background command ${shown}; ${whatRuns(context)}`);
        }
        if (input !== "" && !stop) {
          return failedResult(
            "nothing can be typed into a command: it has no input. Start it again with what it needs on its command line.",
          );
        }
        if (stop) {
          command.stop();
        }
        await awaitEnd(command, stop ? STOP_WAIT_MS : waitMs, context);
        const goesOn = `still running after ${formatDuration(command.durationMs)}`;
        return backgroundResult(command, context, goesOn);
      },
    };
  },
};

/** The same under names that say to end it. */
export const shellStop: Tool = {
  ...shellOutput,
  aliases: ["kill", "kill_shell", "kill_bash", "stop"],
  prepare: (args, context) => shellOutput.prepare({ ...args, stop: true }, context),
};

function whatRuns({ shell }: ToolContext): string {
  const running = shell.background.running();
  return running.length === 0
    ? "nothing runs in the background"
    : `in the background run ${running.map(({ id, command }) => `${id} (${headBytes(command.split("\n", 1)[0] ?? "", 80)})`).join(", ")}`;
}
