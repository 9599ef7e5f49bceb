import { type ModelList, modelList, namedModels, type ServerAdapter, success } from "../adapter.ts";
import { entries, known, text } from "../fields.ts";

/** `/system` has its backends and what is loaded; windows are told nowhere. */
export const localai: ServerAdapter = {
  kind: "localai",
  looksLike: isBare,
  routes: ["/system"],
  moreRoutes: ["/version"],
  identify(answers) {
    const system = success(answers, "/system");
    if (system === undefined || !Array.isArray(system["backends"])) {
      return undefined;
    }
    const loaded = new Set(entries(system["loaded_models"]).map(({ id }) => id));
    return {
      kind: "localai",
      ...known({ version: text(success(answers, "/version")?.["version"]) }),
      models: namedModels(modelList(answers)).map(({ id }) => ({
        id,
        state: loaded.has(id) ? "loaded" : "not-loaded",
      })),
    };
  },
};

/** Entries hold the name and nothing else. */
function isBare({ models }: ModelList): boolean {
  return models.length > 0 && models.every((model) => !("owned_by" in model) && !("created" in model));
}
