import type { ServerFace } from "../practice/index.ts";
import type { SandboxMode } from "../protocol/index.ts";
import type { CommandName } from "./command-line/grammar.ts";
import { helpText } from "./command-line/help.ts";
import { type Given, parseCommandLine } from "./command-line/parse.ts";
import { type ExecOptions, runExec } from "./exec.ts";
import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import type { ModelCommandOptions } from "./models/model-command.ts";
import type { LocalProvider } from "./provider-choice.ts";
import type { UndoOptions } from "./undo.ts";
import { version } from "./version.ts";

/** Runs the command line; returns the exit code. Only exec is loaded from the start: each lazy module costs it time. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  const line = parseCommandLine(argv);
  switch (line.type) {
    case "welcome": {
      const { welcome } = await import("./welcome.ts");
      return await welcome(io);
    }
    case "version":
      io.stdout.write(`leat ${version}\n`);
      return exitCode.ok;
    case "help":
      io.stdout.write(helpText(line.command));
      return exitCode.ok;
    case "mistake":
      io.stderr.write(`error: ${line.message}\n${line.hint}\n`);
      return exitCode.usage;
    case "command":
      return await runCommand(line.name, line.given, io);
    default:
      return line satisfies never;
  }
}

async function runCommand(name: CommandName, given: Given, io: Io): Promise<number> {
  switch (name) {
    case "exec":
      return await runExec(execOptions(given), io);
    case "models": {
      const { runModels } = await import("./models/models.ts");
      const optional = { profile: firstValue(given, "profile"), provider: firstValue(given, "provider") };
      return await runModels(
        {
          overrides: given.options.get("config") ?? [],
          json: given.options.has("json"),
          ...withoutUndefined(optional),
        },
        io,
      );
    }
    case "models pull": {
      const { runModelsPull } = await import("./models/models-pull.ts");
      return await runModelsPull(modelCommandOptions(given), io);
    }
    case "models load": {
      const { runModelsLoad } = await import("./models/models-load.ts");
      return await runModelsLoad(modelCommandOptions(given), io);
    }
    case "models unload": {
      const { runModelsUnload } = await import("./models/models-load.ts");
      return await runModelsUnload(modelCommandOptions(given), io);
    }
    case "stats": {
      const { runStats } = await import("./stats/stats.ts");
      const [model, provider, days, html] = ["model", "provider", "days", "html"].map((option) =>
        firstValue(given, option),
      );
      return await runStats(
        { json: given.options.has("json"), ...withoutUndefined({ model, provider, days, html }) },
        io,
      );
    }
    case "doctor": {
      const { runDoctor } = await import("./doctor/doctor.ts");
      const optional = { profile: firstValue(given, "profile"), provider: firstValue(given, "provider") };
      return await runDoctor(
        {
          overrides: given.options.get("config") ?? [],
          json: given.options.has("json"),
          quick: given.options.has("quick"),
          ...withoutUndefined(optional),
        },
        io,
      );
    }
    case "bench": {
      const { runBench } = await import("./bench/bench.ts");
      const optional = {
        profile: firstValue(given, "profile"),
        provider: firstValue(given, "provider"),
        runs: firstValue(given, "runs"),
      };
      return await runBench(
        {
          overrides: given.options.get("config") ?? [],
          models: given.options.get("model") ?? [],
          sizes: given.options.get("sizes") ?? [],
          json: given.options.has("json"),
          ...withoutUndefined(optional),
        },
        io,
      );
    }
    case "undo": {
      const { runUndo } = await import("./undo.ts");
      return await runUndo(undoOptions(given), io);
    }
    case "sandbox": {
      const { runSandboxCommand } = await import("./sandbox.ts");
      const optional = {
        profile: firstValue(given, "profile"),
        directory: firstValue(given, "cd"),
        sandbox: sandboxOf(given),
      };
      return await runSandboxCommand(
        {
          words: given.words,
          overrides: given.options.get("config") ?? [],
          addDirs: given.options.get("add-dir") ?? [],
          ...withoutUndefined(optional),
        },
        io,
      );
    }
    case "apply-patch": {
      const { runApplyPatch } = await import("./apply-patch.ts");
      return await runApplyPatch(given.words, io);
    }
    case "demo": {
      const { runDemo } = await import("./demo.ts");
      const pace = firstValue(given, "pace") === "full" ? "full" : "human";
      return await runDemo({ pace, runExec }, io);
    }
    case "practice": {
      const { runPracticeCommand } = await import("./practice.ts");
      const port = firstValue(given, "port");
      const options = withoutUndefined({
        port: port === undefined ? undefined : Number(port),
        scriptPath: firstValue(given, "script"),
        pace: firstValue(given, "pace"),
        // The grammar lets only the choices through.
        face: firstValue(given, "as") as ServerFace | undefined,
        prefill: firstValue(given, "prefill"),
        slots: firstValue(given, "slots"),
        load: firstValue(given, "load"),
        window: firstValue(given, "window"),
        also: given.options.get("also"),
        slotSavePath: firstValue(given, "slot-save-path"),
      });
      return await runPracticeCommand(options, {
        stdout: io.stdout,
        stderr: io.stderr,
        signal: io.interrupt,
      });
    }
    case "debug decode": {
      const { runDebugDecode } = await import("./debug.ts");
      const options = {
        // The grammar asks for the one and lets only the choices of the other through.
        path: given.argument ?? "",
        split: (firstValue(given, "split") ?? "given") as "given" | "whole" | "bytes",
        tools: given.options.get("tool") ?? [],
      };
      return await runDebugDecode(options, io);
    }
    default:
      return name satisfies never;
  }
}

function modelCommandOptions(given: Given): ModelCommandOptions {
  const optional = { profile: firstValue(given, "profile"), provider: firstValue(given, "provider") };
  return {
    // The grammar asks for it.
    name: given.argument ?? "",
    overrides: given.options.get("config") ?? [],
    ...withoutUndefined(optional),
  };
}

function undoOptions(given: Given): UndoOptions {
  const optional = { number: given.argument, directory: firstValue(given, "cd") };
  return {
    list: given.options.has("list"),
    force: given.options.has("force"),
    redo: given.options.has("redo"),
    ...withoutUndefined(optional),
  };
}

function execOptions(given: Given): ExecOptions {
  const sandbox = sandboxOf(given);
  const optional = {
    prompt: given.argument,
    model: firstValue(given, "model"),
    // The grammar lets only the choices through.
    localProvider: firstValue(given, "local-provider") as LocalProvider | undefined,
    profile: firstValue(given, "profile"),
    directory: firstValue(given, "cd"),
    outputLastMessage: firstValue(given, "output-last-message"),
    record: firstValue(given, "record"),
    sandbox,
  };
  return {
    overrides: given.options.get("config") ?? [],
    addDirs: given.options.get("add-dir") ?? [],
    skipGitRepoCheck: given.options.has("skip-git-repo-check"),
    // The grammar lets only the choices through.
    color: (firstValue(given, "color") ?? "auto") as ExecOptions["color"],
    oss: given.options.has("oss"),
    stream: given.options.has("stream"),
    offline: given.options.has("offline"),
    verbose: given.options.has("verbose"),
    ...withoutUndefined(optional),
  };
}

function sandboxOf(given: Given): SandboxMode | undefined {
  const { options } = given;
  if (options.has("dangerously-bypass-approvals-and-sandbox") || options.has("yolo")) {
    return "danger-full-access";
  }
  return options.has("full-auto")
    ? "workspace-write"
    : (firstValue(given, "sandbox") as SandboxMode | undefined);
}

function firstValue(given: Given, option: string): string | undefined {
  return given.options.get(option)?.[0];
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
