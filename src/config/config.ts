import type { ApprovalPolicy, EditTool, SandboxMode, ShellEnvironmentPolicy } from "../protocol/index.ts";

/** What the rest of leat reads: every value settled, every path absolute, deeply frozen. */
export interface Config {
  /** The config file's path, whether it exists or not. */
  readonly file: string;
  readonly profile?: string;
  readonly model: string;
  /** Nobody named a model: it is Codex's default, or that of a built-in provider. */
  readonly modelIsDefault: boolean;
  readonly provider: ProviderConfig;
  /** Every provider there is, the chosen one included. */
  readonly providers: readonly KnownProvider[];
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxMode: SandboxMode;
  readonly workspaceWrite: WorkspaceWriteConfig;
  /** What commands and tools may not read; absent: leat's own list. */
  readonly sandboxHiddenPaths?: readonly string[];
  /** The file has a value in it that is a key or may be one. */
  readonly holdsSecrets: boolean;
  readonly shellEnvironment: ShellEnvironmentPolicy;
  readonly tools: ToolsConfig;
  /** Whether the figures of each answer are kept for `leat stats`. */
  readonly stats: boolean;
  /** What `--oss` stands for; absent: Codex's `oss`. */
  readonly ossProvider?: string;
  readonly prewarm: boolean;
  /** Absent: leat's own choice; 0: never asked for. */
  readonly keepModelLoadedMinutes?: number;
  /** Whether what a turn changes is kept for `leat undo`. */
  readonly undo: boolean;
  /** "auto": by the model's family. */
  readonly editTool: EditTool | "auto";
  readonly hideAgentReasoning: boolean;
  /** undefined: not set, which is not the same as false. */
  readonly showRawAgentReasoning: boolean | undefined;
  readonly contextWindow?: number;
  readonly compaction: CompactionConfig;
  readonly generation: GenerationConfig;
  readonly loopGuard: LoopGuardConfig;
  readonly projectDocMaxBytes: number;
  readonly projectDocFallbackFilenames: readonly string[];
  readonly instructionsFile?: string;
  /** The directories whose `trust_level` is "trusted". */
  readonly trustedProjects: readonly string[];
  /** Keys nobody knows. */
  readonly warnings: readonly UnknownKey[];
  /** Keys that are set and would mean something, but leat does nothing with them yet. */
  readonly notYet: readonly string[];
  /** Keys that mean something to Codex and nothing here. */
  readonly codexOnly: readonly string[];
  /** By dotted key: "default", "config.toml:LINE", "profile NAME", "-c", "flag", "env NAME" or "found" (running on this machine). */
  readonly origins: Readonly<Record<string, string>>;
  /** By dotted key, what somebody set, as text for people, without secrets. */
  readonly values: Readonly<Record<string, string>>;
}

/** When and how a conversation is summed up; absent: leat's own way. */
export interface CompactionConfig {
  readonly tokenLimit?: number;
  readonly prompt?: string;
  readonly promptFile?: string;
}

export interface ToolsConfig {
  /** Commands run in a login shell. */
  readonly useLoginShell: boolean;
  /** The most that the model gets of a tool's output, in tokens; absent: by the window. */
  readonly outputTokens?: number;
  /** absent: by the model's name. */
  readonly viewImage?: boolean;
}

/** What the user asked of the model's answers; absent: nothing is sent, and the server decides. */
export interface GenerationConfig {
  readonly reasoningEffort?: string;
  readonly reasoningSummary?: string;
  readonly verbosity?: string;
  readonly maxOutputTokens?: number;
}

export interface LoopGuardConfig {
  readonly repeatedCalls: boolean;
  readonly repeatedText: boolean;
  readonly unfinishedAnswers: boolean;
  /** Tokens; absent: no limit. */
  readonly reasoningBudget?: number;
}

export type WireApi = "chat" | "responses";

/** May hold secrets (`bearerToken`, headers): never log it. */
export interface ProviderConfig {
  readonly id: string;
  readonly name: string;
  readonly baseUrl: string;
  /** The environment variable that holds the key; absent: no key is needed. */
  readonly envKey?: string;
  readonly envKeyInstructions?: string;
  readonly wireApi: WireApi;
  readonly queryParams: Readonly<Record<string, string>>;
  /** Put into the body of every request. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** Names of the headers that carry the session's id; absent: not configured. */
  readonly sessionIdHeaders?: readonly string[];
  readonly httpHeaders: Readonly<Record<string, string>>;
  /** Header name to the environment variable that holds its value. */
  readonly envHttpHeaders: Readonly<Record<string, string>>;
  readonly requestMaxRetries: number;
  readonly streamMaxRetries: number;
  readonly streamIdleTimeoutMs: number;
  /** Nobody set the time-out; it is the default. */
  readonly idleTimeoutIsDefault: boolean;
  readonly requiresOpenaiAuth: boolean;
  /** Absent: where it costs nothing. */
  readonly prewarm?: boolean;
  readonly bearerToken?: string;
}

export interface KnownProvider {
  readonly id: string;
  readonly name: string;
  /** Absent where the user left it out; such a provider can't be chosen. */
  readonly baseUrl?: string;
  /** The configuration has a table for it. */
  readonly isConfigured?: true;
  /** Environment variables that hold its key or its headers: secrets, as far as leat can know. */
  readonly secretVariables: readonly string[];
  /** What stands in the configuration itself where keys are put: never log it. */
  readonly secretValues: readonly string[];
}

export interface WorkspaceWriteConfig {
  readonly writableRoots: readonly string[];
  readonly networkAccess: boolean;
  readonly excludeTmpdirEnvVar: boolean;
  readonly excludeSlashTmp: boolean;
}

export interface UnknownKey {
  readonly key: string;
  /** Absent: it came from `-c`. */
  readonly line?: number;
  readonly nearest?: string;
}

/** What was typed on the command line; it beats everything else. */
export interface ConfigFlags {
  readonly profile?: string;
  readonly model?: string;
  readonly modelProvider?: string;
  readonly sandboxMode?: SandboxMode;
  readonly approvalPolicy?: ApprovalPolicy;
  /** What was found running, in place of a provider and a model that somebody named. */
  readonly found?: FoundProvider;
  /** For what the configuration leaves open: `--oss` brings it along. */
  readonly showRawAgentReasoning?: true;
}

export interface FoundProvider {
  readonly id: string;
  readonly model: string;
  /** Absent: the provider of that id is as it is configured. Else no table of the configuration has that id. */
  readonly table?: { readonly name: string; readonly baseUrl: string };
}
