/** One request, on the way that exec takes, with a clock beside it. */
import type { HttpClient } from "../../net/index.ts";
import type { EndpointMemory, ModelError, Speed } from "../../protocol/index.ts";
import { type Completion, type Endpoint, type GenerationSettings, streamModel } from "../../wire/index.ts";
import type { Measurement } from "./result.ts";

export interface Line {
  readonly endpoint: Endpoint;
  readonly http: HttpClient;
  readonly memory: EndpointMemory;
  readonly signal: AbortSignal;
  readonly model: string;
  readonly settings: GenerationSettings;
  readonly now: () => number;
  /** Told why the request goes out once more, as soon as that is known: the wait may be long. */
  readonly onAskedAgain?: (error: ModelError) => void;
}

export interface Question {
  readonly instructions: string;
  readonly text: string;
  readonly mostTokens: number;
}

export type Measured =
  | {
      readonly type: "measured";
      readonly measurement: Measurement;
      /** It took more than one request: what was measured is not the answer alone. */
      readonly askedAgain: boolean;
    }
  | { readonly type: "interrupted" }
  | { readonly type: "failed"; readonly error: ModelError };

export async function measure(question: Question, line: Line): Promise<Measured> {
  const { endpoint, http, memory, signal, model, settings, now } = line;
  const started = now();
  let first: number | undefined;
  let askedAgain = false;
  const end = await streamModel(
    {
      model,
      instructions: question.instructions,
      items: [{ type: "message", role: "user", content: [{ type: "input_text", text: question.text }] }],
      tools: [],
      settings: { ...settings, maxOutputTokens: question.mostTokens },
    },
    endpoint,
    {
      http,
      memory,
      signal,
      random: Math.random,
      newCallId: () => "call_bench",
      emit(event) {
        switch (event.type) {
          case "text-delta":
          case "reasoning-delta":
          case "call-delta":
            first ??= now();
            return;
          case "notice":
            if (event.notice.kind === "retry" || event.notice.kind === "model-loading") {
              line.onAskedAgain?.(event.notice.error);
            }
            askedAgain = true;
            first = undefined;
            return;
          case "response-discarded":
            askedAgain = true;
            first = undefined;
            return;
          case "server-state":
          case "prefill-progress":
          case "response-reclassified":
            return;
          default:
            event satisfies never;
        }
      },
    },
  );
  if (end.type !== "completed") {
    return end.type === "interrupted" ? end : { type: "failed", error: end.error };
  }
  const totalMs = now() - started;
  const firstTokenMs = first === undefined ? totalMs : first - started;
  return { type: "measured", measurement: figures(end.completion, { firstTokenMs, totalMs }), askedAgain };
}

/** Fewer tell no speed. */
const LEAST_OUTPUT_TOKENS = 8;

function figures(
  { usage, serverSpeed = {} }: Completion,
  clock: { readonly firstTokenMs: number; readonly totalMs: number },
): Measurement {
  const { inputTokens, cachedInputTokens, outputTokens = 0 } = usage;
  const { firstTokenMs, totalMs } = clock;
  const read = inputTokens === undefined ? 0 : inputTokens - (cachedInputTokens ?? 0);
  // The first token comes with the end of the prompt; the others make the speed.
  const prefill = byServer(serverSpeed.prefill?.tokensPerSecond) ?? byClock(read, firstTokenMs);
  const decode =
    byServer(serverSpeed.decodeTokensPerSecond) ?? byClock(outputTokens - 1, totalMs - firstTokenMs);
  return {
    firstTokenMs,
    totalMs,
    ...(inputTokens === undefined ? {} : { promptTokens: inputTokens }),
    ...(cachedInputTokens === undefined ? {} : { cachedTokens: cachedInputTokens }),
    ...(usage.outputTokens === undefined ? {} : { outputTokens }),
    ...(prefill === undefined ? {} : { prefill }),
    ...(decode === undefined || outputTokens < LEAST_OUTPUT_TOKENS ? {} : { decode }),
  };
}

function byClock(tokens: number, ms: number): Speed | undefined {
  return tokens > 0 && ms > 0 ? { tokensPerSecond: (tokens / ms) * 1000, by: "clock" } : undefined;
}

function byServer(tokensPerSecond: number | undefined): Speed | undefined {
  return tokensPerSecond === undefined ? undefined : { tokensPerSecond, by: "server" };
}
