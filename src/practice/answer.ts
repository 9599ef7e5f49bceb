/** A semantic reply in the terms of the Chat Completions API: deltas for a stream, or one message. */

import type { SemanticReply } from "./script.ts";
import type { PromptCount } from "./tokens.ts";
import { splitTokens } from "./tokens.ts";

/** One token: the delta that carries it, and its text. */
export interface Part {
  readonly delta: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What a server says of its work: llama.cpp its times as well, vLLM what was cached, Ollama and LM Studio only how much there was. */
export type Tells = "timings" | "cached" | "total";

/** Call ids are made from `messageCount`, which only grows, so that they stay unique even after a resume. */
export function partsOf(reply: SemanticReply, messageCount: number): readonly Part[] {
  const parts: Part[] = [];
  const field = reply.inline_think ? "content" : (reply.reasoning_field ?? "reasoning_content");
  const say = (key: string, text: string) => parts.push({ delta: { [key]: text }, text });

  if (reply.reasoning) {
    if (reply.inline_think) {
      say("content", "<think>");
    }
    for (const token of splitTokens(reply.reasoning)) {
      say(field, token);
    }
    if (reply.inline_think) {
      say("content", "</think>");
    }
  }
  for (const token of splitTokens(reply.text ?? "")) {
    say("content", token);
  }

  for (const [index, call] of callsOf(reply, messageCount).entries()) {
    const opening = { index, ...call, function: { name: call.function.name, arguments: "" } };
    parts.push({ delta: { tool_calls: [opening] }, text: call.function.name });
    for (const token of splitTokens(call.function.arguments)) {
      parts.push({ delta: { tool_calls: [{ index, function: { arguments: token } }] }, text: token });
    }
  }
  return parts;
}

/** The same reply for a request without `stream`. */
export function messageOf(reply: SemanticReply, messageCount: number): Record<string, unknown> {
  const thinking = reply.reasoning && reply.inline_think ? `<think>${reply.reasoning}</think>` : "";
  const calls = callsOf(reply, messageCount);
  return {
    role: "assistant",
    content: thinking + (reply.text ?? "") || null,
    ...(reply.reasoning && !reply.inline_think
      ? { [reply.reasoning_field ?? "reasoning_content"]: reply.reasoning }
      : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

export function finishReasonOf(reply: SemanticReply): string | null {
  if (reply.finish !== undefined) {
    return reply.finish;
  }
  return reply.calls && reply.calls.length > 0 ? "tool_calls" : "stop";
}

/** Null: the reply is to say nothing about tokens. */
export function usageOf(
  reply: SemanticReply,
  prompt: PromptCount,
  outputTokens: number,
  tells: Tells,
): Readonly<Record<string, unknown>> | null {
  if (reply.usage === false) {
    return null;
  }
  if (reply.usage !== undefined) {
    return reply.usage;
  }
  return {
    prompt_tokens: prompt.total,
    completion_tokens: outputTokens,
    total_tokens: prompt.total + outputTokens,
    ...(tells === "total" ? {} : { prompt_tokens_details: { cached_tokens: prompt.cached } }),
  };
}

/** llama.cpp's own counts. Left out where the script gives a usage, which they would contradict. */
export function timingsOf(
  reply: SemanticReply,
  prompt: PromptCount,
  predicted: { readonly tokens: number; readonly promptMs: number; readonly decodeMs: number },
  tells: Tells,
): Readonly<Record<string, number>> | null {
  if (reply.usage !== undefined || tells !== "timings") {
    return null;
  }
  const read = prompt.total - prompt.cached;
  return {
    cache_n: prompt.cached,
    prompt_n: read,
    prompt_ms: round(predicted.promptMs),
    prompt_per_second: perSecond(read, predicted.promptMs),
    predicted_n: predicted.tokens,
    predicted_ms: round(predicted.decodeMs),
    predicted_per_second: perSecond(predicted.tokens, predicted.decodeMs),
  };
}

function callsOf(reply: SemanticReply, messageCount: number) {
  return (reply.calls ?? []).map((call, index) => ({
    id: call.id ?? `call_${messageCount}_${index}`,
    type: "function",
    function: {
      name: call.name,
      arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments),
    },
  }));
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? round((count / ms) * 1000) : 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
