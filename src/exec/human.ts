import { formatCount, formatSeconds } from "../figures/index.ts";
import type {
  AgentEvent,
  ContextFill,
  HistoryItem,
  LeatError,
  ServerState,
  ToolAction,
  TurnEnd,
} from "../protocol/index.ts";
import { contextText } from "./context-line.ts";
import { FinalAnswer } from "./final-answer.ts";
import { type HeaderFacts, headerLines } from "./header.ts";
import { ANSWER_LOOK, LiveBlock, REASONING_LOOK } from "./live-block.ts";
import { noticeText } from "./notice-text.ts";
import { type LookOptions, Output, Screen, type Sink } from "./output.ts";
import { prefillLine } from "./prefill.ts";
import { safeText } from "./safe-text.ts";
import { stateLabel } from "./server-state.ts";
import { StatusLine } from "./status-line.ts";
import { cutToWidth } from "./text-width.ts";
import { runningToolLine, toolBlock } from "./tool-block.ts";
import { type Unseen, unseenLine } from "./unseen.ts";
import { addTiming, NO_TIMINGS, type TurnTimings, usageLines } from "./usage-line.ts";

export interface HumanOptions extends LookOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly showReasoning: boolean;
  /** `--stream`: on a piped stdout all answer text as it comes, instead of the final message at the end. */
  readonly streamToStdout: boolean;
  explain(error: LeatError): { readonly message: string; readonly hint?: string };
  now?(): number;
}

export interface HumanOutput {
  header(facts: HeaderFacts, prompt: string): void;
  handle(event: AgentEvent): void;
  /** Ends what is open; for the case that no turn-ended comes. */
  finish(): void;
}

/** The output of `leat exec` for people: progress on stderr, the answer on stdout. */
export function createHumanOutput(options: HumanOptions): HumanOutput {
  return new HumanFrontEnd(options);
}

interface OpenBlock {
  readonly kind: "reasoning" | "answer";
  readonly text: LiveBlock;
}

class HumanFrontEnd implements HumanOutput {
  readonly #options: HumanOptions;
  readonly #now: () => number;
  readonly #progress: Output;
  /** Where answer text is shown live; undefined if it goes to stdout as data. */
  readonly #answer: Output | undefined;
  readonly #final: FinalAnswer;
  readonly #status: StatusLine;
  readonly #running = new Map<string, { readonly action: ToolAction; readonly startedAt: number }>();
  #open: OpenBlock | undefined;
  #requestStartedAt = 0;
  #saidLoading = false;
  #unseen: Unseen | undefined;
  #timings: TurnTimings = NO_TIMINGS;
  #fill: ContextFill | undefined;

