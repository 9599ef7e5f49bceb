import { modelList, namedModels, ownedBy, type ServerAdapter, success } from "../adapter.ts";
import { known, text, tokens } from "../fields.ts";

/** `max_model_len` is the window it was started with. */
export const vllm: ServerAdapter = {
  kind: "vllm",
  looksLike: (list) => ownedBy(list, "vllm"),
  routes: ["models"],
  moreRoutes: ["/version"],
  identify(answers) {
    const list = modelList(answers);
    if (list === undefined || !vllm.looksLike(list)) {
      return undefined;
    }
    return {
      kind: "vllm",
      ...known({ version: text(success(answers, "/version")?.["version"]) }),
      models: namedModels(list).map(({ id, entry }) => ({
        id,
        state: "loaded",
        ...known({ contextWindow: tokens(entry["max_model_len"]) }),
      })),
    };
  },
};
