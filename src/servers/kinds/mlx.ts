import { type ModelList, modelList, namedModels, type ServerAdapter } from "../adapter.ts";

/** Lists all of the cache of Hugging Face, and tells neither what is loaded nor how much fits. */
export const mlx: ServerAdapter = {
  kind: "mlx",
  looksLike: isFromPython,
  routes: ["models"],
  moreRoutes: [],
  identify(answers) {
    const list = modelList(answers);
    return list === undefined || !isFromPython(list)
      ? undefined
      : { kind: "mlx", models: namedModels(list).map(({ id }) => ({ id })) };
  },
};

/** It is served by Python's own http.server, and names no owner. */
function isFromPython({ models, software = "" }: ModelList): boolean {
  return (
    /^BaseHTTP\//.test(software) && models.every((model) => "created" in model && !("owned_by" in model))
  );
}