  constructor(options: HumanOptions) {
    const { stdout, stderr } = options;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const screen = new Screen();
    this.#progress = new Output(stderr, screen, options);
    if (stdout.isTerminal) {
      // Two terminals are taken for one and the same, as they nearly always are.
      this.#answer = new Output(stdout, stderr.isTerminal ? screen : new Screen(), options);
    } else {
      this.#answer = options.streamToStdout ? undefined : this.#progress;
    }
    this.#final = new FinalAnswer(stdout, options);
    this.#status = new StatusLine(this.#progress, {
      enabled: stderr.isTerminal && !options.dumbTerminal,
      now: this.#now,
    });
  }

  header(facts: HeaderFacts, prompt: string): void {
    this.#progress.writeLines(headerLines(facts, prompt, this.#progress.look));
  }

  handle(event: AgentEvent): void {
    switch (event.type) {
      case "text-delta":
        this.#handleText(event.text);
        return;
      case "reasoning-delta":
        this.#handleReasoning(event.text);
        return;
      case "call-delta":
        this.#countUnseen("writing a call", event.characters);
        return;
      case "tool-output-delta":
        // A tool's output is shown when it ends, so that its two ends can be.
        return;
      case "turn-started":
        this.#timings = NO_TIMINGS;
        return;
      case "request-started":
        this.#endResponse();
        this.#requestStartedAt = this.#now();
        this.#saidLoading = false;
        this.#showWaiting("waiting for the model");
        return;
      case "server-state":
        this.#handleServerState(event.state);
        return;
      case "prefill-progress": {
        const { progress } = event;
        const elapsedMs = progress.elapsedMs ?? this.#now() - this.#requestStartedAt;
        const line = prefillLine(progress, elapsedMs, this.#progress.statusLook);
        if (line !== null && this.#open === undefined) {
          this.#status.show(line);
        }
        return;
      }
      case "response-reclassified":
        this.#reclassify(event);
        return;
      case "response-discarded":
        this.#endResponse();
        this.#say("yellow", "the answer broke off; it is asked for again from the start");
        return;
      case "item-completed":
        this.#handleItem(event.item);
        return;
      case "response-completed":
        this.#endResponse();
        this.#timings = addTiming(this.#timings, event.timing);
        this.#fill = event.context;
        return;
      case "compaction-started":
        this.#say(
          "yellow",
          event.cause === "limit"
            ? `the context is nearly full (${contextText(event.fill)}); the conversation is summed up`
            : `the prompt is too long for the server (about ${contextText(event.fill)}); the conversation is summed up`,
        );
        return;
      case "compaction-ended":
        this.#endResponse();
        this.#say(
          "yellow",
          `summed up: ${formatCount(event.before)} → ${formatCount(event.after)} tokens`.replace(
            "→",
            this.#progress.look.signs.arrow,
          ),
        );
        return;
      case "tool-started":
        this.#closeBlock();
        this.#running.set(event.callId, { action: event.action, startedAt: this.#now() });
        this.#showRunning();
        return;
      case "tool-ended":
        this.#running.delete(event.callId);
        this.#closeBlock();
        this.#status.clear();
        this.#progress.writeLines(toolBlock(event, this.#progress.look));
        this.#showRunning();
        return;
      case "notice":
        this.#saidLoading ||= event.notice.kind === "model-loading";
        this.#closeBlock();
        this.#say(
          "yellow",
          noticeText(event.notice, (error) => this.#options.explain(error)),
        );
        return;
      case "turn-ended":
        this.finish();
        this.#endTurn(event.end);
        return;
      default:
        event satisfies never;
    }
  }

  finish(): void {
    for (const [callId, { action, startedAt }] of this.#running) {
      const durationMs = this.#now() - startedAt;
      this.handle({ type: "tool-ended", callId, action, result: { kind: "aborted" }, durationMs });
    }
    this.#endResponse();
  }

  /** Where no line can be redrawn, it is told once in a line of its own. */
  #handleServerState(state: ServerState): void {
    if (this.#open !== undefined || this.#unseen !== undefined) {
      return;
    }
    if (this.#status.isEnabled) {
      this.#showWaiting(stateLabel(state));
    } else if (state.kind === "queued" || (state.kind === "loading" && !this.#saidLoading)) {
      this.#say("yellow", stateLabel(state));
    }
  }

  #handleText(text: string): void {
    this.#status.clear();
    this.#unseen = undefined;
    this.#final.push(text);
    if (this.#answer !== undefined) {
      this.#show("answer", this.#answer, text);
    } else if (text.trim() !== "") {
      this.#closeBlock();
    }
  }

  #handleReasoning(text: string): void {
    if (this.#options.showReasoning) {
      this.#status.clear();
      this.#show("reasoning", this.#progress, text);
    } else if (this.#open === undefined) {
      this.#countUnseen("thinking", text.length);
    }
  }

  #countUnseen(what: Unseen["what"], characters: number): void {
    if (this.#unseen?.what !== what) {
      this.#closeBlock();
      const unseen: Unseen = { what, characters: 0 };
      this.#unseen = unseen;
      this.#status.showClock({
        startedAt: this.#now(),
        render: (elapsedMs) => unseenLine(unseen, elapsedMs, this.#progress.statusLook),
      });
    }
    this.#unseen.characters += characters;
  }

  /** What is on the screen stays there; a line says what it was. */
  #reclassify({ as, text }: { readonly as: "reasoning" | "text"; readonly text: string }): void {
    this.#closeBlock();
    this.#final.endText();
    if (as === "reasoning") {
      this.#say("yellow", "what came so far was the model's thinking; the answer follows");
      return;
    }
    this.#say("yellow", "what came as thinking was the answer");
    this.#final.push(text);
  }

  #show(kind: "reasoning" | "answer", output: Output, text: string): void {
    if (this.#open?.kind === kind) {
      this.#open.text.push(text);
      return;
    }
    // Some servers send blank text of the one kind in the midst of the other.
    if (text.trim() !== "") {
      this.#closeBlock();
      this.#open = { kind, text: new LiveBlock(output, kind === "answer" ? ANSWER_LOOK : REASONING_LOOK) };
      this.#open.text.push(text);
    }
  }

  /** Ends only the item's own block: the item before may be completed when the next one has begun. */
  #handleItem(item: HistoryItem): void {
    if (item.type === "function_call_output" || (item.type === "message" && item.role === "user")) {
      return;
    }
    if (item.type === "reasoning" && this.#open?.kind === "reasoning") {
      this.#closeBlock();
    }
    if (item.type === "message") {
      this.#final.endText();
      if (this.#open?.kind === "answer") {
        this.#closeBlock();
      }
    }
    if (this.#open === undefined && this.#unseen === undefined) {
      this.#showWaiting("waiting for the model");
    }
  }

  #closeBlock(): void {
    this.#open?.text.close();
    this.#open = undefined;
  }

  #endResponse(): void {
    this.#status.clear();
    this.#unseen = undefined;
    this.#closeBlock();
    this.#final.endText();
  }

  #showWaiting(label: string): void {
    const { columns, signs } = this.#progress.statusLook;
    this.#status.showClock({
      startedAt: this.#now(),
      render: (elapsedMs) =>
        cutToWidth(`${label}${signs.separator}${formatSeconds(elapsedMs / 1000)}`, columns, signs.ellipsis),
    });
  }

  /** Of several calls at once, the latest one has the status line. */
  #showRunning(): void {
    const call = [...this.#running.values()].at(-1);
    if (call === undefined) {
      this.#status.clear();
      return;
    }
    const { action, startedAt } = call;
    this.#status.showClock({
      first: runningToolLine(action, undefined, this.#progress.statusLook),
      startedAt,
      render: (elapsedMs) => runningToolLine(action, elapsedMs, this.#progress.statusLook),
    });
  }

  #say(style: "yellow" | "error", text: string): void {
    this.#progress.writeLines([this.#progress.style(style, safeText(text))]);
  }

  #endTurn(end: TurnEnd): void {
    switch (end.type) {
      case "completed":
        this.#progress.writeLines(usageLines(end.usage, this.#timings, this.#fill, this.#progress.look));
        this.#final.complete(end.lastMessage);
        return;
      case "interrupted":
        this.#say("yellow", "interrupted");
        return;
      case "failed": {
        const { message, hint } = this.#options.explain(end.error);
        this.#say("error", `error: ${message}`);
        this.#progress.writeLines(hint === undefined ? [] : [safeText(hint)]);
        return;
      }
      default:
        end satisfies never;
    }
  }
}
