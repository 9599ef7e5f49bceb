import { modelList, namedModels, ownedBy, type ServerAdapter, success } from "../adapter.ts";
import { flag, known, text, tokens } from "../fields.ts";

/** One model, one request at a time. */
export const koboldcpp: ServerAdapter = {
  kind: "koboldcpp",
  looksLike: (list) => ownedBy(list, "koboldcpp"),
  routes: ["/api/extra/true_max_context_length"],
  moreRoutes: ["/api/extra/version"],
  identify(answers) {
    const list = modelList(answers);
    const version = success(answers, "/api/extra/version");
    const isOurs = version?.["result"] === "KoboldCpp" || (list !== undefined && koboldcpp.looksLike(list));
    const window = tokens(success(answers, "/api/extra/true_max_context_length")?.["value"]);
    if (!isOurs && window === undefined) {
      return undefined;
    }
    const [model] = namedModels(list);
    return {
      kind: "koboldcpp",
      ignoresModelName: true,
      ...known({ version: text(version?.["version"]) }),
      models: [
        {
          id: model?.id ?? "koboldcpp",
          state: "loaded",
          ...known({ contextWindow: window, vision: flag(version?.["vision"]) }),
        },
      ],
    };
  },
};
