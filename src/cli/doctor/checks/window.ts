import { formatCount } from "../../../figures/index.ts";
import type { ServerKind } from "../../../protocol/index.ts";
import type { Advice, Check } from "../check.ts";
import { shellWord } from "../shell-word.ts";

export interface WindowEvidence {
  readonly kind: ServerKind;
  readonly model: string;
  readonly configured: number | undefined;
  /** As it runs now, by the server's word. */
  readonly running: number | undefined;
  /** What the model was made for. */
  readonly most: number | undefined;
  /** How many share the memory, where the server tells. */
  readonly slots: number | undefined;
}

/** Below that a session is summed up every few turns. */
const SMALL = 16_384;
/** What is advised in its place, if the model can. */
const GOOD = 32_768;

/** How much the model holds as it runs, beside what it could hold and what leat is told. */
export function judgeWindow(evidence: WindowEvidence): Check {
  const { configured, running, most } = evidence;
  const id = "model.window";
  const data = { configured, running, most };
  const upTo = most === undefined ? "" : ` (the model's most: ${formatCount(most)})`;
  if (running === undefined) {
    return judgeUntold(evidence, { id, data }, upTo);
  }
  const holds = `the context holds ${formatCount(running)} tokens as it runs${upTo}`;
  if (configured !== undefined && configured > running) {
    return {
      id,
      status: "warn",
      message: `${holds}, but model_context_window says ${formatCount(configured)}`,
      hint: "What does not fit is cut off by the server without a word, or refused.",
      data,
      advice: largerWindow(evidence, Math.max(configured, GOOD)) ?? {
        reason: "leat must not count on more than the server holds.",
        paste: `model_context_window = ${running}`,
      },
    };
  }
  if (running < SMALL) {
    const advice = largerWindow(evidence, GOOD);
    return {
      id,
      status: "warn",
      message: `${holds}: little for work on files, which goes well from ${formatCount(SMALL)} on`,
      data,
      ...(advice === undefined ? {} : { advice }),
    };
  }
  const lower =
    configured !== undefined && configured < running
      ? `; leat uses ${formatCount(configured)} of them (model_context_window)`
      : "";
  return { id, status: "ok", message: `${holds}${lower}`, data };
}

function judgeUntold(evidence: WindowEvidence, check: Pick<Check, "id" | "data">, upTo: string): Check {
  const { configured } = evidence;
  return configured === undefined
    ? {
        ...check,
        status: "warn",
        message: `the server does not tell how much the context holds${upTo}, and model_context_window is not set`,
        hint: "A running Ollama or LM Studio tells once the model is loaded; for other servers, leat must be told.",
        advice: {
          reason: "leat sums up a conversation in time only if it knows what the model holds.",
          paste: `model_context_window = ${GOOD}   # what the server was started with`,
        },
      }
    : {
        ...check,
        status: "info",
        message: `the server does not tell how much the context holds${upTo}; leat counts on ${formatCount(configured)} (model_context_window)`,
      };
}

/** How each server is told to hold more. */
function largerWindow(
  { kind, model, most, slots, running }: WindowEvidence,
  wanted: number,
): Advice | undefined {
  const tokens = Math.min(wanted, most ?? wanted);
  if (running !== undefined && tokens <= running) {
    return undefined;
  }
  const reason = `The model holds ${formatCount(running ?? 0)} tokens.`;
  const name = shellWord(model);
  switch (kind) {
    case "ollama":
      return { reason, paste: `OLLAMA_CONTEXT_LENGTH=${tokens} ollama serve` };
    case "lmstudio":
      return { reason, paste: `lms unload ${name} && lms load ${name} --context-length ${tokens}` };
    case "llamacpp":
    case "llamacpp-router":
      // The memory is shared out among the slots.
      return {
        reason,
        paste: `llama-server … --ctx-size ${tokens * (slots ?? 1)}${slots === undefined || slots === 1 ? "" : ` --parallel ${slots}`}`,
      };
    case "vllm":
      return { reason, paste: `vllm serve … --max-model-len ${tokens}` };
    case "sglang":
      return { reason, paste: `python -m sglang.launch_server … --context-length ${tokens}` };
    case "koboldcpp":
      return { reason, paste: `koboldcpp … --contextsize ${tokens}` };
    case "tabbyapi":
    case "mlx":
    case "localai":
    case "litellm":
    case "openai-like":
      return undefined;
    default:
      return kind satisfies never;
  }
}
