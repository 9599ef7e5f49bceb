import type { ServerState } from "../../protocol/index.ts";
import type { ModelEvent, ModelRequest } from "../../wire/index.ts";
import type { ActivityLook, ActivityQuestion } from "./ask-activity.ts";
import type { Companion, Question } from "./companion.ts";
import { createPrefillEstimate } from "./prefill-estimate.ts";

export interface WaitWatchOptions extends ActivityQuestion {
  /** Of a prompt as it would be sent now. */
  readonly countTokens: (request: ModelRequest) => number;
}

/** Most answers have begun by then. */
const FIRST_LOOK_MS = 1_000;
const NEXT_LOOK_MS = 2_000;
const ESTIMATE_EVERY_MS = 500;

/**
 * What a silent server on this machine is doing, for who waits: it is asked, and where it does not tell how far it has read, that is
 * judged by its speed until now. With the first sign of life all of this ends; an answer that is asked for once more is waited for once more.
 */
export function createWaitWatch(options: WaitWatchOptions): Required<Pick<Companion, "around">> {
  const estimate = createPrefillEstimate(options);
  let asking: Promise<() => ActivityLook> | undefined;
  const openLook = async () => {
    asking ??= import("./ask-activity.ts").then(({ createActivityQuestion }) =>
      createActivityQuestion(options),
    );
    return (await asking)();
  };
  return {
    async around(question, ask) {
      const begin = () =>
        beginWait(question, { now: options.now, openLook, progressAfter: estimate.begin(question.request) });
      let wait = begin();
      try {
        const end = await ask({
          ...question,
          emit(event) {
            // The wire's own word goes first: what is known from it need not be said again.
            question.emit(event);
            wait.see(event);
            if (event.type === "response-discarded") {
              wait = begin();
            }
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
  see(event: ModelEvent): void;
  end(): void;
}

interface WaitOptions {
  readonly now: () => number;
  readonly openLook: () => Promise<ActivityLook>;
  readonly progressAfter: ReturnType<ReturnType<typeof createPrefillEstimate>["begin"]>;
}

function beginWait({ signal, emit, request }: Question, { now, openLook, progressAfter }: WaitOptions): Wait {
  const ending = new AbortController();
  let state: ServerState = { kind: "reading" };
  let readingSinceMs = now();
  let hasLooked = false;
  let askNow: ActivityLook | undefined;
  let looking = setTimeout(look, FIRST_LOOK_MS);
  looking.unref();
  const ticking = setInterval(tick, ESTIMATE_EVERY_MS);
  ticking.unref();

  async function look(): Promise<void> {
    askNow ??= await openLook();
    // What it knows only helps; that it does not come is no failure of the turn.
    const told = await askNow(ending.signal).catch(() => undefined);
    if (ending.signal.aborted || signal.aborted) {
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
    if (isSame(state, next)) {
      return;
    }
    state = next;
    readingSinceMs = now();
    emit({ type: "server-state", state: next });
  }

  function tick(): void {
    const elapsedMs = now() - readingSinceMs;
    const progress =
      hasLooked && !signal.aborted && state.kind === "reading" ? progressAfter(elapsedMs) : undefined;
    if (progress !== undefined) {
      emit({ type: "prefill-progress", progress });
    }
  }

  function end(): void {
    ending.abort();
    clearTimeout(looking);
    clearInterval(ticking);
  }

  return {
    see(event) {
      if (event.type !== "notice") {
        end();
      } else if (event.notice.kind === "model-loading") {
        enter({ kind: "loading", model: request.model });
      } else if (event.notice.kind === "retry") {
        // Whatever was read until now is read again.
        readingSinceMs = now();
      }
    },
    end,
  };
}

function isSame(one: ServerState, other: ServerState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
