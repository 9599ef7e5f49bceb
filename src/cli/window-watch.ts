import type { ModelEnd, ModelEvent } from "../wire/index.ts";
import type { WindowQuestion } from "./ask-window.ts";

/** Who knows how much the model holds, as it runs now: the server, asked once a session. */
export interface WindowWatch {
  /** Around each request to the model. */
  during(emit: Emit, ask: (emit: Emit) => Promise<ModelEnd>): Promise<ModelEnd>;
  /** Waits a moment for an answer that is under way. */
  close(): Promise<void>;
}

type Emit = (event: ModelEvent) => void;

export interface WindowWatchOptions extends WindowQuestion {
  /** The window is not configured, and the server is on this machine. */
  readonly isWanted: boolean;
  readonly budget: { readonly window: number | undefined; learnWindow(tokens: number): void };
}

/** A server on this machine has answered by then, or is busy with something else. */
const CLOSE_GRACE_MS = 250;

/**
 * The question leaves when the first answer begins: the request to the model has not waited for it, and a model that had
 * to be loaded first is there with the window it got. A restarted server may have another one, so each session asks.
 */
export function createWindowWatch(options: WindowWatchOptions): WindowWatch {
  const { budget } = options;
  const closing = new AbortController();
  let asking: Promise<void> | undefined;
  let isOpen = options.isWanted;
  /** Told before the next request, so that it does not stand in the middle of an answer. */
  let news: { readonly tokens: number; readonly before?: number } | undefined;

  async function question(): Promise<void> {
    const { askWindow } = await import("./ask-window.ts");
    const tokens = await askWindow({ ...options, signal: closing.signal });
    const before = budget.window;
    if (tokens !== undefined && tokens !== before) {
      budget.learnWindow(tokens);
      news = { tokens, ...(before === undefined ? {} : { before }) };
    }
  }

  function begin(): void {
    isOpen = false;
    // What it knows only helps; that it does not come is no failure of the turn.
    asking ??= question().catch(() => {});
  }

  return {
    async during(emit, ask) {
      if (news !== undefined) {
        emit({ type: "notice", notice: { kind: "window-learnt", ...news } });
        news = undefined;
      }
      if (!isOpen) {
        return await ask(emit);
      }
      const end = await ask((event) => {
        if (isOpen && event.type !== "notice") {
          begin();
        }
        emit(event);
      });
      if (isOpen && end.type === "completed") {
        begin();
      }
      return end;
    },
    async close() {
      if (asking === undefined) {
        return;
      }
      const timer = setTimeout(() => closing.abort(), CLOSE_GRACE_MS);
      await asking;
      clearTimeout(timer);
    },
  };
}
