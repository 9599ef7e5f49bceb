/** What a person reads of `leat models load` and `unload`, and of a server that can't do what was asked. */
import { safeLine } from "../../exec/index.ts";
import { formatCount } from "../../figures/index.ts";
import type { ControlEnd, ServedModel, ServerIdentity } from "../../servers/index.ts";
import { explainAbsence } from "../explain-server.ts";
import type { Explanation } from "../explanation.ts";
import { SERVER_NAMES } from "../server-names.ts";
import type { ChosenServer, MetServer, ModelCommandOptions, ModelDeed } from "./model-command.ts";

/** They run, but none of them can. */
export function explainUnable(deed: ModelDeed, servers: readonly ChosenServer[]): Explanation {
  const places = servers.map(({ place }) => place).join(" and ");
  const [only, ...more] = servers;
  const theirs = more.length > 0 ? "load their" : "loads its";
  const pronoun = more.length > 0 ? "themselves: they serve" : "itself: it serves";
  if (deed === "pull") {
    return {
      message: `${places} ${more.length > 0 ? "pull" : "pulls"} no models for leat.`,
      hint: `Ollama and LM Studio do: start one of them, or name it with --provider.${only === undefined ? "" : ownWay(only.server)}`,
    };
  }
  return {
    message: `${places} ${theirs} models ${pronoun} what ${more.length > 0 ? "they were" : "it was"} started with.`,
    hint: `leat models ${deed} works with Ollama, LM Studio and the router of llama.cpp.${only === undefined ? "" : ownWay(only.server)}`,
  };
}

function ownWay({ kind }: ServerIdentity): string {
  switch (kind) {
    case "llamacpp":
    case "llamacpp-router":
      return " For another model of llama.cpp: llama-server -hf <user>/<repository>:<quantization> --jinja";
    case "vllm":
      return " For another model of vLLM: vllm serve <model>";
    case "mlx":
      return " For another model of MLX-LM: mlx_lm.server --model <repository>";
    case "sglang":
      return " For another model of SGLang: python -m sglang.launch_server --model-path <model>";
    case "ollama":
    case "lmstudio":
    case "tabbyapi":
    case "koboldcpp":
    case "localai":
    case "litellm":
    case "openai-like":
      return "";
    default:
      return kind satisfies never;
  }
}

/** None that was asked is there. */
export function explainNoServer(asked: readonly MetServer[], { provider }: ModelCommandOptions): Explanation {
  const lines = asked.flatMap(({ found, config, ids }) =>
    found.type === "identified" ? [] : [`${ids.join(", ")}: ${safeLine(explainAbsence(found, config))}`],
  );
  return provider === undefined
    ? { message: "no server was found that could.", hint: lines.join("\n") }
    : { message: lines.join("\n") };
}

export function loadedText(
  { id }: ServedModel,
  window: number | undefined,
  already: "already" | "now",
): string {
  const told = window === undefined ? "" : `, window ${formatCount(window)}`;
  return `${safeLine(id)} is loaded${already === "already" ? " already" : ""}${told}\n`;
}

export function explainSeveral(name: string, ids: readonly string[], place: string): Explanation {
  return {
    message: `${safeLine(name)} fits several models of ${place}: ${ids.map(safeLine).join(", ")}.`,
    hint: "Type more of the name of the one you mean.",
  };
}

export type FailedControl = Exclude<ControlEnd, { type: "done" | "still-busy" | "interrupted" }>;

export function explainControl(
  end: FailedControl,
  deed: ModelDeed,
  { place, server, model }: ChosenServer & { readonly model: ServedModel },
): Explanation {
  const id = safeLine(model.id);
  switch (end.type) {
    case "broken":
      return {
        message: `the connection to ${place} broke while it was to ${deed} ${id}: ${safeLine(end.error.message)}.`,
        hint: "The server may have crashed or run out of memory: look at its log.",
      };
    case "no-route":
      return {
        message: `this version of ${SERVER_NAMES[server.kind]} ${deed}s no models when asked over HTTP.`,
        hint: server.kind === "lmstudio" ? `0.4 and newer do. Until then: lms ${deed} ${id}` : "Update it.",
      };
    case "refused": {
      const status = end.status === undefined || end.status === 200 ? "" : ` (HTTP ${end.status})`;
      return {
        message: `${place} does not ${deed} ${id}${status}: ${safeLine(end.message).trim()}`,
        hint: refusalHint(end, server, model),
      };
    }
    default:
      return end satisfies never;
  }
}

const OUT_OF_MEMORY =
  /more system memory|insufficient|not enough (?:memory|resources)|out of memory|cudamalloc|unable to allocate|failed to allocate|amount of memory/i;

function refusalHint(
  { status, message }: Extract<ControlEnd, { type: "refused" }>,
  { models }: ServerIdentity,
  wanted: ServedModel,
): string {
  if (status === 401 || status === 403) {
    return "The server wants a key: name its variable as env_key of the provider.";
  }
  if (OUT_OF_MEMORY.test(message)) {
    const loaded = models.filter(({ id, state }) => state === "loaded" && id !== wanted.id);
    const others = loaded.map(({ id }) => safeLine(id)).join(", ");
    return loaded.length === 0
      ? "Take a smaller model or quantization, or a smaller window."
      : `Make room: leat models unload <name> (loaded: ${others}). Or take a smaller model or window.`;
  }
  return "Look at the server's log.";
}
