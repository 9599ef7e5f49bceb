import { expect, test } from "vitest";
import { asProvider } from "../../../src/cli/local/found-provider.ts";
import type { ServerKind } from "../../../src/protocol/index.ts";
import { configOf } from "../../config/support.ts";

/** A configured provider of another address never lends its key. */
test.each([
  { kind: "ollama", expected: { id: "ollama", table: { name: "Ollama" } } },
  { kind: "llamacpp-router", expected: { id: "llamacpp", table: { name: "llama.cpp (router)" } } },
  { kind: "sglang", expected: { id: "sglang", table: { name: "SGLang" } } },
  {
    kind: "ollama",
    text: '[model_providers.ollama]\nbase_url = "https://ollama.example/v1"\nenv_key = "FAR_KEY"',
    expected: { id: "ollama-5000", table: { name: "Ollama" } },
  },
  {
    kind: "ollama",
    text: '[model_providers.ollama]\nbase_url = "http://[::1]:5000/v1"',
    expected: { id: "ollama" },
  },
  {
    kind: "vllm",
    text: '[model_providers.mine]\nbase_url = "http://127.0.0.1:5000/v1/"',
    expected: { id: "mine" },
  },
  {
    kind: "vllm",
    text: '[model_providers.mine]\nbase_url = "http://10.0.0.7:5000/v1"',
    expected: { id: "vllm", table: { name: "vLLM" } },
  },
])("$kind, configured: $text: $expected", ({ kind, text, expected }) => {
  const baseUrl = "http://localhost:5000/v1";
  const server = { kind: kind as ServerKind, models: [] };
  const { table, ...provider } = asProvider({ port: 5000, baseUrl, server }, "m", configOf(text));
  const named = expected.table === undefined ? {} : { table: { ...expected.table, baseUrl } };
  expect({ ...provider, ...(table === undefined ? {} : { table }) }).toEqual({
    id: expected.id,
    model: "m",
    ...named,
  });
});
