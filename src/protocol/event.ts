import type { CacheMiss, ContextTruncation, WindowLearnt } from "./context.ts";
import type { ConfigError, LeatError, ModelError, SandboxError } from "./error.ts";
import type { HistoryItem } from "./item.ts";
import type { SandboxDenial } from "./sandbox-denial.ts";
import type { SandboxTier } from "./sandbox-tier.ts";
import type { SnapshotObstacle } from "./undo.ts";
import type { ContextFill, ResponseTiming, TokenUsage } from "./usage.ts";

/**
 * AgentEvent: everything a front end (exec, TUI, MCP server) learns about a running turn.
 * Deltas carry the delta only. Text is as the model or the command wrote it: a front end makes control
 * characters harmless before it shows them.
 */
export type AgentEvent =
  | { readonly type: "turn-started" }
  /** A request left; until the next event the server is loading, queueing or reading the prompt. */
  | { readonly type: "request-started"; readonly number: number }
  /** What the server does before it answers, as far as it tells; only changes are told. */
  | { readonly type: "server-state"; readonly state: ServerState }
  | { readonly type: "prefill-progress"; readonly progress: PrefillProgress }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "text-delta"; readonly text: string }
  /** A tool call is being written: so many characters more. It is shown when it is whole. */
  | { readonly type: "call-delta"; readonly characters: number }
  /** `text`, shown before as the other kind, was thinking or answer in truth. */
  | { readonly type: "response-reclassified"; readonly as: "reasoning" | "text"; readonly text: string }
  /** The stream broke; what was shown of this response is void, and a new attempt follows. */
  | { readonly type: "response-discarded" }
  | { readonly type: "item-completed"; readonly item: HistoryItem }
  | {
      readonly type: "response-completed";
      readonly usage: TokenUsage;
      readonly timing: ResponseTiming;
      /** What the next prompt would hold if nothing came to it. */
      readonly context: ContextFill;
    }
  /** The conversation comes near the end of the context window, or beyond: the model is asked to sum it up. */
  | {
      readonly type: "compaction-started";
      /** `overflow`: the server has refused the prompt as too long. */
      readonly cause: "limit" | "overflow";
      readonly fill: ContextFill;
    }
  /** A new prompt begins, with the summary; both in tokens. */
  | { readonly type: "compaction-ended"; readonly before: number; readonly after: number }
  | { readonly type: "tool-started"; readonly callId: string; readonly action: ToolAction }
  | { readonly type: "tool-output-delta"; readonly callId: string; readonly text: string }
  | {
      readonly type: "tool-ended";
      readonly callId: string;
      readonly action: ToolAction;
      readonly result: ToolOutcome;
      readonly durationMs: number;
    }
  | { readonly type: "notice"; readonly notice: Notice }
  | { readonly type: "turn-ended"; readonly end: TurnEnd };

export type ServerState =
  /** `orReading`: or its first prompt is being read already; the server does not tell the two apart (Ollama). */
  | { readonly kind: "loading"; readonly model: string; readonly orReading?: true }
  /** All it can work on at a time are at work. */
  | { readonly kind: "queued"; readonly slots: number }
  /** Nothing stands before the prompt any more. */
  | { readonly kind: "reading" };

/** Tokens of the prompt: `processed` includes `cached`. */
export interface PrefillProgress {
  readonly processed: number;
  readonly total: number;
  readonly cached?: number;
  readonly elapsedMs?: number;
  /** Not the server's word, but what can be expected of its speed until now. */
  readonly isEstimate?: true;
}

/** What a tool call is about to do, in the terms a person would use. */
export type ToolAction =
  | { readonly kind: "command"; readonly command: string; readonly cwd: string }
  | { readonly kind: "read"; readonly path: string; readonly firstLine?: number; readonly lineCount?: number }
  | { readonly kind: "edit"; readonly paths: readonly string[] }
  /** Without `pattern`: files by their names. */
  | { readonly kind: "search"; readonly pattern?: string; readonly path?: string; readonly glob?: string }
  /** What came of a command in the background since it was last asked; `command` where the id is known. */
  | { readonly kind: "poll"; readonly id: string; readonly command?: string; readonly stop: boolean }
  | { readonly kind: "image"; readonly path: string }
  | { readonly kind: "plan" }
  /** A call no tool could be found for, or whose arguments can't be read. */
  | { readonly kind: "invalid"; readonly name: string };

