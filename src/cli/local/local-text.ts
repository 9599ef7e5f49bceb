/** What a person reads of the servers of this machine. */
import { safeLine } from "../../exec/index.ts";
import type { ServerKind } from "../../protocol/index.ts";
import { chatModels, type Discovery, type FoundServer, type ServedModel } from "../../servers/index.ts";
import type { Explanation } from "../explanation.ts";
import { SERVER_NAMES } from "../server-names.ts";
import { HOW_TO_START, PORTS_TEXT } from "./how-to-start.ts";
import type { Pick, WantedModel } from "./pick-server.ts";

/** `Ollama (localhost:11434)` */
export function placeText(kind: ServerKind, host: string): string {
  return `${kind === "openai-like" ? "a server" : SERVER_NAMES[kind]} (${host})`;
}

export function placeOf({ server, port }: FoundServer): string {
  return placeText(server.kind, `localhost:${port}`);
}

/** The same with its version, at the beginning of a line. */
export function serverTitle({ server, port }: FoundServer): string {
  const version = server.version === undefined ? "" : ` ${safeLine(server.version)}`;
  return `${SERVER_NAMES[server.kind]}${version} (localhost:${port})`;
}

/** One line: who answers, and who else could. */
export function usingText(
  { server, model, instead }: Extract<Pick, { type: "use" }>,
  { found, wantKey }: Discovery,
  { wanted, hasKey }: { readonly wanted: WantedModel | undefined; readonly hasKey: boolean },
): string {
  const loading = server.server.isLoading === true ? ", which is still loading its model" : "";
  const asked = wanted === undefined ? "" : safeLine(wanted.name);
  const reason =
    instead === "completed" ? ` for ${asked}` : instead === "other" ? `, since ${asked} is not there` : "";
  const others = [
    ...found.filter((other) => other !== server).map(placeOf),
    ...wantKey.map((port) => `a server that wants a key (localhost:${port})`),
  ];
  const also = others.length === 0 ? "" : `; also found: ${others.join(", ")}`;
  const openAi = hasKey ? "; for OpenAI: -c model_provider=openai" : "";
  const what = server.server.isLoading === true ? "" : `${safeLine(model)} on `;
  return `using ${what}${placeOf(server)}${loading}${reason}${also}${openAi}`;
}

export function explainNothing({ wantKey, silent }: Discovery): Explanation {
  const [shut] = wantKey;
  if (shut !== undefined) {
    return {
      message: `a server at localhost:${shut} wants a key, and no other was found on this machine.`,
      hint: `${keyCommand(shut)}\nTo keep it, write the same into config.toml: model_provider and [model_providers.local].`,
    };
  }
  const mute = silent.map((port) => `localhost:${port}`).join(", ");
  return {
    message:
      silent.length > 0
        ? `${mute} takes connections but does not answer, and no other model server was found on this machine.`
        : `no model server was found on this machine (ports ${PORTS_TEXT}), and there is no key for OpenAI.`,
    hint: `Start one, then run leat again:
${HOW_TO_START}Without any: leat demo. On another port or machine: -c model_provider=local -c model_providers.local.base_url=http://<host>:<port>/v1
With OpenAI: export OPENAI_API_KEY=<key>`,
  };
}

/** Works as typed once the key is put in. */
export function keyCommand(port: number): string {
  return `Name the variable that holds it:
  export LOCAL_KEY=<key>
  leat exec -c model_provider=local -c 'model_providers.local={base_url="http://localhost:${port}/v1", env_key="LOCAL_KEY"}' -m <model> "…"`;
}

/** All of them are there without a model. */
export function explainNoModel(found: readonly FoundServer[]): Explanation {
  const [first] = found;
  return {
    message: `${found.map(placeOf).join(" and ")} ${found.length === 1 ? "runs but has" : "run but have"} no model to talk to.`,
    hint: `${first === undefined ? "" : getHint(first.server.kind)}. Without any: leat demo`,
  };
}

/** How the first model gets there. */
function getHint(kind: ServerKind): string {
  switch (kind) {
    case "ollama":
      return "Get one: leat models pull gpt-oss:20b";
    case "lmstudio":
      return "Get one: leat models pull openai/gpt-oss-20b";
    case "llamacpp":
    case "llamacpp-router":
      return "Start it with one: llama-server -hf ggml-org/gpt-oss-20b-GGUF --jinja";
    case "vllm":
      return "Start it with one: vllm serve openai/gpt-oss-20b";
    case "sglang":
    case "mlx":
    case "tabbyapi":
    case "koboldcpp":
    case "localai":
    case "litellm":
    case "openai-like":
      return "Load one there";
    default:
      return kind satisfies never;
  }
}

/** What is to be read of a name that means no model, or several. */
export function explainName(
  name: string,
  fitting: readonly string[],
  places: readonly { readonly kind: ServerKind; readonly host: string; readonly ids: readonly string[] }[],
): Explanation {
  const where = places.map(({ kind, host }) => placeText(kind, host)).join(" or ");
  if (fitting.length > 0) {
    return {
      message: `-m ${safeLine(name)} fits several models of ${where}: ${nameList(fitting)}.`,
      hint: "Type more of the name of the one you mean.",
    };
  }
  const there = [...new Set(places.flatMap(({ ids }) => ids))];
  const list = there.length === 0 ? "Nothing is there yet." : `There: ${nameList(there)}.`;
  return {
    message: `there is no model ${safeLine(name)} on ${where}.`,
    hint: places.some(({ kind }) => canPull(kind))
      ? `${list} To get it: leat models pull ${safeLine(name)}`
      : list,
  };
}

export function canPull(kind: ServerKind): kind is "ollama" | "lmstudio" {
  return kind === "ollama" || kind === "lmstudio";
}

const MOST_NAMES = 12;

function nameList(ids: readonly string[]): string {
  const more = ids.length > MOST_NAMES ? ` and ${ids.length - MOST_NAMES} more` : "";
  return `${ids.slice(0, MOST_NAMES).map(safeLine).join(", ")}${more}`;
}

/** `gpt-oss:20b is loaded, window 4,096` */
export function modelsText({ server }: FoundServer, formatCount: (count: number) => string): string {
  if (server.isLoading === true) {
    return "its model is still being loaded";
  }
  const models = chatModels(server);
  const [loaded, ...more] = models.filter(({ state }) => state === "loaded");
  if (loaded === undefined) {
    return models.length === 0
      ? `no model yet. ${getHint(server.kind)}`
      : `${models.some(({ state }) => state !== undefined) ? "none loaded, " : ""}${countText(models)}`;
  }
  const { contextWindow } = loaded;
  const window = contextWindow === undefined ? "" : `, window ${formatCount(contextWindow)}`;
  return `${safeLine(loaded.id)} is loaded${window}${more.length === 0 ? "" : `, and ${more.length} more`}`;
}

function countText(models: readonly ServedModel[]): string {
  const [first] = models;
  return models.length === 1
    ? safeLine(first?.id ?? "")
    : `${models.length} models, ${safeLine(first?.id ?? "")} first`;
}
