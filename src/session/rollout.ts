import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HistoryItem } from "../protocol/index.ts";
import type { GitFacts } from "./git-facts.ts";

/**
 * The rollout file: one JSON object a line, in Codex's format (September 2025), so that either program can
 * read the other's sessions. Lines are only ever appended.
 */
type RolloutLine =
  | { readonly type: "session_meta"; readonly payload: SessionMeta }
  | { readonly type: "response_item"; readonly payload: HistoryItem }
  | { readonly type: "event_msg"; readonly payload: RolloutEvent }
  | { readonly type: "turn_context"; readonly payload: TurnContext };

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
export type RolloutEvent =
  | { readonly type: "user_message"; readonly message: string; readonly kind: "plain" }
  | { readonly type: "agent_message"; readonly message: string }
  | { readonly type: "agent_reasoning_raw_content"; readonly text: string }
  | { readonly type: "token_count"; readonly info: TokenCountInfo; readonly rate_limits: null }
  | { readonly type: "turn_aborted"; readonly reason: "interrupted" };

interface TokenCountInfo {
  readonly total_token_usage: RolloutUsage;
  readonly last_token_usage: RolloutUsage;
  readonly model_context_window: number | null;
}

export interface RolloutUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_output_tokens: number;
  readonly total_tokens: number;
}

export interface TurnContext {
  readonly cwd: string;
  readonly approval_policy: string;
  readonly sandbox_policy: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly summary: "auto";
}

export interface RolloutFile {
  readonly path: string;
  /** Throws what the file system says: a full disk must stop the turn, not lose a line. */
  write(line: RolloutLine, now: Date): void;
  close(): void;
}

/** Creates `sessions/YYYY/MM/DD/rollout-…jsonl` under the home; folder and name go by local time, as in Codex. */
export function createRolloutFile(home: string, sessionId: string, now: Date): RolloutFile {
  const path = rolloutPath(home, sessionId, now);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const descriptor = openSync(path, "ax", 0o600);
  /** What a full disk has not taken yet goes out before the next line, so that none is lost or torn in two. */
  let unwritten = Buffer.alloc(0);
  return {
    path,
    write(line, time) {
      const bytes = Buffer.from(`${JSON.stringify({ timestamp: time.toISOString(), ...line })}\n`);
      unwritten = unwritten.length === 0 ? bytes : Buffer.concat([unwritten, bytes]);
      while (unwritten.length > 0) unwritten = unwritten.subarray(writeSync(descriptor, unwritten));
    },
    close() {
      closeSync(descriptor);
    },
  };
}

function rolloutPath(home: string, sessionId: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [year, month, day] = [String(now.getFullYear()), two(now.getMonth() + 1), two(now.getDate())];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("-");
  return join(
    home,
    "sessions",
    year,
    month,
    day,
    `rollout-${year}-${month}-${day}T${time}-${sessionId}.jsonl`,
  );
}
