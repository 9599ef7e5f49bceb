import { modelList, namedModels, ownedBy, type ServerAdapter, success } from "../adapter.ts";
import { count, known, text, tokens } from "../fields.ts";

/** `max_model_len` is the window it was started with. */
export const sglang: ServerAdapter = {
  kind: "sglang",
  looksLike: (list) => ownedBy(list, "sglang"),
  routes: ["models"],
  moreRoutes: ["/get_server_info"],
  identify(answers) {
    const list = modelList(answers);
    if (list === undefined || !sglang.looksLike(list)) {
      return undefined;
    }
    const info = success(answers, "/get_server_info");
    return {
      kind: "sglang",
      ...known({ version: text(info?.["version"]), slots: count(info?.["max_running_requests"]) }),
      models: namedModels(list).map(({ id, entry }) => ({
        id,
        state: "loaded",
        ...known({ contextWindow: tokens(entry["max_model_len"]) }),
      })),
    };
  },
};
