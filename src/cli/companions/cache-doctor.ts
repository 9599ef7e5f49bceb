import type { DialectLesson, Notice, ServerFacts } from "../../protocol/index.ts";
import type { ModelEnd, SentPrompt } from "../../wire/index.ts";
import type { Companion } from "./companion.ts";

export interface CacheDoctorOptions {
  readonly model: string;
  /** The server is on this machine. */
  readonly isLocal: boolean;
  readonly server: () => ServerFacts;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** What was sent before, and what the server counted of it. */
interface SentBefore {
  readonly prompt: SentPrompt;
  readonly tokens: number;
  readonly endedMs: number;
}

type Lesson = DialectLesson | "parameter-dropped" | "api-changed";

/** Fewer are read again in a moment. */
const LEAST_LOST_TOKENS = 1_000;
/** Servers keep whole blocks, and templates end a prompt in another way than they go on from it. */
const NEGLIGIBLE_SHARE = 0.1;

/**
 * Says why a server has read again what it had read before: what local models cost most time by, and what nobody sees. It looks at
 * all questions of a session, in order; what it needs to find a cause is loaded when there is one to be found.
 */
export function createCacheDoctor(options: CacheDoctorOptions): Required<Pick<Companion, "around" | "see">> {
  const { server, now } = options;
  const told = new Set<string>();
  let before: SentBefore | undefined;
  let hasEverCached = false;
  let lesson: Lesson | undefined;

  async function judge(end: Completed, startedMs: number): Promise<Notice | undefined> {
    const { inputTokens, cachedInputTokens: cached } = end.completion.usage;
    if (
      before === undefined ||
      end.prompt === undefined ||
      inputTokens === undefined ||
      cached === undefined
    ) {
      return undefined;
    }
    // A server that counts the two apart has the sum of them.
    const expected = Math.min(before.tokens, Math.max(inputTokens, cached));
    const lost = expected - cached;
    if (lost < LEAST_LOST_TOKENS || lost < expected * NEGLIGIBLE_SHARE) {
      return undefined;
    }
    const { findCause } = await import("./find-cause.ts");
    const cause = findCause({
      ...options,
      expected,
      cached,
      comparison: end.prompt.compareWith(before.prompt),
      pauseMs: startedMs - before.endedMs,
      hasEverCached,
      facts: server(),
    });
    if (cause === undefined || told.has(cause.type)) {
      return undefined;
    }
    told.add(cause.type);
    const { kind } = server();
    return {
      kind: "cache-missed",
      expected,
      cached,
      cause,
      model: options.model,
      ...(kind === undefined ? {} : { server: kind }),
      ...(lesson === undefined || cause.type !== "prompt-changed" ? {} : { lesson }),
    };
  }

  return {
    async around(asked, ask) {
      const startedMs = now();
      const end = await ask({
        ...asked,
        emit(event) {
          if (event.type === "notice") {
            lesson = lessonOf(event.notice) ?? lesson;
          }
          asked.emit(event);
        },
      });
      if (end.type !== "completed") {
        return end;
      }
      const notice = await judge(end, startedMs);
      if (notice !== undefined) {
        asked.emit({ type: "notice", notice });
      }
      const { inputTokens, cachedInputTokens = 0 } = end.completion.usage;
      before =
        end.prompt === undefined || inputTokens === undefined
          ? undefined
          : { prompt: end.prompt, tokens: Math.max(inputTokens, cachedInputTokens), endedMs: now() };
      hasEverCached ||= cachedInputTokens > 0;
      lesson = undefined;
      return end;
    },
    see(event) {
      // A summary begins a new prompt, and that was announced.
      if (event.type === "compaction-ended") {
        before = undefined;
      }
    },
  };
}

type Completed = Extract<ModelEnd, { type: "completed" }>;

/** Only those by which the prompt itself is put another way. */
function lessonOf(notice: Notice): Lesson | undefined {
  switch (notice.kind) {
    case "dialect-learnt":
      return notice.lesson;
    case "parameter-dropped":
    case "api-changed":
      return notice.kind;
    default:
      return undefined;
  }
}
