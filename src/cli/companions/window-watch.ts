import type { ContextFill, MessageItem, Notice } from "../../protocol/index.ts";
import type { ModelRequest } from "../../wire/index.ts";
import type { WindowQuestion } from "./ask-window.ts";
import type { Companion } from "./companion.ts";

export interface WindowWatchOptions extends WindowQuestion {
  /** The window is not configured, and the server is on this machine. */
  readonly isWanted: boolean;
  readonly budget: {
    readonly window: number | undefined;
    readonly limit: number | undefined;
    learnWindow(tokens: number): void;
    fill(request: ModelRequest, head: readonly MessageItem[]): ContextFill;
  };
  readonly head: readonly MessageItem[];
}

interface WindowWatch extends Required<Pick<Companion, "around" | "close">> {
  /** Asks before a request leaves; returns when the answer is there, or after a moment. */
  readonly askNow: () => Promise<void>;
}

/** What a long prompt may wait for, at a first meeting, that it is not cut without a word. */
const MOST_WAIT_MS = 300;

/** A server on this machine has answered by then, or is busy with something else. */
const CLOSE_GRACE_MS = 250;

/**
 * Who knows how much the model holds, as it runs now: the server, asked once a session. The question leaves when the first answer
 * begins: the request to the model has not waited for it, and a model that had to be loaded first is there with the window it got.
 * A restarted server may have another one, so each session asks.
 */
export function createWindowWatch(options: WindowWatchOptions): WindowWatch {
  const { budget, isWanted } = options;
  const closing = new AbortController();
  let asking: Promise<void> | undefined;
  let isTold = false;
  let hasAnswerBegun = false;
  /** Told before the next request, so that it does not stand in the middle of an answer. */
  let news: Omit<Extract<Notice, { kind: "window-learnt" }>, "prompt"> | undefined;

  async function question(): Promise<void> {
    const { askWindow } = await import("./ask-window.ts");
    const found = await askWindow({ ...options, signal: closing.signal });
    if (found === undefined) {
      return;
    }
    isTold = true;
    const before = budget.window;
    const isNew = found.tokens !== before;
    budget.learnWindow(found.tokens);
    if (isNew) {
      news = {
        kind: "window-learnt",
        ...found,
        model: options.model,
        ...(before === undefined ? {} : { before }),
      };
    }
  }

  /** Once more where nothing was told the first time: a model that was not loaded yet has a window when it answers. */
  function begin(): Promise<void> {
    // What it knows only helps; that it does not come is no failure of the turn.
    asking = (asking ?? Promise.resolve()).then(() => (isTold ? undefined : question())).catch(() => {});
    return asking;
  }

  function beginOnce(): void {
    if (!hasAnswerBegun) {
      hasAnswerBegun = true;
      void begin();
    }
  }

  function tell(request: ModelRequest, emit: (event: { type: "notice"; notice: Notice }) => void): void {
    if (news === undefined) {
      return;
    }
    const { tokens } = budget.fill(request, options.head);
    const isTight = tokens >= (budget.limit ?? news.tokens);
    emit({ type: "notice", notice: { ...news, ...(isTight ? { prompt: tokens } : {}) } });
    news = undefined;
  }

  return {
    async askNow() {
      if (!isWanted) {
        return;
      }
      let timer: NodeJS.Timeout | undefined;
      const wait = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, MOST_WAIT_MS);
      });
      await Promise.race([begin(), wait]);
      clearTimeout(timer);
    },
    async around(asked, ask) {
      const { emit } = asked;
      tell(asked.request, emit);
      if (!isWanted || isTold) {
        return await ask(asked);
      }
      const end = await ask({
        ...asked,
        emit(event) {
          if (event.type !== "notice") {
            beginOnce();
          }
          emit(event);
        },
      });
      if (end.type === "completed") {
        beginOnce();
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
