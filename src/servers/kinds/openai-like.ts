import { modelList, namedModels, type ServerAdapter } from "../adapter.ts";
import { known, tokens } from "../fields.ts";

/** Whoever has a list of models. Only `max_model_len` is known to be the window of a running model; `context_length` is not. */
export const openaiLike: ServerAdapter = {
  kind: "openai-like",
  looksLike: () => false,
  routes: ["models"],
  moreRoutes: [],
  identify(answers) {
    const list = modelList(answers);
    if (list === undefined) {
      return undefined;
    }
    return {
      kind: "openai-like",
      models: namedModels(list).map(({ id, entry }) => ({
        id,
        ...known({ contextWindow: tokens(entry["max_model_len"]) }),
      })),
    };
  },
};
