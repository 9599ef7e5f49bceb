import type { HistoryItem, SessionError, TokenUsage } from "../protocol/index.ts";
import {
  compactedLine,
  eventLine,
  type RolloutLine,
  type TurnFacts,
  textOf,
  turnLine,
  usageLine,
} from "./codex-lines.ts";
import type { GitFacts } from "./git-facts.ts";
import { createSessionId } from "./identifier.ts";
import { createRolloutFile, type RolloutFile, rolloutPath } from "./rollout.ts";

/** A conversation: its history in memory and, line by line, on disk. History is append-only. */
export interface Session {
  readonly id: string;
  /** Absolute path of the rollout file. */
  readonly path: string;
  readonly items: readonly HistoryItem[];
  /** All that the user has said, also what has been summed up since. */
  readonly userTexts: readonly string[];
  /** Writes what there is so far, where the session was opened as a draft. */
  begin(): SessionError | undefined;
  /** Keeps the item and writes it before it returns: what was returned survives a kill. */
  append(item: HistoryItem): SessionError | undefined;
  /** The same for what no one said: instructions and facts at the head of the history. */
  appendContext(item: HistoryItem): SessionError | undefined;
  /** Begins a new history in place of the present one, which stays in the file as it is. */
  compact(items: readonly HistoryItem[], summary: string): SessionError | undefined;
  /** Notes for whoever reads the file; they are no part of the history. */
  recordTurn(facts: TurnFacts): SessionError | undefined;
  recordUsage(
    total: TokenUsage,
    last: TokenUsage,
    contextWindow: number | undefined,
  ): SessionError | undefined;
  recordInterruption(): SessionError | undefined;
  close(): void;
}

export interface SessionOptions {
  /** Codex's home; the file goes under `sessions/`. */
  readonly home: string;
  readonly cwd: string;
  readonly originator: string;
  readonly version: string;
  readonly userInstructions: string | undefined;
  readonly git: GitFacts | undefined;
  readonly now: () => Date;
  /** The file is written with `begin` only: until then nothing tells of a session that may come to nothing. */
  readonly isDraft?: boolean;
}

export type OpenedSession =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly error: SessionError };

export function createSession(options: SessionOptions): OpenedSession {
  const session = openDraft(options);
  const error = options.isDraft === true ? undefined : session.begin();
  return error === undefined ? { ok: true, session } : { ok: false, error };
}

function openDraft(options: SessionOptions): Session {
  const { home, now } = options;
  const started = now();
  const id = createSessionId(started.getTime());
  let items: HistoryItem[] = [];
  const userTexts: string[] = [];
  let file: RolloutFile | undefined;
  /** What a draft would have written by now. */
  const waiting: { readonly line: RolloutLine; readonly time: Date }[] = [];
  const write = (line: RolloutLine): SessionError | undefined => {
    if (file === undefined) {
      waiting.push({ line, time: now() });
      return undefined;
    }
    try {
      file.write(line, now());
      return undefined;
    } catch (error) {
      return sessionError(file.path, error);
    }
  };
  const appendItem = (item: HistoryItem): SessionError | undefined => {
    items.push(item);
    return write({ type: "response_item", payload: item });
  };
  return {
    id,
    path: rolloutPath(home, id, started),
    begin() {
      if (file !== undefined) {
        return undefined;
      }
      let created: RolloutFile | undefined;
      try {
        created = createRolloutFile(home, id, started);
        created.write(metaLine(id, started, options), started);
        for (const { line, time } of waiting.splice(0)) {
          created.write(line, time);
        }
        file = created;
        return undefined;
      } catch (error) {
        created?.close();
        return sessionError(home, error);
      }
    },
    get items() {
      return items;
    },
    userTexts,
    append(item) {
      const event = eventLine(item);
      if (item.type === "message" && item.role === "user") {
        userTexts.push(textOf(item));
      }
      return appendItem(item) ?? (event === undefined ? undefined : write(event));
    },
    appendContext: appendItem,
    compact(newItems, summary) {
      items = [...newItems];
      return write(compactedLine(items, summary));
    },
    recordTurn: (facts) => write(turnLine(facts)),
    recordUsage: (total, last, contextWindow) => write(usageLine(total, last, contextWindow)),
    recordInterruption: () =>
      write({ type: "event_msg", payload: { type: "turn_aborted", reason: "interrupted" } }),
    close: () => file?.close(),
  };
}

function metaLine(id: string, started: Date, options: SessionOptions): RolloutLine {
  return {
    type: "session_meta",
    payload: {
      id,
      timestamp: started.toISOString(),
      cwd: options.cwd,
      originator: options.originator,
      cli_version: options.version,
      instructions: options.userInstructions ?? null,
      ...(options.git === undefined ? {} : { git: options.git }),
    },
  };
}

function sessionError(path: string, error: unknown): SessionError {
  return { kind: "session", path, reason: error instanceof Error ? error.message : String(error) };
}
