import { describe, expect, test } from "vitest";
import { explainModelError } from "../../src/cli/explain-model.ts";
import type { ExplainContext } from "../../src/cli/explanation.ts";
import type { ModelError, ModelErrorKind } from "../../src/protocol/index.ts";

const LM_STUDIO: ExplainContext = {
  providerId: "lmstudio",
  providerName: "LM Studio",
  baseUrl: "http://localhost:1234/v1",
  model: "qwen3",
};
const OLLAMA: ExplainContext = {
  providerId: "oss",
  providerName: "Ollama",
  baseUrl: "http://localhost:11434/v1",
  model: "qwen3",
};
const LLAMA_CPP: ExplainContext = { ...OLLAMA, providerId: "mine", baseUrl: "http://127.0.0.1:8080/v1" };
const OTHER: ExplainContext = {
  ...OLLAMA,
  providerId: "vllm",
  providerName: "vLLM",
  baseUrl: "http://127.0.0.1:8000/v1",
};
const HOSTED: ExplainContext = {
  providerId: "groq",
  providerName: "Groq",
  baseUrl: "https://api.groq.com/openai/v1",
  model: "m",
  envKey: "GROQ_API_KEY",
};

describe("the hint", () => {
  test.each<[string, ExplainContext, Omit<ModelError, "message">, string]>([
    [
      "overflow, LM Studio",
      LM_STUDIO,
      { kind: "context_overflow", contextTokens: 30000, promptTokens: 31430 },
      "The conversation has 31430 tokens, the loaded context holds 30000. Start a new session, or load the model with a larger context: lms load qwen3 --context-length 65536.",
    ],
    [
      "overflow, Ollama, the context alone",
      OLLAMA,
      { kind: "context_overflow", contextTokens: 4096 },
      "The conversation has more tokens than the loaded context holds: 4096. Start a new session, or load the model with a larger context: OLLAMA_CONTEXT_LENGTH=32768 ollama serve.",
    ],
    [
      "overflow, llama.cpp, no numbers",
      LLAMA_CPP,
      { kind: "context_overflow" },
      "The conversation no longer fits. Start a new session, or load the model with a larger context: llama-server -c 32768.",
    ],
    [
      "overflow, numbers beyond reason",
      LLAMA_CPP,
      { kind: "context_overflow", contextTokens: 1e300 },
      "The conversation has more tokens than the loaded context holds: 1e+300. Start a new session, or load the model with a larger context: llama-server -c 1048576.",
    ],
    [
      "overflow, another server of this machine",
      OTHER,
      { kind: "context_overflow" },
      "The conversation no longer fits. Start a new session, or load the model with a larger context.",
    ],
    [
      "overflow by the answer, hosted",
      HOSTED,
      { kind: "context_overflow", contextTokens: 200000, promptTokens: 195000 },
      "The conversation has 195000 tokens, the loaded context holds 200000, and the answer needs room, too. Start a new session, or choose a model with a larger context with -m.",
    ],
    ["a wait in seconds", HOSTED, { kind: "rate_limit", retryAfterSeconds: 11.05 }, "It asks to wait 12 s."],
    ["a wait in minutes", HOSTED, { kind: "rate_limit", retryAfterSeconds: 301 }, "It asks to wait 6 min."],
    ["no wait", HOSTED, { kind: "rate_limit" }, "Too many requests: wait a little."],
    [
      "how hard to think",
      HOSTED,
      { kind: "unsupported_parameter", parameter: "reasoning_effort" },
      "It refuses `reasoning_effort`, which says how hard to think: take model_reasoning_effort out of the configuration, or give it a level this model knows.",
    ],
    [
      "another parameter",
      HOSTED,
      { kind: "unsupported_parameter", parameter: "tool_choice" },
      "It refuses `tool_choice`. A newer version of the server, or another model, may take it.",
    ],
    [
      "the other API before all else",
      HOSTED,
      { kind: "unsupported_parameter", parameter: "reasoning_effort", wants: "responses" },
      'This model is served on the Responses API: set wire_api = "responses" in [model_providers.groq], or choose another model with -m.',
    ],
    [
      "the other way round",
      HOSTED,
      { kind: "bad_request", wants: "chat" },
      'The server offers Chat Completions: set wire_api = "chat" in [model_providers.groq].',
    ],
    [
      "a model to get, LM Studio",
      LM_STUDIO,
      { kind: "model_not_found" },
      "Model `qwen3` is not there. Choose another with -m, or get it first (leat models pull qwen3).",
    ],
    [
      "a model to get, Ollama",
      OLLAMA,
      { kind: "model_not_found" },
      "Model `qwen3` is not there. Choose another with -m, or get it first (leat models pull qwen3).",
    ],
    [
      "a busy server of this machine",
      OLLAMA,
      { kind: "overloaded" },
      "The server is busy. Local servers often serve one request at a time: end other clients.",
    ],
    [
      "a busy server far away",
      HOSTED,
      { kind: "overloaded" },
      "The server is busy: try again in a while, or choose another model with -m.",
    ],
    [
      "a key in the file that is refused",
      { ...OTHER, hasBearerToken: true },
      { kind: "auth", status: 401 },
      "The key in experimental_bearer_token of [model_providers.vllm] was refused: check it, and that it belongs to http://127.0.0.1:8000/v1.",
    ],
    [
      "a refused key",
      HOSTED,
      { kind: "auth" },
      "The key in GROQ_API_KEY was refused: check it, and that it belongs to https://api.groq.com/openai/v1.",
    ],
  ])("%s", (_, context, error, hint) => {
    expect(explainModelError({ ...error, message: "words." }, context).hint).toBe(hint);
  });
});

