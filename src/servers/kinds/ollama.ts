import { type Answers, modelList, namedModels, type ServerAdapter, success } from "../adapter.ts";
import { count, entries, type Fields, fields, known, text, texts, tokens } from "../fields.ts";
import type { ServedModel, ServerIdentity } from "../identity.ts";

/**
 * `/api/ps` has what is loaded, with the window it was loaded with; `/api/tags` what there is. llama.cpp and KoboldCpp answer
 * to some of these routes, too, so their own come first.
 */
export const ollama: ServerAdapter = {
  kind: "ollama",
  // Models of other people's are owned by their names.
  looksLike: ({ models }) => models.some((model) => model["owned_by"] === "library"),
  routes: ["/api/ps"],
  moreRoutes: ["/api/tags", "/api/version"],
  identify(answers) {
    const running = success(answers, "/api/ps")?.["models"];
    if (!Array.isArray(running) || !entries(running).every(isRunning)) {
      return undefined;
    }
    // KoboldCpp plays this route as well, without a window; only the list tells the two apart then.
    if (!answers.has("models") && !entries(running).every((model) => "context_length" in model)) {
      return undefined;
    }
    return {
      kind: "ollama",
      ...known({ version: text(success(answers, "/api/version")?.["version"]) }),
      models: models(entries(running), answers),
    };
  },
  perModel: {
    tellsWindow: false,
    windowWhenLoaded: ({ parameters }) =>
      tokens(Number(/^num_ctx\s+(\d{1,9})\s*$/m.exec(text(parameters) ?? "")?.[1])),
    question: ({ id }) => ({ route: "/api/show", json: { model: id } }),
    add(model, answer) {
      const capabilities = Array.isArray(answer["capabilities"]) ? texts(answer["capabilities"]) : undefined;
      const info = fields(answer["model_info"]);
      const length = tokens(info[`${text(info["general.architecture"])}.context_length`]);
      const hasOnly = capabilities?.includes("embedding") === true && !capabilities.includes("completion");
      return {
        ...model,
        ...known({
          maxContextWindow: length,
          isEmbedding: hasOnly ? (true as const) : undefined,
          vision: capabilities?.includes("vision"),
          tools: capabilities?.includes("tools"),
          reasoning: capabilities?.includes("thinking"),
        }),
      };
    },
  },
};

function isRunning(model: Fields): boolean {
  return "expires_at" in model || "size_vram" in model;
}

function models(running: readonly Fields[], answers: Answers): ServerIdentity["models"] {
  const loaded = running.flatMap((model) => served(model, "loaded"));
  const tags = entries(success(answers, "/api/tags")?.["models"]).flatMap((tag) => served(tag, "not-loaded"));
  const listed = namedModels(modelList(answers)).map(({ id }) => named(id, "not-loaded"));
  const isLoaded = ({ id }: ServedModel) => loaded.some((other) => other.id === id);
  return [...loaded, ...(tags.length > 0 ? tags : listed).filter((model) => !isLoaded(model))];
}

function served(model: Fields, state: "loaded" | "not-loaded"): ServedModel[] {
  const id = text(model["name"]) ?? text(model["model"]);
  if (id === undefined) {
    return [];
  }
  const contextWindow = state === "loaded" ? tokens(model["context_length"]) : undefined;
  const isRemote = text(model["remote_host"]) === undefined ? undefined : (true as const);
  return [{ ...named(id, state), ...known({ sizeBytes: count(model["size"]), contextWindow, isRemote }) }];
}

/** A name without a tag means `latest`. Models of Ollama's cloud are on the list like any other, told by their tags. */
function named(id: string, state: "loaded" | "not-loaded"): ServedModel {
  return {
    id,
    state,
    ...(id.endsWith(":latest") ? { aliases: [id.slice(0, -":latest".length)] } : {}),
    ...(/[:-]cloud$/.test(id) ? { isRemote: true as const } : {}),
  };
}
