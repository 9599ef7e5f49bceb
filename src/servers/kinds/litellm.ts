import { type ModelList, modelList, namedModels, type ServerAdapter, success } from "../adapter.ts";
import { entries, fields, flag, known, text, tokens } from "../fields.ts";

/** A gateway: what it tells of a model's window is what the model was made for, not what a server behind it runs with. */
export const litellm: ServerAdapter = {
  kind: "litellm",
  looksLike: (list) => isUvicorn(list) && list.models.some((model) => model["owned_by"] === "openai"),
  routes: ["/model/info"],
  moreRoutes: [],
  identify(answers) {
    const data = success(answers, "/model/info")?.["data"];
    if (!Array.isArray(data) || !entries(data).every((model) => "litellm_params" in model)) {
      return undefined;
    }
    const infos = new Map(
      entries(data).map((model) => [text(model["model_name"]), fields(model["model_info"])]),
    );
    return {
      kind: "litellm",
      models: namedModels(modelList(answers)).map(({ id }) => {
        const info = infos.get(id) ?? {};
        return {
          id,
          ...known({
            maxContextWindow: tokens(info["max_input_tokens"]),
            isEmbedding: info["mode"] === "embedding" ? (true as const) : undefined,
            vision: flag(info["supports_vision"]),
            tools: flag(info["supports_function_calling"]),
            reasoning: flag(info["supports_reasoning"]),
          }),
        };
      }),
    };
  },
};

function isUvicorn({ software }: ModelList): boolean {
  return software === undefined || software === "uvicorn";
}
