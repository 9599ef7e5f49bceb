import { createHumanOutput, type HeaderFacts, type HumanOptions, type Sink } from "../../src/exec/index.ts";
import type {
  AgentEvent,
  HistoryItem,
  ResponseTiming,
  TokenUsage,
  TurnEnd,
} from "../../src/protocol/index.ts";

/** Which of the two sinks are terminals. */
type Wiring = "both-terminals" | "stdout-piped" | "stderr-piped" | "both-piped";

export interface Scene extends Partial<Omit<HumanOptions, "stdout" | "stderr" | "now">> {
  readonly wiring: Wiring;
  readonly columns?: number | undefined;
  readonly header?: { readonly facts: HeaderFacts; readonly prompt: string };
  /** A number lets that many milliseconds go by; it needs fake timers. */
  readonly events: readonly (AgentEvent | number)[];
}

export interface Shown {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order of the writes. */
  readonly screen: string;
  readonly writes: readonly string[];
}

export function play(scene: Scene, advance: (ms: number) => void = () => undefined): Shown {
  const written = { stdout: "", stderr: "" };
  const writes: string[] = [];
  let nowMs = 0;
  const sink = (name: "stdout" | "stderr"): Sink => ({
    isTerminal: scene.wiring === "both-terminals" || scene.wiring === `${other(name)}-piped`,
    columns: "columns" in scene ? scene.columns : 80,
    write(text) {
      written[name] += text;
      writes.push(text);
    },
  });
  const output = createHumanOutput({
    color: "never",
    noColor: false,
    dumbTerminal: false,
    utf8: true,
    showReasoning: true,
    streamToStdout: false,
    explain: (error) => ({ message: "message" in error ? error.message : error.kind, hint: "try again" }),
    ...scene,
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    now: () => nowMs,
  });
  if (scene.header !== undefined) {
    output.header(scene.header.facts, scene.header.prompt);
  }
  for (const event of scene.events) {
    if (typeof event === "number") {
      for (let left = event; left > 0; left -= 100) {
        nowMs += 100;
        advance(100);
      }
    } else {
      output.handle(event);
    }
  }
  output.finish();
  return { ...written, screen: writes.join(""), writes };
}

function other(name: "stdout" | "stderr"): "stdout" | "stderr" {
  return name === "stdout" ? "stderr" : "stdout";
}

export const FACTS: HeaderFacts = {
  version: "0.1.0",
  model: "openai/gpt-oss-20b",
  providerName: "LM Studio",
  endpoint: "localhost:1234",
  contextWindow: 32_768,
  sandbox: "workspace-write [workdir, /tmp]",
  approval: "never",
  sessionId: "0199a213-81c0-7800-8aa1-bbab2a035a53",
  warnings: [],
};

export const started: AgentEvent = { type: "turn-started" };
export const request = (number: number): AgentEvent => ({ type: "request-started", number });
export const text = (delta: string): AgentEvent => ({ type: "text-delta", text: delta });
export const reasoning = (delta: string): AgentEvent => ({ type: "reasoning-delta", text: delta });

const item = (completed: HistoryItem): AgentEvent => ({ type: "item-completed", item: completed });
export const messageItem = (content: string): AgentEvent =>
  item({ type: "message", role: "assistant", content: [{ type: "output_text", text: content }] });
export const reasoningItem = (content: string): AgentEvent =>
  item({
    type: "reasoning",
    summary: [],
    content: [{ type: "reasoning_text", text: content }],
    encrypted_content: null,
  });

export const response = (timing: ResponseTiming = { totalMs: 1 }, usage: TokenUsage = {}): AgentEvent => ({
  type: "response-completed",
  usage,
  timing,
  context: { tokens: 0, parts: [] },
});

export const ended = (end: TurnEnd): AgentEvent => ({ type: "turn-ended", end });
export const completed = (lastMessage: string | null, usage: TokenUsage = {}): AgentEvent =>
  ended({ type: "completed", lastMessage, usage });

export const command = (line: string, output: string, durationMs = 12, exitCode = 0): AgentEvent[] => {
  const action = { kind: "command", command: line, cwd: "/w" } as const;
  return [
    { type: "tool-started", callId: "1", action },
    {
      type: "tool-ended",
      callId: "1",
      action,
      result: { kind: "command-exited", exitCode, output, timedOut: false },
      durationMs,
    },
  ];
};
