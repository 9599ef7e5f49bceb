/**
 * What may stand on the command line, as one table. The parser, the help texts and the hints derive from it,
 * and shell completion can.
 */
export interface CommandSpec {
  /** One word, or two with a space between them. */
  readonly name: CommandName;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** Name of the one positional argument, where there is one. */
  readonly argument?: { readonly name: string; readonly summary: string; readonly required?: true };
  /** Words for the command itself to read: from the first on, or from `--`, nothing is an option of ours. */
  readonly commandLine?: { readonly name: string; readonly summary: string; readonly optional?: true };
  readonly options: readonly OptionSpec[];
}

export type CommandName =
  | "exec"
  | "models"
  | "models pull"
  | "models load"
  | "models unload"
  | "stats"
  | "doctor"
  | "bench"
  | "apply-patch"
  | "sandbox"
  | "undo"
  | "demo"
  | "practice"
  | "debug decode";

export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in the help; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** May be given more than once; all values count, in order. */
  readonly repeats?: true;
  /** Options that can't stand beside it. */
  readonly conflicts?: readonly string[];
  /** Understood, but not in the help: another spelling. */
  readonly hidden?: true;
}

/** May also stand before the command's name; such values come first, so that a later one wins. */
export const overrideOption: OptionSpec = {
  name: "config",
  short: "c",
  value: "<key=value>",
  summary: "override a value of config.toml; repeatable",
  repeats: true,
};

const addDirOption: OptionSpec = {
  name: "add-dir",
  value: "<dir>",
  summary: "a further directory that may be written to, in workspace-write; repeatable",
  repeats: true,
};

const sandboxModes = ["read-only", "workspace-write", "danger-full-access"] as const;
const colorChoices = ["always", "never", "auto"] as const;
const splits = ["given", "whole", "bytes"] as const;
const practiceFaces = ["ollama", "lmstudio", "llamacpp", "vllm"] as const;
const localProviders = ["lmstudio", "ollama", "llamacpp"] as const;
const demoPaces = ["human", "full"] as const;

const sandboxOption: OptionSpec = {
  name: "sandbox",
  short: "s",
  value: "<mode>",
  summary: "what commands may touch",
  choices: sandboxModes,
};
const directoryOption: OptionSpec = {
  name: "cd",
  short: "C",
  value: "<dir>",
  summary: "the directory to work in",
};
const profileOption: OptionSpec = {
  name: "profile",
  short: "p",
  value: "<name>",
  summary: "the profile of config.toml to use",
};
const modelServerOption: OptionSpec = {
  name: "provider",
  value: "<id>",
  summary: "the server to ask; else the one in force, or one on this machine",
};
const modelCommandOptions = [overrideOption, profileOption, modelServerOption];
const fullAutoOption: OptionSpec = {
  name: "full-auto",
  summary: "the same as --sandbox workspace-write",
  conflicts: ["sandbox"],
};

