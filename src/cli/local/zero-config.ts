/** Nothing is configured: what runs on this machine is used. */
import { createHttpClient } from "../../net/index.ts";
import { chatModels, type Discovery, discoverServers, modelNamed } from "../../servers/index.ts";
import { memoryPlace } from "../../wire/index.ts";
import { exitCode } from "../exit-code.ts";
import { explainConfigError, explainUnknownKeys } from "../explain-config.ts";
import type { Explanation } from "../explanation.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { type Choice, type ChoiceSources, hasKey } from "../provider-choice.ts";
import { asProvider } from "./found-provider.ts";
import { explainName, explainNoModel, explainNothing, usingText } from "./local-text.ts";
import { type Pick, pickServer, type WantedModel } from "./pick-server.ts";

export async function useWhatRuns(sources: ChoiceSources, io: Io): Promise<Choice> {
  const { wanted: options, config, home, traffic } = sources;
  const http = createHttpClient(new Set(), { traffic });
  const discovery = await discoverServers({ http, signal: io.interrupt }).finally(() => http.close());
  if (io.interrupt.aborted) {
    return { ok: false, code: exitCode.interrupted };
  }
  const wanted: WantedModel | undefined = config.modelIsDefault
    ? undefined
    : { name: config.model, isTyped: options.model !== undefined };
  const pick = pickServer(discovery.found, wanted);
  const canAskOpenAi = !options.offline && hasKey(config, home, io);
  if (pick.type === "use") {
    io.stderr.write(`${usingText(pick, discovery, { wanted, hasKey: canAskOpenAi })}\n`);
    return use(pick, sources, io);
  }
  if (canAskOpenAi) {
    return { ok: true, config };
  }
  // A misspelt key may well be why nothing is configured.
  const unknown = explainUnknownKeys(config.file, config.warnings);
  if (unknown !== undefined) {
    io.stderr.write(`warning: ${unknown}\n`);
  }
  return { ok: false, code: fail(io, explainPick(pick, discovery, wanted)) };
}

function use(
  { server: found, model }: Extract<Pick, { type: "use" }>,
  { config, memory, reload }: ChoiceSources,
  io: Io,
): Choice {
  const settings = reload({ found: asProvider(found, model, config) });
  if (!settings.ok) {
    return { ok: false, code: fail(io, explainConfigError(settings.error)) };
  }
  const { provider } = settings.config;
  const window = modelNamed(found.server, model)?.contextWindow;
  memory.put(memoryPlace(provider), model, {
    server: { kind: found.server.kind },
    model: window === undefined ? {} : { contextWindow: window },
  });
  return settings;
}

function explainPick(
  pick: Exclude<Pick, { type: "use" }>,
  discovery: Discovery,
  wanted: WantedModel | undefined,
): Explanation {
  const { found } = discovery;
  switch (pick.type) {
    case "nothing":
      return explainNothing(discovery);
    case "no-model":
      return explainNoModel(found);
    case "not-there": {
      const places = found.map(({ server, port }) => ({
        kind: server.kind,
        host: `localhost:${port}`,
        ids: chatModels(server).map(({ id }) => id),
      }));
      return explainName(wanted?.name ?? "", pick.fitting, places);
    }
    default:
      return pick satisfies never;
  }
}
