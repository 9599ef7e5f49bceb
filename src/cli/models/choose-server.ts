/** Which server a command about one model goes to. */
import { createHttpClient, type HttpClient } from "../../net/index.ts";
import { matchName, modelControl } from "../../servers/index.ts";
import { exitCode } from "../exit-code.ts";
import { explainConfigError } from "../explain-config.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { placeText } from "../local/local-text.ts";
import { findTargets, hostsOf, meetTarget, type Targets } from "../server-targets.ts";
import type { ChosenServer, MetServer, ModelCommandOptions, ModelDeed } from "./model-command.ts";
import { explainNoServer, explainUnable } from "./model-command-text.ts";

export type ServerChoice =
  | { readonly ok: true; readonly chosen: ChosenServer }
  /** Why has been said. */
  | { readonly ok: false; readonly code: number };

/**
 * The named one; else the one in force; else the first on this machine that can do it, Ollama before LM Studio, and one that
 * has the model before one that has not. What nobody named or configured is said.
 */
export async function chooseServer(
  deed: ModelDeed,
  options: ModelCommandOptions,
  io: Io,
): Promise<ServerChoice> {
  const targets = await findTargets(options, io);
  if (!targets.ok) {
    return { ok: false, code: fail(io, explainConfigError(targets.error)) };
  }
  const met = await meetAll(targets, options.name, io);
  if (io.interrupt.aborted) {
    return { ok: false, code: exitCode.interrupted };
  }
  const candidates = met.flatMap(toCandidate);
  const able = candidates.filter(({ server }) => modelControl(server.kind)[deed] !== undefined).sort(byRank);
  const inForce = able.find((candidate) => candidate.isInForce);
  const [chosen] = inForce === undefined && deed !== "pull" ? preferHolders(able, options.name) : able;
  if (chosen === undefined) {
    const explanation =
      candidates.length > 0 ? explainUnable(deed, candidates) : explainNoServer(met, options);
    return { ok: false, code: fail(io, explanation) };
  }
  if (options.provider === undefined && !chosen.isInForce) {
    io.stderr.write(`using ${chosen.place}\n`);
  }
  return { ok: true, chosen };
}

interface Candidate extends ChosenServer {
  readonly isInForce: boolean;
}

async function meetAll(
  { targets, chosen, home }: Extract<Targets, { ok: true }>,
  model: string,
  io: Io,
): Promise<MetServer[]> {
  const http = createHttpClient(hostsOf(targets));
  try {
    return await Promise.all(
      targets.map(async (target) => {
        const [config] = target;
        const ids = target.map(({ provider }) => provider.id);
        const isInForce = ids.includes(chosen.provider.id);
        const { endpoint, found } = await meetTarget(target, { home, http, about: { model } }, io);
        return { config, ids, isInForce, endpoint, found };
      }),
    );
  } finally {
    http.close();
  }
}

function toCandidate({ found, endpoint, config, isInForce }: MetServer): Candidate[] {
  if (found.type !== "identified" || endpoint === undefined) {
    return [];
  }
  const { host } = new URL(config.provider.baseUrl);
  const place = placeText(found.server.kind, host);
  return [{ address: endpoint, server: found.server, place, isInForce }];
}

const RANKS: readonly string[] = ["ollama", "lmstudio"];

function byRank(one: Candidate, other: Candidate): number {
  const rank = ({ isInForce, server }: Candidate) =>
    isInForce ? -1 : RANKS.includes(server.kind) ? RANKS.indexOf(server.kind) : RANKS.length;
  return rank(one) - rank(other);
}

function preferHolders(able: readonly Candidate[], name: string): readonly Candidate[] {
  const type = ({ server }: Candidate) => matchName(name, server).type;
  const holders = [
    ...able.filter((candidate) => type(candidate) === "exact"),
    ...able.filter((candidate) => type(candidate) !== "none"),
  ];
  return holders.length > 0 ? holders : able;
}

/** A client that goes nowhere else. */
export function clientFor({ address }: ChosenServer): HttpClient {
  return createHttpClient(new Set([new URL(address.baseUrl).hostname]));
}
