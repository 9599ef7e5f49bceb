import type { WindowQuestion } from "./ask-window.ts";
import type { Companion } from "./companion.ts";

export interface WindowWatchOptions extends WindowQuestion {
  /** The window is not configured, and the server is on this machine. */
  readonly isWanted: boolean;
  readonly budget: { readonly window: number | undefined; learnWindow(tokens: number): void };
}

/** A server on this machine has answered by then, or is busy with something else. */
const CLOSE_GRACE_MS = 250;

/**
 * Who knows how much the model holds, as it runs now: the server, asked once a session. The question leaves when the first answer begins: the request to the model has not waited for it, and a model that had
 * to be loaded first is there with the window it got. A restarted server may have another one, so each session asks.
 */
export function createWindowWatch(
  options: WindowWatchOptions,
): Required<Pick<Companion, "around" | "close">> {
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
    async around(asked, ask) {
      const { emit } = asked;
      if (news !== undefined) {
        emit({ type: "notice", notice: { kind: "window-learnt", ...news } });
        news = undefined;
      }
      if (!isOpen) {
        return await ask(asked);
      }
      const end = await ask({
        ...asked,
        emit(event) {
          if (isOpen && event.type !== "notice") {
            begin();
          }
          emit(event);
        },
      });
      if (isOpen && end.type === "completed") {
        begin();
      }
      return end;
    },
    /** Waits a moment for an answer that is under way. */
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
