import type { Config } from "../../../config/index.ts";
import { formatCount } from "../../../figures/index.ts";
import { explainAbsence } from "../../explain-server.ts";
import { serverName } from "../../models/models-text.ts";
import type { Meeting } from "../../server-targets.ts";
import type { Advice, Check } from "../check.ts";
import { inSeconds } from "../duration.ts";

export interface ServerEvidence {
  readonly config: Config;
  readonly ids: readonly string[];
  readonly found: Meeting["found"];
  readonly tookMs: number;
  /** Its provider is the one in force. */
  readonly isInForce: boolean;
}

/** Is it there, and who is it? Only the server in force must be. */
export function judgeServer({ config, ids, found, tookMs, isInForce }: ServerEvidence): Check {
  const id = "server";
  const { origin, pathname } = new URL(config.provider.baseUrl);
  const place = { providers: ids, base_url: `${origin}${pathname}`, in_force: isInForce };
  if (found.type === "identified") {
    const { kind, version, slots, isLoading } = found.server;
    const parallel = slots === undefined ? "" : `, ${formatCount(slots)} ${slots === 1 ? "slot" : "slots"}`;
    const name = kind === "openai-like" ? "a server with a list of models" : serverName(found.server);
    return {
      id,
      status: "ok",
      message: `${name} answers in ${inSeconds(tookMs)}${parallel}${isLoading === true ? "; its model is still being loaded" : ""}`,
      data: { ...place, server: kind, version, slots, took_ms: Math.round(tookMs) },
    };
  }
  const isMissing = found.type === "unreachable" && found.error.kind === "connection_refused";
  const advice = isInForce && isMissing ? adviceToStart(config.provider.id) : undefined;
  return {
    id,
    status: isInForce ? "fail" : isMissing ? "info" : "warn",
    message: explainAbsence(found, config),
    data: { ...place, reason: found.type },
    ...(advice === undefined ? {} : { advice }),
  };
}

/** By the provider's name alone, since nobody answers. */
function adviceToStart(providerId: string): Advice | undefined {
  const paste = START.get(providerId);
  return paste === undefined ? undefined : { reason: "The server in force does not run.", paste };
}

const START: ReadonlyMap<string, string> = new Map([
  ["ollama", "ollama serve"],
  ["oss", "ollama serve"],
  ["lmstudio", "lms server start"],
  ["llamacpp", "llama-server -m <model.gguf> --jinja --port 8080"],
]);
