import type {
  ApprovalPolicy,
  HistoryItem,
  ReasoningItem,
  SandboxMode,
  TokenUsage,
} from "../protocol/index.ts";
import type { GitFacts } from "./git-facts.ts";

/**
 * The lines of a rollout file, in Codex's format (September 2025), so that either program can read the other's
 * sessions. This file alone knows how Codex spells things.
 */
export type RolloutLine =
  | { readonly type: "session_meta"; readonly payload: SessionMeta }
  | { readonly type: "response_item"; readonly payload: HistoryItem }
  | { readonly type: "event_msg"; readonly payload: RolloutEvent }
  | { readonly type: "turn_context"; readonly payload: TurnContext }
  | { readonly type: "compacted"; readonly payload: Compacted };

/** Codex of 2025 makes the new history from the message; the later ones, and leat, take it as it stands. */
interface Compacted {
  readonly message: string;
  readonly replacement_history: readonly HistoryItem[];
}

interface SessionMeta {
  readonly id: string;
  readonly timestamp: string;
  readonly cwd: string;
  readonly originator: string;
  readonly cli_version: string;
  readonly instructions: string | null;
  readonly git?: GitFacts;
}

/** Events Codex replays to its screen when it resumes a session. */
type RolloutEvent =
  | { readonly type: "user_message"; readonly message: string; readonly kind: "plain" }
  | { readonly type: "agent_message"; readonly message: string }
  | { readonly type: "agent_reasoning"; readonly text: string }
  | { readonly type: "agent_reasoning_raw_content"; readonly text: string }
  | { readonly type: "token_count"; readonly info: TokenCountInfo; readonly rate_limits: null }
  | { readonly type: "turn_aborted"; readonly reason: "interrupted" };

interface TokenCountInfo {
  readonly total_token_usage: RolloutUsage;
  readonly last_token_usage: RolloutUsage;
  readonly model_context_window: number | null;
}

interface RolloutUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_output_tokens: number;
  readonly total_tokens: number;
}

interface TurnContext {
  readonly cwd: string;
  readonly approval_policy: string;
  readonly sandbox_policy: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly summary: "auto";
}

/** Under what conditions the next request is made. */
export interface TurnFacts {
  readonly cwd: string;
  readonly model: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxMode: SandboxMode;
  readonly workspaceWrite: {
    /** The configured ones only. */
    readonly writableRoots: readonly string[];
    readonly networkAccess: boolean;
    readonly excludeTmpdirEnvVar: boolean;
    readonly excludeSlashTmp: boolean;
  };
}

export function turnLine(facts: TurnFacts): RolloutLine {
  const { writableRoots, networkAccess, excludeTmpdirEnvVar, excludeSlashTmp } = facts.workspaceWrite;
  const limits = {
    writable_roots: writableRoots,
    network_access: networkAccess,
    exclude_tmpdir_env_var: excludeTmpdirEnvVar,
    exclude_slash_tmp: excludeSlashTmp,
  };
  return {
    type: "turn_context",
    payload: {
      cwd: facts.cwd,
      approval_policy: facts.approvalPolicy,
      sandbox_policy: {
        mode: facts.sandboxMode,
        ...(facts.sandboxMode === "workspace-write" ? limits : {}),
      },
      model: facts.model,
      summary: "auto",
    },
  };
}

/** Beside the item itself: the event from which Codex rebuilds its screen. */
export function eventLine(item: HistoryItem): RolloutLine | undefined {
  switch (item.type) {
    case "message":
      return {
        type: "event_msg",
        payload:
          item.role === "user"
            ? { type: "user_message", message: textOf(item), kind: "plain" }
            : { type: "agent_message", message: textOf(item) },
      };
    case "reasoning":
      return reasoningLine(item);
    case "function_call":
    case "function_call_output":
      return undefined;
    default:
      return item satisfies never;
  }
}

/** Full text and summary go by different names; what is sealed has nothing to show. */
function reasoningLine({ content, summary }: ReasoningItem): RolloutLine | undefined {
  if (content.length > 0) {
    const text = content.map((part) => part.text).join("");
    return { type: "event_msg", payload: { type: "agent_reasoning_raw_content", text } };
  }
  if (summary.length > 0) {
    const text = summary.map((part) => part.text).join("\n\n");
    return { type: "event_msg", payload: { type: "agent_reasoning", text } };
  }
  return undefined;
}

export function compactedLine(items: readonly HistoryItem[], summary: string): RolloutLine {
  return { type: "compacted", payload: { message: summary, replacement_history: items } };
}

/** Codex's format has no unknown counts: they are written as 0. */
export function usageLine(
  total: TokenUsage,
  last: TokenUsage,
  contextWindow: number | undefined,
): RolloutLine {
  return {
    type: "event_msg",
    payload: {
      type: "token_count",
      info: {
        total_token_usage: toRollout(total),
        last_token_usage: toRollout(last),
        model_context_window: contextWindow ?? null,
      },
      rate_limits: null,
    },
  };
}

function toRollout(usage: TokenUsage): RolloutUsage {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  return {
    input_tokens: input,
    cached_input_tokens: usage.cachedInputTokens ?? 0,
    output_tokens: output,
    reasoning_output_tokens: usage.reasoningTokens ?? 0,
    total_tokens: usage.totalTokens ?? input + output,
  };
}

export function textOf(item: {
  readonly content: readonly ({ readonly text: string } | { readonly type: "input_image" })[];
}): string {
  return item.content.map((part) => ("text" in part ? part.text : "")).join("");
}
