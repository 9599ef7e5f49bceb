import { expect, test } from "vitest";
import type { Check } from "../../../src/cli/doctor/check.ts";
import { judgeAbilities, judgeModel } from "../../../src/cli/doctor/checks/model.ts";
import { judgeWindow, type WindowEvidence } from "../../../src/cli/doctor/checks/window.ts";
import type { ServedModel, ServerIdentity } from "../../../src/servers/index.ts";

const withAdvice = ({ status, message, advice }: Check) => ({
  line: `${status} ${message}`,
  paste: advice?.paste,
});

const server = (models: readonly ServedModel[], more: Partial<ServerIdentity> = {}): ServerIdentity => ({
  kind: "vllm",
  models,
  ...more,
});

test.each<[string, ServerIdentity, string, string | undefined]>([
  ["loaded", server([{ id: "qwen3-8b", state: "loaded" }]), "ok qwen3-8b is loaded", undefined],
  ["there", server([{ id: "qwen3-8b" }]), "ok qwen3-8b is there", undefined],
  [
    "by an alias",
    server([{ id: "a", aliases: ["qwen3-8b"], state: "not-loaded" }]),
    "info qwen3-8b (a) is there and not loaded; the first request loads it",
    undefined,
  ],
  ["loading", server([{ id: "qwen3-8b", state: "loading" }]), "info qwen3-8b is being loaded", undefined],
  [
    "whatever the name",
    server([{ id: "a.gguf", state: "loaded" }], { ignoresModelName: true }),
    "ok qwen3-8b (a.gguf) is loaded",
    undefined,
  ],
  [
    "misspelt",
    server([{ id: "llama" }, { id: "qwen3-8" }]),
    "fail qwen3-8b is not among the server's models: llama, qwen3-8",
    'model = "qwen3-8"',
  ],
  [
    "another is loaded",
    server([{ id: "embed", isEmbedding: true }, { id: "x" }, { id: "yyy", state: "loaded" }]),
    "fail qwen3-8b is not among the server's models: x, yyy",
    'model = "yyy"',
  ],
  [
    "not listed where lists are not all",
    server([{ id: "gpt" }], { kind: "litellm" }),
    "warn qwen3-8b is not among the server's models: gpt",
    'model = "gpt"',
  ],
  [
    "misspelt where it could be pulled",
    server([{ id: "qwen3-8" }], { kind: "ollama" }),
    "fail qwen3-8b is not among the server's models: qwen3-8",
    'model = "qwen3-8"',
  ],
  [
    "can be pulled",
    server([{ id: "x" }], { kind: "ollama" }),
    "fail qwen3-8b is not among the server's models: x",
    "leat models pull qwen3-8b",
  ],
  [
    "many",
    server(["a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8"].map((id) => ({ id }))),
    "fail qwen3-8b is not among the server's models: a1, b2, c3, d4, e5, f6 and 2 more",
    'model = "a1"',
  ],
  [
    "none at all",
    server([], { kind: "lmstudio" }),
    "fail qwen3-8b: the server has no model yet",
    "leat models pull qwen3-8b",
  ],
  [
    "still loading",
    server([], { isLoading: true }),
    "unknown qwen3-8b: the server is still loading",
    undefined,
  ],
  [
    "embeddings",
    server([{ id: "qwen3-8b", isEmbedding: true }]),
    "fail qwen3-8b makes embeddings and can't answer",
    undefined,
  ],
])("model: %s", (_name, identity, line, paste) => {
  expect(withAdvice(judgeModel({ server: identity, model: "qwen3-8b", isDefault: false }))).toEqual({
    line,
    paste,
  });
});

test("a model's name in a command is one word of it, whatever it is", () => {
  const found = judgeModel({
    server: server([], { kind: "ollama" }),
    model: "a'; rm -rf ~",
    isDefault: true,
  });
  expect(found.advice?.paste).toBe(`leat models pull 'a'\\''; rm -rf ~'`);
});

test.each<[ServedModel, string | undefined]>([
  [{ id: "m" }, undefined],
  [
    { id: "m", tools: true, vision: false, reasoning: true },
    "info the server says of it: tools, no vision, thinking",
  ],
  [{ id: "m", tools: false }, "warn the server says of it: no tools"],
])("abilities: %j", (served, line) => {
  expect(judgeAbilities(served).map((check) => withAdvice(check).line)).toEqual(
    line === undefined ? [] : [line],
  );
});

const most = 131_072;
test.each<[string, Partial<WindowEvidence>, string, string | undefined]>([
  [
    "large",
    { running: 32_768, most },
    "ok the context holds 32,768 tokens as it runs (the model's most: 131,072)",
    undefined,
  ],
  [
    "less is wanted",
    { running: 32_768, configured: 20_000 },
    "ok the context holds 32,768 tokens as it runs; leat uses 20,000 of them (model_context_window)",
    undefined,
  ],
  [
    "small on Ollama",
    { kind: "ollama", running: 4_096, most },
    "warn the context holds 4,096 tokens as it runs (the model's most: 131,072): little for work on files, which goes well from 16,384 on",
    "OLLAMA_CONTEXT_LENGTH=32768 ollama serve",
  ],
  [
    "small on LM Studio",
    { kind: "lmstudio", running: 4_096, most },
    "warn the context holds 4,096 tokens as it runs (the model's most: 131,072): little for work on files, which goes well from 16,384 on",
    "lms unload m && lms load m --context-length 32768",
  ],
  [
    "small on llama.cpp, shared by slots",
    { kind: "llamacpp", running: 4_096, slots: 4 },
    "warn the context holds 4,096 tokens as it runs: little for work on files, which goes well from 16,384 on",
    "llama-server … --ctx-size 131072 --parallel 4",
  ],
  [
    "all the model has",
    { kind: "vllm", running: 8_192, most: 8_192 },
    "warn the context holds 8,192 tokens as it runs (the model's most: 8,192): little for work on files, which goes well from 16,384 on",
    undefined,
  ],
  [
    "more is believed",
    { running: 20_000, most: 20_000, configured: 65_536 },
    "warn the context holds 20,000 tokens as it runs (the model's most: 20,000), but model_context_window says 65,536",
    "model_context_window = 20000",
  ],
  [
    "more is believed, and can be had",
    { kind: "vllm", running: 20_000, most, configured: 65_536 },
    "warn the context holds 20,000 tokens as it runs (the model's most: 131,072), but model_context_window says 65,536",
    "vllm serve … --max-model-len 65536",
  ],
  [
    "not told",
    { most },
    "warn the server does not tell how much the context holds (the model's most: 131,072), and model_context_window is not set",
    "model_context_window = 32768   # what the server was started with",
  ],
  [
    "not told, but configured",
    { configured: 9_000 },
    "info the server does not tell how much the context holds; leat counts on 9,000 (model_context_window)",
    undefined,
  ],
])("window: %s", (_name, evidence, line, paste) => {
  const all = { configured: undefined, running: undefined, most: undefined, slots: undefined };
  expect(withAdvice(judgeWindow({ kind: "openai-like", model: "m", ...all, ...evidence }))).toEqual({
    line,
    paste,
  });
});
