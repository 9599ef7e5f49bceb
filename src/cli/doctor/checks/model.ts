import { nearest } from "../../../config/index.ts";
import type { ServerKind } from "../../../protocol/index.ts";
import { modelNamed, type ServedModel, type ServerIdentity } from "../../../servers/index.ts";
import type { Advice, Check } from "../check.ts";
import { shellWord } from "../shell-word.ts";

export interface ModelEvidence {
  readonly server: ServerIdentity;
  /** As a request names it. */
  readonly model: string;
  /** Nobody named it: it is a default. */
  readonly isDefault: boolean;
}

const MOST_NAMES = 6;

/** Is the model in force there, and in what state? */
export function judgeModel({ server, model, isDefault }: ModelEvidence): Check {
  const id = "model";
  const served = modelNamed(server, model);
  const data = { model, state: served?.state, server_models: server.models.length };
  if (served === undefined) {
    return missing({ server, model, isDefault }, { id, data });
  }
  const name = served.id === model ? model : `${model} (${served.id})`;
  if (served.isEmbedding === true) {
    return {
      id,
      status: "fail",
      message: `${name} makes embeddings and can't answer`,
      hint: "Choose a model that chats: `leat models` lists them.",
      data,
    };
  }
  const guessed = isDefault ? "; no model is configured, it is the default" : "";
  switch (served.state) {
    case "loaded":
      return { id, status: "ok", message: `${name} is loaded${guessed}`, data };
    case "loading":
      return { id, status: "info", message: `${name} is being loaded${guessed}`, data };
    case "not-loaded":
      return {
        id,
        status: "info",
        message: `${name} is there and not loaded; the first request loads it${guessed}`,
        data,
      };
    case undefined:
      return { id, status: "ok", message: `${name} is there${guessed}`, data };
    default:
      return served.state satisfies never;
  }
}

function missing({ server, model }: ModelEvidence, check: Pick<Check, "id" | "data">): Check {
  if (server.models.length === 0) {
    return {
      ...check,
      status: server.isLoading === true ? "unknown" : "fail",
      message:
        server.isLoading === true
          ? `${model}: the server is still loading`
          : `${model}: the server has no model yet`,
      ...adviceToPull(server, model),
    };
  }
  const chatting = server.models.filter(({ isEmbedding }) => isEmbedding !== true);
  const names = chatting.map(({ id }) => id);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  const pull = adviceToPull(server, model);
  const meant = nearest(model, names) ?? (pull.advice === undefined ? bestOf(chatting)?.id : undefined);
  const isAll = LISTS_ALL.has(server.kind);
  return {
    ...check,
    status: isAll ? "fail" : "warn",
    message: `${model} is not among the server's models: ${names.slice(0, MOST_NAMES).join(", ")}${more}`,
    ...(isAll
      ? {}
      : { hint: "Some servers know more names than they list: the checks that follow show it." }),
    ...(meant === undefined
      ? pull
      : { advice: { reason: `The server has no ${model}.`, paste: `model = ${JSON.stringify(meant)}` } }),
  };
}

/** What is not in the list of these can't be asked for; others load or forward what they do not list. */
const LISTS_ALL: ReadonlySet<ServerKind> = new Set(["ollama", "vllm", "sglang"]);

function bestOf(models: readonly ServedModel[]): ServedModel | undefined {
  return models.find(({ state }) => state === "loaded") ?? models[0];
}

function adviceToPull({ kind }: ServerIdentity, model: string): { readonly advice?: Advice } {
  const reason = `The server has no ${model}.`;
  return kind === "ollama" || kind === "lmstudio"
    ? { advice: { reason, paste: `leat models pull ${shellWord(model)}` } }
    : {};
}

/** What the server tells that the model can do. */
export function judgeAbilities(served: ServedModel): Check[] {
  const { tools, vision, reasoning } = served;
  const told = [
    ["tools", tools],
    ["vision", vision],
    ["thinking", reasoning],
  ] as const;
  const words = told.flatMap(([name, can]) => (can === undefined ? [] : [can ? name : `no ${name}`]));
  if (words.length === 0) {
    return [];
  }
  return [
    {
      id: "model.abilities",
      status: tools === false ? "warn" : "info",
      message: `the server says of it: ${words.join(", ")}`,
      ...(tools === false
        ? {
            hint: "Without tools a model can't work on files: leat describes them in the prompt, which small models follow badly.",
          }
        : {}),
      data: { tools, vision, reasoning },
    },
  ];
}
