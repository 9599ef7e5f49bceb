import { type Answers, modelList, namedModels, ownedBy, type ServerAdapter, success } from "../adapter.ts";
import { count, type Fields, fields, flag, known, text, texts, tokens } from "../fields.ts";
import type { ServedModel } from "../identity.ts";

/** `n_ctx` of `/props` is that of a slot, which is what one request has; `n_ctx_train` is what the model was made for. */
export const llamacpp: ServerAdapter = {
  kind: "llamacpp",
  looksLike: (list) => ownedBy(list, "llamacpp") && !list.models.some(isRouted),
  routes: ["/props"],
  moreRoutes: [],
  identify(answers) {
    const props = success(answers, "/props");
    const isOurs = props !== undefined && isProps(props) && props["role"] !== "router";
    const list = modelList(answers);
    // With a key set, `/props` may be shut while the list is open.
    if (!isOurs && (list === undefined || !llamacpp.looksLike(list))) {
      return undefined;
    }
    return {
      kind: "llamacpp",
      ignoresModelName: true,
      ...known({ version: text(props?.["build_info"]), slots: count(props?.["total_slots"]) }),
      models: models(answers, isOurs ? props : {}),
    };
  },
};

/** llama.cpp in router mode: several models, each a server of its own behind this one. */
export const llamacppRouter: ServerAdapter = {
  kind: "llamacpp-router",
  looksLike: (list) => list.models.some(isRouted),
  routes: ["models"],
  moreRoutes: ["/props"],
  identify(answers) {
    const list = modelList(answers);
    const props = success(answers, "/props");
    if (list === undefined || !llamacppRouter.looksLike(list)) {
      return undefined;
    }
    return {
      kind: "llamacpp-router",
      ...known({ version: text(props?.["build_info"]) }),
      models: namedModels(list).map(({ id, entry }) => ({ id, ...known({ state: stateOf(entry) }) })),
    };
  },
  perModel: {
    tellsWindow: true,
    // Asking a model that is not loaded would load it.
    question: ({ id, state }) =>
      state === "loaded" ? { route: `/props?model=${encodeURIComponent(id)}&autoload=false` } : undefined,
    add: (model, props) => ({
      ...model,
      ...known({ ...propsFacts(props), slots: count(props["total_slots"]) }),
    }),
  },
};

function isProps(props: Fields): boolean {
  return "default_generation_settings" in props && "total_slots" in props;
}

/** Entries of the router carry how the server of each model is. */
function isRouted(model: Fields): boolean {
  return typeof fields(model["status"])["value"] === "string";
}

function stateOf(model: Fields): ServedModel["state"] {
  const { value } = fields(model["status"]);
  switch (value) {
    case "loaded":
    case "loading":
      return value;
    case "unloaded":
      return "not-loaded";
    default:
      return undefined;
  }
}

function models(answers: Answers, props: Fields): ServedModel[] {
  const listed = namedModels(modelList(answers));
  if (listed.length === 0) {
    const id = text(props["model_alias"]) ?? text(props["model_path"]);
    return id === undefined ? [] : [{ id, state: "loaded", ...known(propsFacts(props)) }];
  }
  return listed.map(({ id, entry }) => {
    const meta = fields(entry["meta"]);
    const told = known(propsFacts(props));
    const window = told.contextWindow ?? tokens(meta["n_ctx"]);
    return {
      id,
      state: "loaded",
      ...told,
      ...known({
        contextWindow: window,
        aliases: aliasesOf(id, entry),
        sizeBytes: count(meta["size"]),
        maxContextWindow: tokens(meta["n_ctx_train"]),
      }),
    };
  });
}

function aliasesOf(id: string, entry: Fields): readonly string[] | undefined {
  const others = texts(entry["aliases"]).filter((alias) => alias !== id);
  return others.length === 0 ? undefined : others;
}

function propsFacts(props: Fields) {
  const caps = fields(props["chat_template_caps"]);
  return {
    contextWindow: tokens(fields(props["default_generation_settings"])["n_ctx"]),
    vision: flag(fields(props["modalities"])["vision"]),
    tools: flag(caps["supports_tools"]),
  };
}