export type ToolOutcome =
  | {
      readonly kind: "command-exited";
      readonly exitCode: number;
      readonly output: string;
      /** Of all it printed; set where `output` is not all of it. */
      readonly totalLines?: number;
      readonly timedOut: boolean;
      /** What the sandbox kept it from, where that is certain. */
      readonly denials?: readonly SandboxDenial[];
    }
  /** It goes on in the background; `output` is what came since it was last asked. */
  | { readonly kind: "command-running"; readonly id: string; readonly output: string }
  /** It ran in the background, and the model had it ended. */
  | { readonly kind: "command-stopped"; readonly output: string }
  | { readonly kind: "file-read"; readonly lines: number; readonly totalLines: number }
  /** `atLeast`: there are more than could be counted. */
  | {
      readonly kind: "found";
      readonly what: "matches" | "files";
      readonly count: number;
      readonly atLeast: boolean;
    }
  | { readonly kind: "image-shown"; readonly format: string; readonly bytes: number }
  | { readonly kind: "files-changed"; readonly changes: readonly FileChange[] }
  | { readonly kind: "plan-updated"; readonly plan: Plan }
  /** The call did not do its work; `message` is what the model is told. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "aborted" };

export interface FileChange {
  readonly path: string;
  readonly change: "add" | "update" | "delete";
  readonly movedTo?: string;
  /** Unified diff with three lines of context and without the file header. */
  readonly diff: string;
}

export interface Plan {
  readonly explanation?: string;
  readonly steps: readonly {
    readonly step: string;
    readonly status: "pending" | "in_progress" | "completed";
  }[];
}

/** `cut`: the real request came; what was read by then stays read. Tokens: what the server told by then. */
export type PrewarmEnd =
  | { readonly end: "read"; readonly tokens?: number; readonly cached?: number }
  | { readonly end: "cut"; readonly tokens?: number; readonly total?: number }
  | { readonly end: "failed"; readonly error: ModelError };

