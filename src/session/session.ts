import type { HistoryItem, SessionError } from "../protocol/index.ts";
import type { GitFacts } from "./git-facts.ts";
import { createSessionId } from "./identifier.ts";
import { createRolloutFile, type RolloutEvent, type RolloutFile, type TurnContext } from "./rollout.ts";

/** A conversation: its history in memory and, line by line, on disk. History is append-only. */
export interface Session {
  readonly id: string;
  /** Absolute path of the rollout file. */
  readonly path: string;
  readonly items: readonly HistoryItem[];
  /** Keeps the item and writes it before it returns: what was returned survives a kill. */
  append(item: HistoryItem): SessionError | undefined;
  recordEvent(event: RolloutEvent): SessionError | undefined;
  recordTurnContext(context: TurnContext): SessionError | undefined;
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
}

export type OpenedSession =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly error: SessionError };

export function createSession(options: SessionOptions): OpenedSession {
  const started = options.now();
  const id = createSessionId(started.getTime());
  let file: RolloutFile | undefined;
  try {
    file = createRolloutFile(options.home, id, started);
    file.write(
      {
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
      },
      started,
    );
  } catch (error) {
    file?.close();
    return { ok: false, error: sessionError(options.home, error) };
  }
  return { ok: true, session: openSession(id, file, options.now) };
}

function openSession(id: string, file: RolloutFile, now: () => Date): Session {
  const items: HistoryItem[] = [];
  const write = (line: Parameters<RolloutFile["write"]>[0]): SessionError | undefined => {
    try {
      file.write(line, now());
      return undefined;
    } catch (error) {
      return sessionError(file.path, error);
    }
  };
  return {
    id,
    path: file.path,
    items,
    append(item) {
      items.push(item);
      return write({ type: "response_item", payload: item });
    },
    recordEvent: (payload) => write({ type: "event_msg", payload }),
    recordTurnContext: (payload) => write({ type: "turn_context", payload }),
    close: () => file.close(),
  };
}

function sessionError(path: string, error: unknown): SessionError {
  return { kind: "session", path, reason: error instanceof Error ? error.message : String(error) };
}
