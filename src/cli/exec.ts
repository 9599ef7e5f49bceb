import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { runTurn } from "../agent/index.ts";
import type { Config, ConfigFlags } from "../config/index.ts";
import { createHumanOutput, type HumanOutput } from "../exec/index.ts";
import { openEndpointMemory, readOpenAiKey } from "../home/index.ts";
import { createTraffic } from "../net/index.ts";
import type { AgentEvent, LeatError, SandboxMode } from "../protocol/index.ts";
import { findRepositoryRoot } from "../session/index.ts";
import { chooseProvider, isChosen } from "./choose-provider.ts";
import { type OpenConversation, openConversation } from "./conversation.ts";
import type { EarlyRun } from "./early-run.ts";
import { resolveEndpoint } from "./endpoint.ts";
import { exitCode, exitCodeOf } from "./exit-code.ts";
import { explain } from "./explain.ts";
import { explainConfigError, explainUnknownKeys } from "./explain-config.ts";
import { explainContext } from "./explain-context.ts";
import type { Explanation } from "./explanation.ts";
import { fail } from "./fail.ts";
import { findStandIn, headerFacts } from "./header-facts.ts";
import type { Io } from "./io.ts";
import { checkLastMessagePath, writeLastMessage } from "./last-message.ts";
import { whyNotOffline, withoutNetwork } from "./offline.ts";
import { isFromStdin, type PromptSource, readPrompt } from "./prompt-source.ts";
import type { LocalProvider } from "./provider-choice.ts";
import { isDirectory, loadSettings, missingAddDir } from "./settings.ts";
import { terminalFacts, toSink } from "./terminal.ts";
import { openWatch, type Watch } from "./watch.ts";

/** What `leat exec` was given on the command line. */
export interface ExecOptions {
  readonly prompt?: string;
  readonly profile?: string;
  readonly model?: string;
  /** A server of this machine, and a missing model is fetched. */
  readonly oss?: boolean;
  readonly localProvider?: LocalProvider;
  readonly sandbox?: SandboxMode;
  /** `-c key=value`, in the order given. */
  readonly overrides: readonly string[];
  readonly directory?: string;
  /** `--add-dir`, in the order given. */
  readonly addDirs: readonly string[];
  readonly skipGitRepoCheck: boolean;
  readonly color: "always" | "never" | "auto";
  readonly stream: boolean;
  readonly outputLastMessage?: string;
  /** The folder where each request and its answer are written down. */
  readonly record?: string;
  /** Nothing but this machine is contacted. */
  readonly offline: boolean;
  readonly verbose: boolean;
}

/** Runs one prompt to its end without asking anything; returns the exit code. */
export async function runExec(options: ExecOptions, io: Io): Promise<number> {
  const reading = readPrompt(options.prompt, io);
  const early = await prepareEarly(reading, options, io);
  const prompt = await reading;
  if (prompt.type !== "prompt") {
    const code = prompt.type === "missing" ? fail(io, { message: prompt.message }) : exitCode.interrupted;
    await early?.drop();
    return code;
  }
  const prepared = (await early?.take()) ?? (await prepare(options, io));
  return prepared.ok ? await runPrompt(prompt.prompt, prepared, io) : prepared.code;
}

/** Everything a run needs but the prompt. */
interface Prepared {
  readonly ok: true;
  readonly options: ExecOptions;
  readonly config: Config;
  readonly output: HumanOutput;
  readonly watch: Watch;
  readonly conversation: OpenConversation;
  readonly explain: (error: LeatError) => Explanation;
  readonly emit: (event: AgentEvent) => void;
}

/** Why has been said. */
type Preparation = Prepared | { readonly ok: false; readonly code: number };

/** Not where the answer is recorded: what is warmed would be in it. */
async function prepareEarly(
  reading: Promise<PromptSource>,
  options: ExecOptions,
  io: Io,
): Promise<EarlyRun<Preparation> | undefined> {
  if (!isFromStdin(options.prompt) || options.record !== undefined) {
    return undefined;
  }
  const { beginEarly } = await import("./early-run.ts");
  return await beginEarly<Preparation>(reading, io, {
    prepare: (heldIo) => prepare(options, heldIo, { isEarly: true }),
    warm(prepared) {
      if (prepared.ok) {
        prepared.conversation.prewarm(prepared.emit);
      }
    },
    async close(prepared) {
      if (prepared.ok) {
        prepared.watch.close();
        await prepared.conversation.close();
      }
    },
  });
}

