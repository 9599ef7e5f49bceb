import { expect, test } from "vitest";
import { configOf } from "./support.ts";

const model = "qwen3:30b";

test("what was found running is a provider like any other, and says where it came from", () => {
  const table = { name: "Ollama", baseUrl: "http://localhost:5000/v1" };
  const config = configOf('model = "gpt-5"', {
    flags: { model: "qwen", found: { id: "ollama", model, table } },
  });
  const { origins } = config;
  expect({
    model: [config.model, config.modelIsDefault, origins["model"]],
    provider: [config.provider.id, config.provider.name, config.provider.wireApi],
    origins: [origins["model_provider"], origins["model_providers.ollama.base_url"]],
    known: config.providers.find(({ id }) => id === "ollama"),
  }).toEqual({
    model: [model, false, "found"],
    provider: ["ollama", "Ollama", "chat"],
    origins: ["found", "found"],
    known: {
      id: "ollama",
      name: "Ollama",
      baseUrl: "http://localhost:5000/v1",
      secretVariables: [],
      secretValues: [],
    },
  });
});

test("a kind without a built-in id is a provider of its own", () => {
  const table = { name: "vLLM", baseUrl: "http://localhost:8000/v1" };
  const { provider } = configOf("", { flags: { found: { id: "vllm", model, table } } });
  expect([provider.id, provider.name, provider.baseUrl]).toEqual([
    "vllm",
    "vLLM",
    "http://localhost:8000/v1",
  ]);
});

test("the provider that is configured for that address keeps its table", () => {
  const text = '[model_providers.box]\nbase_url = "http://localhost:8000/v1"\nenv_key = "BOX_KEY"\n';
  const { provider, model: named, origins } = configOf(text, { flags: { found: { id: "box", model } } });
  expect([provider.envKey, named, origins["model_providers.box.base_url"]]).toEqual([
    "BOX_KEY",
    model,
    "config.toml:2",
  ]);
});

test.each([
  ["", undefined, undefined],
  ["", true, true],
  ["show_raw_agent_reasoning = false", true, false],
] as const)("thinking with --oss: %j, %s: %s", (text, flag, shown) => {
  const flags = flag === undefined ? {} : { showRawAgentReasoning: flag };
  expect(configOf(text, { flags }).showRawAgentReasoning).toBe(shown);
});

test.each([
  ['oss_provider = "lmstudio"', "lmstudio"],
  ['profile = "p"\noss_provider = "ollama"\n[profiles.p]\noss_provider = "llamacpp"', "llamacpp"],
  ["", undefined],
])("oss_provider of %j: %s", (text, expected) => {
  expect(configOf(text).ossProvider).toBe(expected);
});
