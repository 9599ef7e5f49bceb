/** Which model a typed name means, asked of the server where it is not known yet. */

import { safeLine } from "../../exec/index.ts";
import { readOpenAiKey } from "../../home/index.ts";
import { createHttpClient } from "../../net/index.ts";
import type { ServerKind } from "../../protocol/index.ts";
import {
  chatModels,
  identifyServer,
  matchName,
  modelNamed,
  type ServerIdentity,
} from "../../servers/index.ts";
import { memoryPlace } from "../../wire/index.ts";
import { resolveEndpoint } from "../endpoint.ts";
import { exitCode } from "../exit-code.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { type Choice, type ChoiceSources, isGuessed } from "../provider-choice.ts";
import { explainName, placeText } from "./local-text.ts";

/** The first request waits no longer than that. */
const TIMEOUT_MS = 300;

/** A server that does not answer is asked for the model as it was typed, and says itself what it thinks of it. */
export async function completeModel(sources: ChoiceSources, io: Io): Promise<Choice> {
  const { config, home, traffic } = sources;
  const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home));
  if (!resolved.ok) {
    return { ok: true, config };
  }
  const http = createHttpClient(new Set(), { traffic });
  const found = await identifyServer(resolved.endpoint, {
    http,
    signal: io.interrupt,
    timeoutMs: TIMEOUT_MS,
    about: { model: config.model },
    triesRoutes: false,
  }).finally(() => http.close());
  if (io.interrupt.aborted) {
    return { ok: false, code: exitCode.interrupted };
  }
  return found.type === "identified" ? settle(found.server, sources, io) : { ok: true, config };
}

function settle(server: ServerIdentity, sources: ChoiceSources, io: Io): Choice {
  const { config, wanted } = sources;
  const { host } = new URL(config.provider.baseUrl);
  const place = placeText(server.kind, host);
  if (isGuessed(config)) {
    const [model] = chatModels(server);
    if (model === undefined) {
      return { ok: true, config };
    }
    io.stderr.write(`using ${safeLine(model.id)} on ${place}, since no model is named\n`);
    return use(model.id, server, sources);
  }
  const name = wanted.model ?? config.model;
  if (server.ignoresModelName === true || isFetchedByName(name, server.kind)) {
    return use(name, server, sources);
  }
  const match = matchName(name, server);
  switch (match.type) {
    case "exact":
      return use(name, server, sources);
    case "completed":
      io.stderr.write(`using ${safeLine(match.id)} on ${place} for ${safeLine(name)}\n`);
      return use(match.id, server, sources);
    case "several":
    case "none": {
      const fitting = match.type === "several" ? match.ids : [];
      // Such a server may well have what it does not list, and refuses by itself what it has not.
      if (fitting.length === 0 && !LISTS_ALL.includes(server.kind)) {
        return { ok: true, config };
      }
      const ids = chatModels(server).map(({ id }) => id);
      return { ok: false, code: fail(io, explainName(name, fitting, [{ kind: server.kind, host, ids }])) };
    }
    default:
      return match satisfies never;
  }
}

/** MLX-LM takes any repository of Hugging Face, whether it is on the disk or not. */
function isFetchedByName(name: string, kind: ServerKind): boolean {
  return kind === "mlx" && name.includes("/");
}

/** Where a name that is not on the list is sure to be none. */
const LISTS_ALL: readonly ServerKind[] = ["lmstudio", "ollama", "llamacpp-router", "vllm"];

/** Remembered, so that the same name is not asked about again. */
function use(model: string, server: ServerIdentity, { config, memory }: ChoiceSources): Choice {
  const window = modelNamed(server, model)?.contextWindow;
  memory.put(memoryPlace(config.provider), model, {
    server: { kind: server.kind },
    model: { isListed: true, ...(window === undefined ? {} : { contextWindow: window }) },
  });
  return { ok: true, config: { ...config, model, modelIsDefault: false } };
}
