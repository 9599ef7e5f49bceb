/** What each server says to a chat request it does not take, word for word where the words are known. */
import { errorBody } from "./error-body.ts";
import type { ServerFace } from "./faces/index.ts";
import type { ModelStore, StoredModel } from "./model-store.ts";
import type { Reply, StatusReply } from "./script.ts";

export function badRequest(message: string): StatusReply {
  return { status: 400, body: errorBody(400, "invalid_request_error", message) };
}

/** llama.cpp refuses everything meanwhile; the others wait. */
export function refuseLoading(face: ServerFace | null, store: ModelStore): StatusReply | null {
  return face === "llamacpp" && store.state(store.main).type !== "loaded"
    ? { status: 503, body: errorBody(503, "unavailable_error", "Loading model") }
    : null;
}

/** Only these two insist on the name of a model they have. */
export function refuseModel(
  face: ServerFace | null,
  name: string,
  model: StoredModel | null,
): StatusReply | null {
  const error = (status: number, message: string, type: string) => ({
    status,
    body: {
      error: {
        message,
        type,
        param: face === "vllm" ? "model" : null,
        code: face === "vllm" ? status : null,
      },
    },
  });
  if (face === "vllm" && model === null) {
    return error(404, `The model \`${name}\` does not exist.`, "NotFoundError");
  }
  if (face === "ollama" && model === null) {
    return error(404, `model '${name}' not found`, "not_found_error");
  }
  if (face === "ollama" && model?.makes === "embeddings") {
    return error(400, `"${name}" does not support chat`, "invalid_request_error");
  }
  return null;
}

/** Null: the prompt is read, whole or (by Ollama) what of it fits. */
export function refuseLength(
  face: ServerFace | null,
  count: { readonly tokens: number; readonly window: number; readonly stream: boolean },
): Reply | null {
  const { tokens, window } = count;
  if (tokens < window) {
    return null;
  }
  switch (face) {
    case "ollama":
      return null;
    case "lmstudio":
      return lmStudioLength(count);
    case "vllm": {
      const message = `This model's maximum context length is ${window} tokens. However, your request has ${tokens} input tokens. Please reduce the length of the input messages.`;
      return {
        status: 400,
        body: { error: { message, type: "BadRequestError", param: "input_tokens", code: 400 } },
      };
    }
    case "llamacpp":
    case null: {
      const message = `request (${tokens} tokens) exceeds the available context size (${window} tokens), try increasing it`;
      const { error } = errorBody(400, "exceed_context_size_error", message);
      return { status: 400, body: { error: { ...error, n_prompt_tokens: tokens, n_ctx: window } } };
    }
    default:
      return face satisfies never;
  }
}

/** An error in a stream that has begun well (lmstudio-bug-tracker#2322); a string where there is no stream. */
function lmStudioLength(count: { tokens: number; window: number; stream: boolean }): Reply {
  if (!count.stream) {
    const message = `The number of tokens to keep from the initial prompt is greater than the context length (n_keep: ${count.tokens}>= n_ctx: ${count.window}). Try to load the model with a larger context length, or provide a shorter input`;
    return { status: 400, body: { error: message } };
  }
  const message = `Input does not fit in context length. The input has ${count.tokens} tokens, but the context length only supports ${count.window} tokens.`;
  const data = JSON.stringify({ error: { message }, message });
  return { chunks: [`event: error\ndata: ${data}\n\n`] };
}
