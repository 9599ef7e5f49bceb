import { formatCount } from "../figures/index.ts";
import type { ContextTruncation, ServerKind, WindowLearnt } from "../protocol/index.ts";

/** Below this a system prompt, two files and an answer are the whole of it. */
const SMALL_WINDOW = 8_192;

export function windowLearntText(notice: WindowLearnt): string {
  const { tokens, before, prompt, most } = notice;
  const said = `the server says that the context holds ${formatCount(tokens)} tokens${before === undefined ? "" : `, not ${formatCount(before)}`}`;
  if (tokens >= SMALL_WINDOW && prompt === undefined) {
    return said;
  }
  const held =
    prompt === undefined
      ? "little for work with tools"
      : `the prompt has about ${formatCount(prompt)} by now`;
  const made = most === undefined || most <= tokens ? "" : ` (the model was made for ${formatCount(most)})`;
  return `${said}: ${held}${made}. ${largerWindow({ ...notice, least: Math.max(tokens + 1, prompt ?? 0) })}`;
}

export function truncationText(notice: ContextTruncation): string {
  const { sent, read, window } = notice;
  const sizes =
    window === undefined
      ? `it has read ${formatCount(read)} tokens of about ${formatCount(sent)}`
      : `it has read ${formatCount(read)} tokens of about ${formatCount(sent)}; its context holds ${formatCount(window)}`;
  return `THE SERVER HAS CUT THE PROMPT without a word: ${sizes}. The model has not seen all of the instructions and the work, and its answer may be of something else. ${largerWindow({ ...notice, least: sent })}`;
}

interface WindowWanted {
  readonly model: string;
  readonly server?: ServerKind;
  /** So much must fit. */
  readonly least: number;
  /** What the model was made for. */
  readonly most?: number;
}

/** What to do to get a larger context, as a command where the server is known. */
export function largerWindow({ model, server, least, most }: WindowWanted): string {
  const tokens = Math.min(roomy(least), most ?? Number.POSITIVE_INFINITY);
  switch (server) {
    case "ollama":
      return `Start Ollama with OLLAMA_CONTEXT_LENGTH=${tokens} ollama serve, or make the model anew with PARAMETER num_ctx ${tokens} in a Modelfile (FROM ${model}; ollama create); a num_ctx in requests has no effect on its /v1.`;
    case "lmstudio":
      return `Load the model again with a larger context: lms load ${model} --context-length ${tokens}.`;
    case "llamacpp":
    case "llamacpp-router":
      return `Start it with a larger context: llama-server -c ${tokens} (shared by all slots: with -np 4, four times as much).`;
    case "koboldcpp":
      return `Start it with a larger context: --contextsize ${tokens}.`;
    case "vllm":
      return `Start it with a larger context: vllm serve ${model} --max-model-len ${tokens}.`;
    case "sglang":
      return `Start it with a larger context: --context-length ${tokens}.`;
    case "tabbyapi":
      return `Set max_seq_len: ${tokens} in its config.yml and load the model again.`;
    case "localai":
      return `Set context_size: ${tokens} in the model's YAML file.`;
    case "mlx":
    case "litellm":
    case "openai-like":
    case undefined:
      return `Give the model a larger context: Ollama: OLLAMA_CONTEXT_LENGTH=${tokens} ollama serve; llama.cpp: -c ${tokens}; LM Studio: lms load ${model} --context-length ${tokens}.`;
    default:
      return server satisfies never;
  }
}

/** Enough for work with tools, and twice what there is to hold. */
function roomy(least: number): number {
  return 2 ** Math.min(20, Math.max(15, Math.ceil(Math.log2(Math.max(1, least * 1.5)))));
}
