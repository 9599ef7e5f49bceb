import { modelList, namedModels, ownedBy, type ServerAdapter, success } from "../adapter.ts";
import { count, fields, flag, known, text, tokens } from "../fields.ts";

/** `/v1/model` is the loaded one; the list holds the whole folder of models. */
export const tabbyapi: ServerAdapter = {
  kind: "tabbyapi",
  looksLike: (list) => ownedBy(list, "tabbyapi"),
  routes: ["/v1/model"],
  moreRoutes: [],
  identify(answers) {
    const model = success(answers, "/v1/model");
    const parameters = fields(model?.["parameters"]);
    const list = modelList(answers);
    const isOurs = "max_seq_len" in parameters;
    if (!isOurs && (list === undefined || !tabbyapi.looksLike(list))) {
      return undefined;
    }
    const id = isOurs ? text(model?.["id"]) : undefined;
    const others = namedModels(list).filter((listed) => listed.id !== id);
    return {
      kind: "tabbyapi",
      ...known({ slots: count(parameters["max_batch_size"]) }),
      models: [
        ...(id === undefined
          ? []
          : [
              {
                id,
                state: "loaded" as const,
                ...known({
                  contextWindow: tokens(parameters["max_seq_len"]),
                  vision: flag(parameters["use_vision"]),
                }),
              },
            ]),
        ...others.map((listed) => ({ id: listed.id, state: "not-loaded" as const })),
      ],
    };
  },
};