/** Something the user must know though the turn goes on. */
export type Notice =
  | {
      readonly kind: "retry";
      /** `request`: no answer had begun. `stream`: the answer broke off. */
      readonly layer: "request" | "stream";
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly delayMs: number;
      readonly error: ModelError;
    }
  /** The server is loading the model; it is asked again until that is done. Told once. */
  | { readonly kind: "model-loading"; readonly error: ModelError }
  /** The server refused a request parameter; it is left out from now on for this endpoint. */
  | { readonly kind: "parameter-dropped"; readonly parameter: string }
  /** The server refused how a request was put; it is put another way from now on. */
  | { readonly kind: "dialect-learnt"; readonly lesson: DialectLesson }
  /** The server does not speak the configured API, or not for this model: it is asked in the other one. */
  | {
      readonly kind: "api-changed";
      readonly from: "chat" | "responses";
      readonly to: "chat" | "responses";
      readonly error: ModelError;
    }
  /** All slots of the server are used by other leat sessions; this one waits for its turn. Told once a turn. */
  | { readonly kind: "slot-queued"; readonly slots: number; readonly holders: readonly number[] }
  /** The beginning of the prompt was read by the server before it was needed. Shown only to those who ask for details. */
  | ({ readonly kind: "prewarmed"; readonly elapsedMs: number } & PrewarmEnd)
  /** The server was asked how much the model holds as it runs. */
  | ({ readonly kind: "window-learnt" } & WindowLearnt)
  /** The server has read less than was sent: it cut the prompt without a word. Told again only when far more is cut. */
  | ({ readonly kind: "context-truncated" } & ContextTruncation)
  /** The server read anew what it had read before. Once a session for each cause. */
  | ({
      readonly kind: "cache-missed";
      /** What the server has taught since the request before, by which requests are put another way. */
      readonly lesson?: DialectLesson | "parameter-dropped" | "api-changed";
    } & CacheMiss)
  /** The model stopped at its output limit; what came so far is kept. */
  | { readonly kind: "output-truncated" }
  | { readonly kind: "content-filtered" }
  /** There is a mistake in the user's rules: none of them allows anything until it is mended. */
  | { readonly kind: "rules-unreadable"; readonly error: ConfigError }
  /** A rule could not be written down; it counts for this session only. */
  | { readonly kind: "rule-not-kept"; readonly error: ConfigError }
  /** What the turn changes can't be undone by `leat undo`. Told once a turn. */
  | { readonly kind: "no-snapshot"; readonly reason: SnapshotObstacle }
  /** Commands will be refused when the model asks for one: said early, while nothing is lost by stopping. */
  | { readonly kind: "sandbox-missing"; readonly error: SandboxError }
  /** Commands are confined by something else than the header led to expect. */
  | { readonly kind: "sandbox-replaced"; readonly tier: SandboxTier }
  /** The arguments of a call were mended, where only one reading was possible. */
  | { readonly kind: "arguments-repaired"; readonly name: string; readonly repairs: readonly string[] }
  /** Two calls in a row had arguments that can't be used: the model is asked for them alone, in a request of its own. */
  | { readonly kind: "arguments-asked"; readonly name: string }
  /** Events of the stream that were no JSON and were passed over. */
  | { readonly kind: "unreadable-events"; readonly count: number }
  /** The model ended without an answer and is told to go on, once in a turn. */
  | { readonly kind: "empty-answer" }
  /** Commands that the model had left running in the background; they end with the session. */
  | { readonly kind: "background-ended"; readonly commands: readonly string[] }
  /** Calls of which not even the name could be read. */
  | { readonly kind: "nameless-calls"; readonly count: number }
  /**
   * The same call with the same result, for the `count`-th time. `hinted`: the model is told to do something else.
   * `refused`: the call is not run.
   */
  | {
      readonly kind: "repeated-call";
      readonly name: string;
      readonly count: number;
      readonly step: "noticed" | "hinted" | "refused";
    }
  /** So many different calls have failed with the same error: the model is told to take another way. */
  | { readonly kind: "repeated-error"; readonly count: number }
  /** `unit` came again and again without end: the answer was cut off, and the model is told to go on. */
  | {
      readonly kind: "repeated-text";
      readonly place: "reasoning" | "text" | "arguments";
      readonly unit: string;
    }
  /** The budget for thinking is spent: it was cut off after about so many tokens, and the model is asked to answer. */
  | { readonly kind: "reasoning-cut"; readonly tokens: number }
  /** The answer ends with a step that was announced and not taken. `told`: the model is told to take it, once in a turn. */
  | { readonly kind: "unfinished-answer"; readonly step: "told" | "left" };

export type DialectLesson =
  | "system-role-refused"
  | "roles-must-alternate"
  | "tools-not-streamed"
  | "tools-in-prompt"
  | "reasoning-replayed"
  | "reasoning-not-replayed"
  | "max-tokens-renamed"
  | "call-ids-rewritten"
  | "results-named"
  | "text-beside-calls-left-out"
  | "calls-one-by-one"
  | "reasoning-sealed"
  | "null-content-refused"
  | "content-parts-refused"
  | "content-strings-refused";

export type TurnEnd =
  | {
      readonly type: "completed";
      readonly lastMessage: string | null;
      readonly usage: TokenUsage;
      readonly guard?: GuardCounts;
    }
  | { readonly type: "interrupted"; readonly lastMessage: string | null; readonly guard?: GuardCounts }
  | {
      readonly type: "failed";
      readonly error: LeatError;
      readonly lastMessage: string | null;
      readonly guard?: GuardCounts;
    };

/** How often the loop guard stepped in during a turn; what is absent did not happen. */
export interface GuardCounts {
  /** Calls that were told of, to the user or to the model, and calls that were not run. */
  readonly repeatedCalls?: number;
  readonly refusedCalls?: number;
  readonly repeatedErrors?: number;
  /** Answers that were cut off because they repeated themselves, or because of too long thinking. */
  readonly repeatedTexts?: number;
  readonly reasoningCuts?: number;
  /** How often the model was told to go on after an answer that was none. */
  readonly nudges?: number;
}
