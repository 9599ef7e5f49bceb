import type { ServerState } from "../../protocol/index.ts";
import type { ModelRequest } from "../../wire/index.ts";
import type { ActivityQuestion } from "./ask-activity.ts";
import type { Companion, Question } from "./companion.ts";
import { createPrefillEstimate } from "./prefill-estimate.ts";

export interface WaitWatchOptions extends ActivityQuestion {
  /** Of a prompt as it would be sent now. */
  readonly countTokens: (request: ModelRequest) => number;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** Most answers have begun by then. */
const FIRST_LOOK_MS = 1_000;
const NEXT_LOOK_MS = 2_000;
const ESTIMATE_EVERY_MS = 500;

/**
 * What a silent server on this machine is doing, for who waits: it is asked, and where it does not tell how far it has read, that is
 * judged by its speed until now. With the first sign of life all of this ends.
 */
export function createWaitWatch(options: WaitWatchOptions): Required<Pick<Companion, "around">> {
  const estimate = createPrefillEstimate(options);
  return {
    async around(question, ask) {
      const wait = beginWait(question, options, estimate.begin(question.request));
      try {
        const end = await ask({
          ...question,
          emit(event) {
            wait.see(event);
            question.emit(event);
          },
        });
        estimate.end(question.request, end);
        return end;
      } finally {
        wait.end();
      }
    },
  };
}

interface Wait {
  see(event: Parameters<Question["emit"]>[0]): void;
  end(): void;
}

function beginWait(
  { signal, emit, request }: Question,
  options: WaitWatchOptions,
  progressAfter: ReturnType<ReturnType<typeof createPrefillEstimate>["begin"]>,
): Wait {
  const ending = new AbortController();
  let state: ServerState["kind"] = "reading";
  let readingSinceMs = options.now();
  let hasLooked = false;
  let isOver = false;
  let looking = setTimeout(look, FIRST_LOOK_MS);
  looking.unref();
  const ticking = setInterval(tick, ESTIMATE_EVERY_MS);
  ticking.unref();

  async function look(): Promise<void> {
    const { askActivity } = await import("./ask-activity.ts");
    const told = await askActivity({ ...options, signal: ending.signal }).catch(() => undefined);
    if (isOver || signal.aborted) {
      return;
    }
    hasLooked = true;
    if (told !== undefined) {
      enter(told);
    }
    looking = setTimeout(look, NEXT_LOOK_MS);
    looking.unref();
  }

  function enter(next: ServerState): void {
    if (next.kind === state) {
      return;
    }
    state = next.kind;
    readingSinceMs = options.now();
    emit({ type: "server-state", state: next });
  }

  function tick(): void {
    const elapsedMs = options.now() - readingSinceMs;
    const progress = hasLooked && state === "reading" ? progressAfter(elapsedMs) : undefined;
    if (progress !== undefined) {
      emit({ type: "prefill-progress", progress });
    }
  }

  function end(): void {
    isOver = true;
    ending.abort();
    clearTimeout(looking);
    clearInterval(ticking);
  }

  return {
    see(event) {
      if (event.type === "notice" && event.notice.kind === "model-loading") {
        enter({ kind: "loading", model: request.model });
      } else if (event.type !== "notice") {
        end();
      }
    },
    end,
  };
}