async function prepare(options: ExecOptions, io: Io): Promise<Preparation>;
async function prepare(
  options: ExecOptions,
  io: Io,
  how: { readonly isEarly: true },
): Promise<Preparation | undefined>;
async function prepare(
  options: ExecOptions,
  io: Io,
  { isEarly }: { readonly isEarly: boolean } = { isEarly: false },
): Promise<Preparation | undefined> {
  const failed = (explanation: Explanation) => ({ ok: false, code: fail(io, explanation) }) as const;
  const directory = resolve(io.cwd, options.directory ?? ".");
  if (!isDirectory(directory)) {
    return failed({ message: `no such directory: ${directory}`, hint: "-C takes an existing directory." });
  }
  const unwritable = checkLastMessagePath(options.outputLastMessage, io);
  if (unwritable !== undefined) {
    return failed(unwritable);
  }
  const cwd = realpathSync(directory);
  const missing = missingAddDir(options.addDirs, cwd);
  if (missing !== undefined) {
    return failed({
      message: `no such directory: ${missing}`,
      hint: "--add-dir takes an existing directory.",
    });
  }
  const reload = (flags: ConfigFlags) =>
    loadSettings({ ...options, flags: { ...configFlags(options), ...flags } }, { ...io, cwd });
  const loaded = reload({});
  if (!loaded.ok) {
    return failed(explainConfigError(loaded.error));
  }
  const { home, config: configured } = loaded;
  const repositoryRoot = findRepositoryRoot(cwd);
  if (
    repositoryRoot === undefined &&
    !options.skipGitRepoCheck &&
    !configured.trustedProjects.includes(cwd)
  ) {
    return failed({
      message: "Not inside a trusted directory and --skip-git-repo-check was not specified.",
      hint: "A git repository is trusted, since what goes wrong there can be undone: git init. Or trust this folder: add the option.",
    });
  }

  const memory = openEndpointMemory(home);
  const traffic = options.verbose ? createTraffic() : undefined;
  const sources = { wanted: options, config: configured, home, memory, traffic, reload };
  if (isEarly && !isChosen(sources, io)) {
    return undefined;
  }
  const chosen = await chooseProvider(sources, io);
  if (!chosen.ok) {
    return chosen;
  }
  const config = options.offline ? withoutNetwork(chosen.config) : chosen.config;
  const notLocal = options.offline ? whyNotOffline(config) : undefined;
  if (notLocal !== undefined) {
    return failed(notLocal);
  }
  const context = explainContext(config);
  const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home), memory);
  if (!resolved.ok) {
    // A misspelt key may well be why this one can't be found.
    const unknown = explainUnknownKeys(config.file, config.warnings);
    if (unknown !== undefined) {
      io.stderr.write(`warning: ${unknown}\n`);
    }
    return failed(explain(resolved.error, context));
  }

  const output = createHumanOutput({
    stdout: toSink(io.stdout),
    stderr: toSink(io.stderr),
    color: options.color,
    ...terminalFacts(io.env),
    showReasoning: !config.hideAgentReasoning && config.showRawAgentReasoning !== false,
    streamToStdout: options.stream,
    explain: (error: LeatError) => explain(error, context),
  });
  const opened = await openWatch({ ...options, traffic }, { config, home, endpoint: resolved.endpoint }, io);
  if (!opened.ok) {
    return failed(opened.explanation);
  }
  const { watch } = opened;
  const { offline } = options;
  const conversation = openConversation(
    {
      config,
      home,
      memory,
      cwd,
      repositoryRoot,
      endpoint: resolved.endpoint,
      offline,
      isDraft: isEarly,
      ...watch.line,
    },
    io,
  );
  if (!conversation.ok) {
    watch.close();
    return failed(explain(conversation.error, context));
  }
  watch.begin({ session: conversation.session.id, config, cwd, offline });
  const emit = (event: AgentEvent) => {
    watch.see(event);
    conversation.see(event);
    if (isShown(event, options.verbose)) {
      output.handle(event);
    }
  };
  const explainError = (error: LeatError) => explain(error, context);
  return { ok: true, options, config, output, watch, conversation, explain: explainError, emit };
}

/** That something was read ahead is for those who ask, and that it could not be is in the log. */
function isShown(event: AgentEvent, verbose: boolean): boolean {
  const isPrewarm = event.type === "notice" && event.notice.kind === "prewarmed";
  return !isPrewarm || (verbose && event.notice.end !== "failed");
}

async function runPrompt(prompt: string, prepared: Prepared, io: Io): Promise<number> {
  const { options, config, output, watch, conversation, emit } = prepared;
  const { dependencies } = conversation;
  const { offline } = options;
  const unbegun = conversation.begin();
  if (unbegun !== undefined) {
    watch.close();
    await conversation.close();
    return fail(io, prepared.explain(unbegun));
  }
  try {
    const standIn = await findStandIn(conversation, io.env["PATH"]);
    const facts = headerFacts(config, conversation, { standIn, addDirs: options.addDirs, offline });
    output.header(facts, prompt);
    const end = await runTurn(prompt, {
      ...dependencies,
      openSandbox: watch.watchSandbox(dependencies.openSandbox),
      // The policy of exec is never to ask.
      approve: async () => "deny",
      emit,
      signal: io.interrupt,
      now: () => performance.now(),
    });
    const left = dependencies.tools.running();
    if (left.length > 0) {
      const commands = left.map(({ command }) => command);
      emit({ type: "notice", notice: { kind: "background-ended", commands } });
    }
    output.finish();
    const unwritten = writeLastMessage(options.outputLastMessage, end.lastMessage, io);
    return unwritten === undefined ? exitCodeOf(end) : fail(io, unwritten);
  } catch (error) {
    watch.crashed(error);
    throw error;
  } finally {
    watch.close();
    await conversation.close();
  }
}

function configFlags(options: ExecOptions): ConfigFlags {
  return {
    // Nobody is there to be asked.
    approvalPolicy: "never",
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.sandbox === undefined ? {} : { sandboxMode: options.sandbox }),
  };
}
