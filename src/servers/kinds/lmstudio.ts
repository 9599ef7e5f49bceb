import { type ServerAdapter, success } from "../adapter.ts";
import { count, entries, type Fields, fields, flag, known, text, texts, tokens } from "../fields.ts";
import type { ServedModel } from "../identity.ts";

/** LM Studio 0.4 and newer: every model on disk, with the instances of it that are loaded. */
export const lmstudio: ServerAdapter = {
  kind: "lmstudio",
  looksLike: ({ models }) => models.some(isOwned),
  routes: ["/api/v1/models"],
  moreRoutes: [],
  identify(answers) {
    const models = success(answers, "/api/v1/models")?.["models"];
    // Other servers answer to `models`, too; a list of instances is LM Studio's own.
    if (!Array.isArray(models) || !entries(models).every((model) => "key" in model && "type" in model)) {
      return undefined;
    }
    return { kind: "lmstudio", models: entries(models).flatMap(servedModels) };
  },
};

/** LM Studio before 0.4, where that route is an error. */
export const lmstudioBefore04: ServerAdapter = {
  kind: "lmstudio",
  looksLike: lmstudio.looksLike,
  routes: ["/api/v0/models"],
  moreRoutes: [],
  identify(answers) {
    const data = success(answers, "/api/v0/models")?.["data"];
    if (!Array.isArray(data) || !entries(data).every((model) => "state" in model)) {
      return undefined;
    }
    return { kind: "lmstudio", models: entries(data).flatMap(oldModel) };
  },
};

/** `organization_owner`, spelled so or so over the versions. */
function isOwned(model: Fields): boolean {
  return /^organi[sz]ation[-_]owner$/.test(String(model["owned_by"]));
}

function servedModels(model: Fields): ServedModel[] {
  const key = text(model["key"]);
  if (key === undefined) {
    return [];
  }
  const capabilities = fields(model["capabilities"]);
  const reasoning = capabilities["reasoning"];
  const facts = known({
    isEmbedding: model["type"] === "embedding" ? (true as const) : undefined,
    sizeBytes: count(model["size_bytes"]),
    maxContextWindow: tokens(model["max_context_length"]),
    vision: flag(capabilities["vision"]),
    tools: flag(capabilities["trained_for_tool_use"]),
    reasoning: typeof reasoning === "object" && reasoning !== null ? true : flag(reasoning),
  });
  const instances = entries(model["loaded_instances"]);
  if (instances.length === 0) {
    return [{ id: key, state: "not-loaded", ...facts }];
  }
  return instances.map((instance) => {
    const config = fields(instance["config"]);
    const id = text(instance["id"]) ?? key;
    // A request that names the model is answered by any of its instances.
    const aliases = id === key ? undefined : [key];
    const contextWindow = tokens(config["context_length"]);
    return {
      id,
      state: "loaded",
      ...facts,
      ...known({ aliases, contextWindow, slots: count(config["parallel"]) }),
    };
  });
}

function oldModel(model: Fields): ServedModel[] {
  const id = text(model["id"]);
  if (id === undefined) {
    return [];
  }
  const isLoaded = model["state"] === "loaded";
  const capabilities = Array.isArray(model["capabilities"]) ? texts(model["capabilities"]) : undefined;
  return [
    {
      id,
      state: isLoaded ? "loaded" : "not-loaded",
      ...known({
        isEmbedding: model["type"] === "embeddings" ? (true as const) : undefined,
        contextWindow: isLoaded ? tokens(model["loaded_context_length"]) : undefined,
        maxContextWindow: tokens(model["max_context_length"]),
        vision: model["type"] === "vlm" ? true : undefined,
        tools: capabilities?.includes("tool_use"),
      }),
    },
  ];
}
