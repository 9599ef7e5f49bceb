import { expect, test } from "vitest";
import { pickServer, type WantedModel } from "../../../src/cli/local/pick-server.ts";
import type { FoundServer } from "../../../src/servers/index.ts";
import { fixtureOf, serverFixtures } from "../../support/fake-server.ts";

const server = (name: string, port = 8000): FoundServer => ({
  port,
  baseUrl: `http://localhost:${port}/v1`,
  server: fixtureOf(name).identity,
});

/** The server's name and the model, or what there is instead. */
function picked(names: readonly string[], wanted?: WantedModel) {
  const servers = names.map((name, index) => server(name, 8000 + index));
  const { type, ...pick } = pickServer(servers, wanted);
  if (!("server" in pick)) {
    return { type, ...pick };
  }
  const { server: chosen, ...rest } = pick;
  return { on: names[servers.indexOf(chosen)], ...rest };
}

const MODELS: Readonly<Record<string, string | undefined>> = {
  koboldcpp: "koboldcpp/Qwen3-8B-Q4_K_M",
  litellm: "coder",
  llamacpp: "/models/Qwen3-8B-Q4_K_M.gguf",
  "llamacpp-loading": "default",
  "llamacpp-props-shut": "/models/Qwen3-8B-Q4_K_M.gguf",
  "llamacpp-router": "ggml-org/gemma-3-4b-it-GGUF:Q4_K_M",
  lmstudio: "openai/gpt-oss-20b",
  "lmstudio-0.3": "openai/gpt-oss-20b",
  localai: "qwen3-8b",
  mlx: "mlx-community/Qwen3-8B-4bit",
  ollama: "gpt-oss:20b",
  "ollama-cloud": undefined,
  "ollama-empty": undefined,
  "ollama-own-models": "someone/model:7b",
  "openai-like": "mystery-7b",
  sglang: "Qwen/Qwen3-8B",
  tabbyapi: "Qwen3-8B-exl3",
  vllm: "Qwen/Qwen3-Coder-30B-A3B-Instruct",
};

test.each(serverFixtures.map(({ name }) => name))("alone: %s", (name) => {
  expect(picked([name])).toEqual(
    MODELS[name] === undefined ? { type: "no-model" } : { on: name, model: MODELS[name] },
  );
});

const typed = (name: string) => ({ name, isTyped: true });
const configured = (name: string) => ({ name, isTyped: false });

test.each([
  { names: [], expected: { type: "nothing" } },
  { names: ["ollama-empty", "vllm"], expected: { on: "vllm", model: MODELS["vllm"] } },
  { names: ["llamacpp", "ollama"], wanted: typed("qwen3"), expected: { on: "ollama", model: "qwen3" } },
  {
    names: ["vllm", "ollama"],
    wanted: typed("gpt-oss"),
    expected: { on: "ollama", model: "gpt-oss:20b", instead: "completed" },
  },
  { names: ["ollama"], wanted: typed("mistral"), expected: { type: "not-there", fitting: [] } },
  {
    names: ["lmstudio", "llamacpp"],
    wanted: typed("mistral"),
    expected: { on: "llamacpp", model: MODELS["llamacpp"], instead: "other" },
  },
  {
    names: ["ollama", "lmstudio"],
    wanted: configured("gpt-5-codex"),
    expected: { on: "ollama", model: "gpt-oss:20b", instead: "other" },
  },
  {
    names: ["ollama", "lmstudio"],
    wanted: configured("openai/gpt-oss-20b"),
    expected: { on: "lmstudio", model: "openai/gpt-oss-20b" },
  },
])("$names, $wanted: $expected", ({ names, wanted, expected }) => {
  expect(picked(names, wanted)).toEqual(expected);
});
