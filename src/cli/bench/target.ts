/** Which model is meant, and how it is asked: found as exec finds it. */
import type { Config, ConfigFlags } from "../../config/index.ts";
import { openEndpointMemory, readOpenAiKey } from "../../home/index.ts";
import { createHttpClient, isLoopback } from "../../net/index.ts";
import type { EndpointMemory, LeatError } from "../../protocol/index.ts";
import { type Endpoint, rememberedFacts } from "../../wire/index.ts";
import { chooseProvider } from "../choose-provider.ts";
import { askWindow } from "../companions/ask-window.ts";
import { resolveEndpoint } from "../endpoint.ts";
import { exitCode } from "../exit-code.ts";
import { explain } from "../explain.ts";
import { explainConfigError } from "../explain-config.ts";
import { explainContext } from "../explain-context.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { sessionHeaders, withSessionId } from "../session-id.ts";
import { loadSettings } from "../settings.ts";
import type { ModelResult } from "./result.ts";
import type { Subject } from "./run-model.ts";

export interface Wanted {
  /** `-c key=value`, in the order given. */
  readonly overrides: readonly string[];
  readonly profile?: string;
  readonly provider?: string;
}

export type Target = Omit<Subject, "line"> & {
  readonly hostname: string;
  readonly line: Omit<Subject["line"], "http">;
};

type Found =
  | { readonly type: "target"; readonly target: Target }
  /** This one can't be asked; the others may. */
  | { readonly type: "unmet"; readonly result: ModelResult }
  /** Nothing can. Why has been said. */
  | { readonly type: "ended"; readonly code: number };

export async function findTarget(wanted: Wanted, name: string | undefined, io: Io): Promise<Found> {
  const flags: ConfigFlags = {
    ...(wanted.profile === undefined ? {} : { profile: wanted.profile }),
    ...(wanted.provider === undefined ? {} : { modelProvider: wanted.provider }),
    ...(name === undefined ? {} : { model: name }),
  };
  const reload = (more: ConfigFlags) =>
    loadSettings({ overrides: wanted.overrides, addDirs: [], flags: { ...flags, ...more } }, io);
  const loaded = reload({});
  if (!loaded.ok) {
    return { type: "ended", code: fail(io, explainConfigError(loaded.error)) };
  }
  const { home } = loaded;
  const memory = openEndpointMemory(home);
  const chosen = await chooseProvider(
    {
      wanted: { offline: false, ...(name === undefined ? {} : { model: name }) },
      config: loaded.config,
      home,
      memory,
      traffic: undefined,
      reload,
    },
    io,
  );
  if (io.interrupt.aborted) {
    return { type: "ended", code: exitCode.interrupted };
  }
  if (!chosen.ok) {
    const message = "it is not there, as was said above.";
    return { type: "unmet", result: failed(loaded.config, { message }) };
  }
  const { config } = chosen;
  const resolved = resolveEndpoint(config, io.env, () => readOpenAiKey(home), memory);
  if (!resolved.ok) {
    const explanation = explain(resolved.error, explainContext(config));
    fail(io, explanation);
    return { type: "unmet", result: failed(config, explanation) };
  }
  return { type: "target", target: targetOf(config, resolved.endpoint, { memory, io }) };
}

function targetOf(config: Config, endpoint: Endpoint, own: { memory: EndpointMemory; io: Io }): Target {
  const { model, provider } = config;
  const { memory, io } = own;
  const { hostname } = new URL(endpoint.baseUrl);
  // One of its own, so that a router sends all of it to the same machine.
  const session = crypto.randomUUID();
  const context = explainContext(config);
  return {
    ...placeOf(config),
    hostname,
    line: {
      endpoint: { ...endpoint, sessionHeaders: sessionHeaders(provider, session) },
      memory,
      signal: io.interrupt,
      model,
      settings: { ...config.generation, extraBody: withSessionId(provider.extraBody, session) },
      now: () => performance.now(),
    },
    async askWindow() {
      const known = config.contextWindow;
      if (known !== undefined || !isLoopback(hostname)) {
        return known ?? rememberedFacts(endpoint, model, memory).model.contextWindow;
      }
      const openHttp = () => createHttpClient(new Set());
      const found = await askWindow({ endpoint, model, memory, openHttp, signal: io.interrupt });
      return found?.tokens;
    },
    explain: (error: LeatError) => explain(error, context),
    newSeed: () => crypto.randomUUID().slice(0, 8),
  };
}

function failed(config: Config, explanation: ReturnType<typeof explain>): ModelResult {
  return { ...placeOf(config), sizes: [], end: { type: "failed", explanation } };
}

/** The address without credentials and parameters, which may be secret. */
function placeOf({ model, provider }: Config) {
  const { origin, pathname } = new URL(provider.baseUrl);
  return { model, provider: provider.id, baseUrl: `${origin}${pathname}` };
}
