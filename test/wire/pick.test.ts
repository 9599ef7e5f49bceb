import { describe, expect, test } from "vitest";
import { pickDialect } from "../../src/wire/dialects/pick.ts";
import { dialectOf } from "../support/dialects.ts";

test.each([
  ["openai", "api.openai.com", "openai"],
  ["mine", "API.OpenAI.com", "openai"],
  ["azure", "eu.openai.azure.com", "azure"],
  ["azure", "box.cognitiveservices.azure.com", "azure"],
  ["openai", "localhost", "generic"],
  ["openai", "openai.com.evil.org", "generic"],
  ["mine", "notopenai.com", "generic"],
  ["mine", "api.groq.com", "groq"],
  ["groq", "localhost", "generic"],
  ["mine", "api.mistral.ai", "mistral"],
  ["mine", "api.deepseek.com", "deepseek"],
  ["mine", "openrouter.ai", "openrouter"],
  ["mine", "api.x.ai", "xai"],
  ["mine", "notx.ai", "generic"],
  ["mine", "api.cerebras.ai", "cerebras"],
  ["mine", "api.moonshot.cn", "moonshot"],
  ["mine", "api.z.ai", "zai"],
  ["mine", "open.bigmodel.cn", "zai"],
  ["mine", "dashscope-intl.aliyuncs.com", "dashscope"],
  ["mine", "api.fireworks.ai", "fireworks"],
  ["mine", "api.together.xyz", "together"],
  ["mine", "generativelanguage.googleapis.com", "gemini"],
  ["mine", "us-central1-aiplatform.googleapis.com", "gemini"],
  ["mine", "api.anthropic.com", "anthropic"],
  ["mine", "api.githubcopilot.com", "copilot"],
  ["llamacpp", "localhost", "llama.cpp"],
  ["llama.cpp", "localhost", "llama.cpp"],
  ["llamacpp", "api.openai.com", "openai"],
  ["ollama", "localhost", "ollama"],
  ["oss", "localhost", "ollama"],
  ["boss", "localhost", "generic"],
  ["LM-Studio", "10.0.0.7", "lmstudio"],
  ["my-vllm", "localhost", "vllm"],
  ["sglang", "localhost", "sglang"],
  ["mlx_lm", "localhost", "mlx"],
  ["tabbyAPI", "localhost", "tabbyapi"],
  ["koboldcpp", "localhost", "koboldcpp"],
  ["litellm", "localhost", "litellm"],
  ["localai", "localhost", "localai"],
  ["mine", "ollama.lan", "ollama"],
  ["mine", "localhost", "generic"],
])("provider %s at %s: %s", (providerId, hostname, name) => {
  expect(pickDialect({ providerId, hostname, model: "m" }).name).toBe(name);
});

test.each([
  [{ providerName: "vLLM on the box" }, "vllm"],
  [{ providerId: "ollama", providerName: "vLLM on the box" }, "ollama"],
  [{ port: 11434 }, "ollama"],
  [{ port: "1234" }, "lmstudio"],
  [{ port: 30000 }, "sglang"],
  [{ port: 8080 }, "generic"],
  [{ port: 1234, providerId: "llamacpp" }, "llama.cpp"],
  [{ port: "" }, "generic"],
])("%j: %s", (identity, name) => {
  expect(dialectOf(identity).name).toBe(name);
});

describe("the model's family", () => {
  const mistral = { turns: "alternating", system: "message", callIds: "nine-alphanumeric" };
  const gemma3 = { turns: "alternating", system: "message", callIds: "verbatim" };
  const gemma = { ...gemma3, system: "first-user-message" };
  const none = { turns: "free", system: "message", callIds: "verbatim" };
  test.each([
    ["mistralai/Devstral-Small-2507", mistral],
    ["ministral-3:8b", mistral],
    ["open-mixtral-8x7b", mistral],
    ["magistral-small", mistral],
    ["Codestral-22B", mistral],
    ["gemma-2-9b-it", gemma],
    ["gemma2:9b", gemma],
    ["gemma-7b-it", gemma],
    ["google/gemma-1.1-2b-it", gemma],
    ["gemma3:27b", gemma3],
    ["gemma-3n-E4B-it", gemma3],
    ["gemma-4-31b", none],
    ["functiongemma-270m", none],
    ["qwen3-coder", none],
    ["openai/gpt-oss-20b", none],
    ["kimi-k2-thinking", none],
  ])("%s", (model, expected) => {
    expect(dialectOf({ model })).toMatchObject(expected);
  });

  test("a server's own quirks are laid over those of the family", () => {
    expect(dialectOf({ model: "devstral", providerId: "lmstudio" })).toMatchObject({
      name: "lmstudio",
      turns: "alternating",
      emptyContent: "empty-string",
    });
  });

  test("of two demands on ids the stricter one counts", () => {
    expect(dialectOf({ model: "Mistral-Large", hostname: "x.services.ai.azure.com" })).toMatchObject({
      name: "azure",
      callIds: "nine-alphanumeric",
    });
  });
});

test.each<[string, object]>([
  ["mlx", { emptyContent: "empty-string", effort: ["chat_template_kwargs"] }],
  ["localai", { emptyContent: "empty-string" }],
  ["tabbyapi", { effort: ["reasoning_effort", "chat_template_kwargs"] }],
  ["sglang", { emptyContent: "empty-string", effort: ["reasoning_effort", "chat_template_kwargs"] }],
  ["llamacpp", { emptyContent: "empty-string", reportsPrefill: true }],
])("quirks of %s that no strict server shows", (providerId, quirks) => {
  expect(dialectOf({ providerId })).toMatchObject(quirks);
});

test.each<[string, object]>([
  ["api.moonshot.ai", { reasoningField: "reasoning_content", effort: ["thinking"] }],
  ["api.z.ai", { reasoning: "with-calls", reasoningField: "reasoning_content" }],
  ["api.x.ai", { maxTokensField: "max_completion_tokens" }],
  ["api.groq.com", { maxTokensField: "max_completion_tokens" }],
  ["api.cerebras.ai", { maxTokensField: "max_completion_tokens" }],
  ["api.githubcopilot.com", { reasoning: "never", callIds: "plain" }],
  ["api.anthropic.com", { reasoning: "never" }],
])("quirks of %s that no strict server shows", (hostname, quirks) => {
  expect(dialectOf({ hostname })).toMatchObject(quirks);
});

describe("who answered there before", () => {
  test.each([
    [{ kind: "vllm", port: 11434 }, "vllm"],
    [{ kind: "llamacpp-router", port: 1234 }, "llama.cpp"],
    // A name says what somebody meant, the server who it is.
    [{ kind: "lmstudio", providerId: "oss" }, "lmstudio"],
    [{ kind: "mlx", providerId: "ollama", providerName: "vLLM" }, "mlx"],
    // One that is nobody we know is not the server of that port; a name may be right.
    [{ kind: "openai-like", port: 11434 }, "generic"],
    [{ kind: "openai-like", port: 11434, providerId: "my-vllm" }, "vllm"],
    [{ kind: "ollama", hostname: "api.openai.com" }, "openai"],
    [{ kind: undefined, port: 11434 }, "ollama"],
  ] as const)("%j: %s", (identity, name) => {
    expect(pickDialect({ providerId: "mine", hostname: "localhost", model: "m", ...identity }).name).toBe(
      name,
    );
  });
});
