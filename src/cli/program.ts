import { Command, CommanderError, Option } from "commander";
import type { SandboxMode } from "../protocol/index.ts";
import type { ExecOptions } from "./exec.ts";
import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { version } from "./version.ts";

/** Runs the command line; returns the exit code. Commands are loaded when they are asked for. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  if (argv.length === 0) {
    const { welcome } = await import("./welcome.ts");
    return welcome(io);
  }
  let code: number = exitCode.ok;
  const program = buildProgram(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version leave by this way as well, with code 0; everything else is a mistake on the command line.
    return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  }
  return code;
}

function buildProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command("leat")
    .description("A coding agent for the terminal that makes local models first class.")
    .version(`leat ${version}`, "-V, --version")
    .exitOverride()
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .addOption(overrideOption())
    .showHelpAfterError('A prompt is run with: leat exec "…". All commands: leat --help');
  addExec(program, io, done);
  addDemo(program, io, done);
  addPractice(program, io, done);
  return program;
}

interface ExecFlags {
  readonly config: readonly string[];
  readonly model?: string;
  readonly profile?: string;
  readonly sandbox?: SandboxMode;
  readonly cd?: string;
  readonly fullAuto?: boolean;
  readonly dangerouslyBypassApprovalsAndSandbox?: boolean;
  readonly yolo?: boolean;
  readonly skipGitRepoCheck?: boolean;
  readonly color: "always" | "never" | "auto";
  readonly stream?: boolean;
  readonly outputLastMessage?: string;
}

function addExec(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command("exec")
    .alias("e")
    .summary("run one prompt to its end, without asking")
    .description("Run one prompt to its end, without asking. Progress goes to stderr, the answer to stdout.")
    .argument("[prompt]", "what to do; `-` or none reads it from stdin")
    .addOption(overrideOption())
    .option("-m, --model <model>", "the model to ask")
    .option("-p, --profile <name>", "the profile of config.toml to use")
    .addOption(
      new Option("-s, --sandbox <mode>", "what commands may touch").choices([
        "read-only",
        "workspace-write",
        "danger-full-access",
      ]),
    )
    .option("-C, --cd <dir>", "the directory to work in")
    .addOption(new Option("--full-auto", "the same as --sandbox workspace-write").conflicts(["sandbox"]))
    .addOption(
      new Option(
        "--dangerously-bypass-approvals-and-sandbox",
        "run commands without any protection",
      ).conflicts(["sandbox", "fullAuto"]),
    )
    .addOption(new Option("--yolo").hideHelp().conflicts(["sandbox", "fullAuto"]))
    .option("--skip-git-repo-check", "work outside a git repository, too")
    .addOption(
      new Option("--color <when>", "colours in the output")
        .choices(["always", "never", "auto"])
        .default("auto"),
    )
    .option("--stream", "send all answer text live to stdout, also when it is piped")
    .option("-o, --output-last-message <file>", "write the last message of the model to this file")
    .action(async (prompt: string | undefined, flags: ExecFlags) => {
      const { runExec } = await import("./exec.ts");
      done(await runExec(execOptions(prompt, flags, program.opts<{ config: string[] }>().config), io));
    });
}

function execOptions(
  prompt: string | undefined,
  flags: ExecFlags,
  rootOverrides: readonly string[],
): ExecOptions {
  const sandbox = sandboxOf(flags);
  return {
    // Overrides before the command's name come first, so that a later one wins.
    overrides: [...rootOverrides, ...flags.config],
    skipGitRepoCheck: flags.skipGitRepoCheck === true,
    color: flags.color,
    stream: flags.stream === true,
    ...(prompt === undefined ? {} : { prompt }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(flags.cd === undefined ? {} : { directory: flags.cd }),
    ...(flags.outputLastMessage === undefined ? {} : { outputLastMessage: flags.outputLastMessage }),
  };
}

function sandboxOf(flags: ExecFlags): SandboxMode | undefined {
  if (flags.dangerouslyBypassApprovalsAndSandbox === true || flags.yolo === true) return "danger-full-access";
  return flags.fullAuto === true ? "workspace-write" : flags.sandbox;
}

function addDemo(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command("demo")
    .description("Watch leat mend a failing test in a temporary project, with the embedded practice model.")
    .addOption(
      new Option("--pace <pace>", "how fast the practice model speaks")
        .choices(["human", "full"])
        .default("human"),
    )
    .action(async (flags: { pace: "human" | "full" }) => {
      const { runDemo } = await import("./demo.ts");
      done(await runDemo(flags, io));
    });
}

function addPractice(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command("practice")
    .description("Run the practice model, a script behind a real server on loopback, until Ctrl-C.")
    .option("--port <n>", "the port to listen on (default: any free one)")
    .option("--script <file>", "replies to give, as JSON (docs/practice.md)")
    .option("--pace <pace>", "human, full, or tokens per second")
    .action(async (flags: { port?: string; script?: string; pace?: string }) => {
      const { runPracticeCommand } = await import("./practice.ts");
      const code = await runPracticeCommand(
        {
          ...(flags.port === undefined ? {} : { port: Number(flags.port) }),
          ...(flags.script === undefined ? {} : { scriptPath: flags.script }),
          ...(flags.pace === undefined ? {} : { pace: flags.pace }),
        },
        { stdout: io.stdout, stderr: io.stderr, signal: io.interrupt },
      );
      done(code);
    });
}

function overrideOption(): Option {
  return new Option("-c, --config <key=value>", "override a value of config.toml; repeatable")
    .argParser((value: string, previous: readonly string[]) => [...previous, value])
    .default([], "none");
}