test("vLLM without a parser for tool calls is told its own options", () => {
  const message = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set';
  expect(explainModelError({ kind: "tools_unsupported", message, status: 400 }, OTHER)).toEqual({
    message: `vLLM says (HTTP 400): ${message}`,
    hint: "Start the server with the options it names, or choose a model that can call tools with -m.",
  });
});

test("only a header that can't be sent is a request that can't be sent", () => {
  const context = { ...HOSTED, providerId: "p" };
  const error = (message: string): ModelError => ({ kind: "bad_request", message });
  expect(explainModelError(error('Invalid character in header content ["x-key"]'), context).message).toBe(
    'the request can\'t be sent: Invalid character in header content ["x-key"].',
  );
  expect(explainModelError(error("tools[0] is odd"), context)).toEqual({
    message: "Groq says: tools[0] is odd",
  });
});

const KINDS: Readonly<Record<ModelErrorKind, true>> = {
  connection_refused: true,
  host_not_found: true,
  unreachable: true,
  host_not_allowed: true,
  tls: true,
  redirect: true,
  disconnected: true,
  idle_timeout: true,
  incomplete: true,
  empty_answer: true,
  context_overflow: true,
  model_loading: true,
  model_not_loaded: true,
  model_not_found: true,
  tools_unsupported: true,
  unsupported_parameter: true,
  template: true,
  reasoning_replay_required: true,
  rate_limit: true,
  overloaded: true,
  quota: true,
  auth: true,
  not_found: true,
  bad_request: true,
  server: true,
};

test.each(Object.keys(KINDS) as ModelErrorKind[])(
  "%s ends well, whatever the server's words end in",
  (kind) => {
    for (const words of ["it broke", "it broke.", "it broke. \n", "it broke..."]) {
      for (const status of [undefined, 400]) {
        const error: ModelError = { kind, message: words, ...(status === undefined ? {} : { status }) };
        const { message, hint } = explainModelError(error, OTHER);
        expect(message).not.toMatch(/[^.]\.\.(?:$|[^.])|\s$|\.,|\. \./);
        expect(hint ?? "none.").toMatch(/[^.]\.$/);
      }
    }
  },
);
