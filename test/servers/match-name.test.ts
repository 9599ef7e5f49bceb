import { expect, test } from "vitest";
import { chatModels, matchName, type ServedModel } from "../../src/servers/index.ts";

const MODELS: readonly ServedModel[] = [
  { id: "nomic-embed-text:latest", state: "loaded", isEmbedding: true },
  { id: "gpt-oss:20b", state: "not-loaded" },
  { id: "gpt-oss:120b-cloud", state: "not-loaded", isRemote: true },
  { id: "kimi:cloud", state: "not-loaded", isRemote: true },
  { id: "qwen3:30b", state: "not-loaded" },
  { id: "qwen3:30b-a3b-instruct", state: "loaded" },
  { id: "llama3:latest", aliases: ["llama3"], state: "not-loaded" },
  { id: "openai/gpt-oss-20b", state: "loading" },
  { id: "lmstudio/openai/gpt-oss-20b-mlx", state: "not-loaded" },
];
const SERVER = { kind: "openai-like", models: MODELS } as const;

test.each([
  ["gpt-oss:20b", { type: "exact" }],
  ["llama3", { type: "exact" }],
  ["GPT-OSS:20B", { type: "completed", id: "gpt-oss:20b" }],
  ["gpt-oss:2", { type: "completed", id: "gpt-oss:20b" }],
  // The cloud's is not meant by less than its name.
  ["gpt-oss:1", { type: "none" }],
  ["kimi", { type: "none" }],
  ["kimi:cloud", { type: "exact" }],
  ["qwen3", { type: "several", ids: ["qwen3:30b", "qwen3:30b-a3b-instruct"] }],
  ["Qwen3:30B", { type: "completed", id: "qwen3:30b" }],
  ["gpt-oss-20b", { type: "completed", id: "openai/gpt-oss-20b" }],
  ["gpt-oss-2", { type: "several", ids: ["openai/gpt-oss-20b", "lmstudio/openai/gpt-oss-20b-mlx"] }],
  ["openai/gpt", { type: "completed", id: "openai/gpt-oss-20b" }],
  ["gpt-oss", { type: "completed", id: "gpt-oss:20b" }],
  ["instruct", { type: "completed", id: "qwen3:30b-a3b-instruct" }],
  ["nomic", { type: "none" }],
  ["mistral", { type: "none" }],
])("%s: %j", (name, expected) => {
  expect(matchName(name, SERVER)).toEqual(expected);
});

test("a server that takes any name has not every name", () => {
  expect(matchName("other", { ...SERVER, ignoresModelName: true })).toEqual({ type: "none" });
});

test("what can be talked to: the loaded first, nothing of the cloud, no embeddings", () => {
  expect(chatModels(SERVER).map(({ id }) => id)).toEqual([
    "qwen3:30b-a3b-instruct",
    "openai/gpt-oss-20b",
    "gpt-oss:20b",
    "qwen3:30b",
    "llama3:latest",
    "lmstudio/openai/gpt-oss-20b-mlx",
  ]);
});

test.each([
  ["all-minilm", undefined, false],
  ["bge-m3", undefined, false],
  ["Qwen/Qwen3-Reranker-8B", undefined, false],
  ["intfloat/e5-large", undefined, false],
  ["embeddinggemma", undefined, false],
  ["embeddinggemma", false, true],
  ["granite3-dense", undefined, true],
  ["base5-large", undefined, true],
])("%s, told to be an embedding: %s; talked to: %s", (id, isEmbedding, expected) => {
  const model = { id, ...(isEmbedding === undefined ? {} : { isEmbedding }) } as ServedModel;
  expect(chatModels({ kind: "openai-like", models: [model] }).length === 1).toBe(expected);
});