export const commands: readonly CommandSpec[] = [
  {
    name: "exec",
    aliases: ["e"],
    summary: "run one prompt to its end, without asking; progress on stderr, the answer on stdout",
    argument: { name: "prompt", summary: "what to do; `-` or none reads it from stdin" },
    options: [
      overrideOption,
      {
        name: "model",
        short: "m",
        value: "<model>",
        summary: "the model to ask; a part of its name will do on this machine",
      },
      { name: "oss", summary: "use a local server (oss_provider, else Ollama), and get a missing model" },
      {
        name: "local-provider",
        value: "<server>",
        summary: "the server of --oss, which it implies",
        choices: localProviders,
      },
      profileOption,
      sandboxOption,
      directoryOption,
      addDirOption,
      fullAutoOption,
      {
        name: "dangerously-bypass-approvals-and-sandbox",
        summary: "run commands without any protection (also --yolo)",
        conflicts: ["sandbox", "full-auto"],
      },
      { name: "yolo", summary: "", conflicts: ["sandbox", "full-auto"], hidden: true },
      { name: "skip-git-repo-check", summary: "work outside a git repository, too" },
      { name: "color", value: "<when>", summary: "colours in the output", choices: colorChoices },
      { name: "stream", summary: "send all answer text live to stdout, also when it is piped" },
      {
        name: "output-last-message",
        short: "o",
        value: "<file>",
        summary: "write the model's last message to this file",
      },
      {
        name: "record",
        value: "<dir>",
        summary: "write each request and its answer into this folder, without keys",
      },
      { name: "offline", summary: "contact nothing but this machine, and give commands no network" },
      { name: "verbose", short: "v", summary: "list at the end which hosts were contacted" },
    ],
  },
  {
    name: "models",
    aliases: [],
    summary:
      "list the models of the servers on this machine and of the provider in force, with what they can do",
    options: [
      overrideOption,
      profileOption,
      { name: "provider", value: "<id>", summary: "ask this provider alone" },
      { name: "json", summary: "print everything the servers tell, as JSON" },
    ],
  },
  {
    name: "models pull",
    aliases: [],
    summary: "have Ollama or LM Studio fetch a model; once more goes on where it stopped",
    argument: {
      name: "name",
      summary: "as the server's library spells it: gpt-oss:20b, openai/gpt-oss-20b",
      required: true,
    },
    options: modelCommandOptions,
  },
  {
    name: "models load",
    aliases: [],
    summary: "load a model into the memory of its server, ahead of the first question",
    argument: { name: "name", summary: "its name, or a part that only it has", required: true },
    options: modelCommandOptions,
  },
  {
    name: "models unload",
    aliases: [],
    summary: "take a model out of the memory of its server",
    argument: { name: "name", summary: "its name, or a part that only it has", required: true },
    options: modelCommandOptions,
  },
  {
    name: "stats",
    aliases: [],
    summary: "show how fast each model has been: first token, prefill, decode, over time",
    options: [
      { name: "model", short: "m", value: "<model>", summary: "this model alone" },
      { name: "provider", value: "<id>", summary: "this provider alone" },
      { name: "days", value: "<n>", summary: "the last n days alone" },
      { name: "json", summary: "print the figures as JSON", conflicts: ["html"] },
      { name: "html", value: "<file>", summary: "write a page with plots into this file" },
    ],
  },
  {
    name: "doctor",
    aliases: [],
    summary:
      "check the installation, the configuration, the servers and the model in force; says what to change",
    options: [
      overrideOption,
      profileOption,
      { name: "provider", value: "<id>", summary: "check this provider alone, also one elsewhere" },
      { name: "quick", summary: "ask the model nothing" },
      { name: "json", summary: "print the report as JSON" },
    ],
  },
  {
    name: "bench",
    aliases: [],
    summary: "measure how fast models read and write, cold and warm, side by side",
    options: [
      overrideOption,
      profileOption,
      {
        name: "model",
        short: "m",
        value: "<model>",
        summary: "a model to measure, or several with commas between; repeatable",
        repeats: true,
      },
      { name: "provider", value: "<id>", summary: "ask this provider" },
      {
        name: "sizes",
        value: "<list>",
        summary: "prompt sizes in tokens (default 1k,8k,32k; what takes over 5 minutes only if named)",
        repeats: true,
      },
      { name: "runs", value: "<n>", summary: "measure each size so often and take the middle (default 1)" },
      { name: "json", summary: "print every figure as JSON" },
    ],
  },
  {
    name: "undo",
    aliases: [],
    summary: "put the files that the last turn changed back to what they were",
    argument: { name: "number", summary: "undo this entry of --list instead, and no other" },
    options: [
      { name: "list", summary: "list what can be undone, the newest first", conflicts: ["force", "redo"] },
      {
        name: "force",
        summary: "also restore files that were changed after the turn; what is there is saved",
      },
      { name: "redo", summary: "undo the last undo" },
      { name: "cd", short: "C", value: "<dir>", summary: "the directory the turn worked in" },
    ],
  },
  {
    name: "sandbox",
    aliases: ["sandbox linux", "sandbox macos", "debug landlock", "debug seatbelt"],
    summary: "run a command as the agent's are run, confined; its streams and exit code are passed through",
    commandLine: { name: "command", summary: "program and arguments; -- before it if it begins with a dash" },
    options: [overrideOption, profileOption, sandboxOption, directoryOption, addDirOption, fullAutoOption],
  },
  {
    name: "apply-patch",
    aliases: [],
    summary: "apply a patch in Codex's format to the files here; nothing confines it",
    commandLine: { name: "patch", summary: "the whole patch; none reads it from stdin", optional: true },
    options: [],
  },
  {
    name: "demo",
    aliases: [],
    summary: "watch leat mend a failing test in a temporary project, with the practice model",
    options: [
      { name: "pace", value: "<pace>", summary: "how fast the practice model speaks", choices: demoPaces },
    ],
  },
  {
    name: "practice",
    aliases: [],
    summary: "run the practice model, a script behind a real server on loopback, until Ctrl-C",
    options: [
      { name: "port", value: "<n>", summary: "the port to listen on (default 5328, 0 for any free one)" },
      { name: "script", value: "<file>", summary: "replies to give, as JSON (docs/practice.md)" },
      { name: "pace", value: "<pace>", summary: "human, full, or tokens per second" },
      {
        name: "as",
        value: "<server>",
        summary: "answer like this server to who asks",
        choices: practiceFaces,
      },
      { name: "prefill", value: "<tokens/s>", summary: "how fast prompts are read" },
      { name: "slots", value: "<n>", summary: "requests answered at a time, each with a cache (default 1)" },
      {
        name: "load",
        value: "<seconds>",
        summary: "the model is not loaded at first; this is how long it takes",
      },
      { name: "window", value: "<tokens>", summary: "tokens a request may have" },
      {
        name: "also",
        value: "<model>",
        summary: "a further model on disk, not loaded; repeatable",
        repeats: true,
      },
      { name: "slot-save-path", value: "<dir>", summary: "where llama.cpp's slots are saved" },
    ],
  },
  {
    name: "debug decode",
    aliases: [],
    summary: "replay a recorded answer through the real client and print what leat makes of it, as JSON",
    argument: {
      name: "file",
      summary: "a recording of exec --record, or an answer's raw bytes",
      required: true,
    },
    options: [
      { name: "split", value: "<how>", summary: "how to cut the bytes (default given)", choices: splits },
      {
        name: "tool",
        value: "<name>",
        summary: "offer this tool; raw bytes do not tell what was offered; repeatable",
        repeats: true,
      },
    ],
  },
];
