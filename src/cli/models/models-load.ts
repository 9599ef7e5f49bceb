/** `leat models load` and `leat models unload`: a model into the memory of its server, and out of it. */
import { openProgress, safeLine } from "../../exec/index.ts";
import type { HttpClient } from "../../net/index.ts";
import {
  type ControlEnd,
  identifyServer,
  matchName,
  modelControl,
  modelNamed,
  type ServedModel,
  type ServerIdentity,
} from "../../servers/index.ts";
import { exitCode } from "../exit-code.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { explainName } from "../local/local-text.ts";
import { terminalFacts, toSink } from "../terminal.ts";
import { chooseServer, clientFor } from "./choose-server.ts";
import type { ChosenServer, ModelCommandOptions } from "./model-command.ts";
import { explainControl, explainSeveral, loadedText } from "./model-command-text.ts";

export async function runModelsLoad(options: ModelCommandOptions, io: Io): Promise<number> {
  return await withServer("load", options, io, async (deed) => {
    const { chosen } = deed;
    const model = modelMeant(options.name, chosen.server, chosen, io);
    if (typeof model === "number") {
      return model;
    }
    if (model.state === "loaded") {
      const known = model.contextWindow ?? (await windowNow(deed, model, io));
      io.stdout.write(loadedText(model, known, "already"));
      return exitCode.ok;
    }
    const end = await carryOut(deed, model, io);
    if (end.type !== "done") {
      return conclude(end, deed, model, io);
    }
    const window = end.contextWindow ?? (await windowNow(deed, model, io));
    io.stdout.write(loadedText(model, window, "now"));
    return exitCode.ok;
  });
}

export async function runModelsUnload(options: ModelCommandOptions, io: Io): Promise<number> {
  return await withServer("unload", options, io, async (deed) => {
    const { chosen } = deed;
    const { server } = chosen;
    // What is not loaded is out of the question where a loaded one fits.
    const loaded = { ...server, models: server.models.filter(({ state }) => state !== "not-loaded") };
    const isAmongLoaded = matchName(options.name, loaded).type !== "none";
    const model = modelMeant(options.name, isAmongLoaded ? loaded : server, chosen, io);
    if (typeof model === "number") {
      return model;
    }
    if (model.state === "not-loaded") {
      io.stdout.write(`${safeLine(model.id)} is not loaded\n`);
      return exitCode.ok;
    }
    for (const instance of instancesOf(options.name, model, loaded)) {
      const end = await carryOut(deed, instance, io);
      if (end.type !== "done") {
        return conclude(end, deed, instance, io);
      }
      io.stdout.write(`${safeLine(instance.id)} is unloaded\n`);
    }
    return exitCode.ok;
  });
}

interface Deed {
  readonly type: "load" | "unload";
  readonly chosen: ChosenServer;
  readonly http: HttpClient;
}

async function withServer(
  type: Deed["type"],
  options: ModelCommandOptions,
  io: Io,
  act: (deed: Deed) => Promise<number>,
): Promise<number> {
  const choice = await chooseServer(type, options, io);
  if (!choice.ok) {
    return choice.code;
  }
  const { chosen } = choice;
  const http = clientFor(chosen);
  try {
    return await act({ type, chosen, http });
  } finally {
    http.close();
  }
}

/** The exit code where it is not one; why has been said then. */
function modelMeant(
  name: string,
  server: ServerIdentity,
  { place, address }: ChosenServer,
  io: Io,
): ServedModel | number {
  const match = matchName(name, server);
  switch (match.type) {
    case "exact":
    case "completed": {
      const model = modelNamed(server, match.type === "exact" ? name : match.id);
      if (model === undefined) {
        throw new Error("a name that fits has no model");
      }
      return model;
    }
    case "several":
      return fail(io, explainSeveral(name, match.ids, place));
    case "none": {
      const { host } = new URL(address.baseUrl);
      const ids = server.models.map(({ id }) => id);
      return fail(io, explainName(name, [], [{ kind: server.kind, host, ids }]));
    }
    default:
      return match satisfies never;
  }
}

/** LM Studio runs a model in several instances: its name means all, an instance's own name only that one. */
function instancesOf(name: string, model: ServedModel, { models }: ServerIdentity): readonly ServedModel[] {
  const named = models.filter(({ id, aliases = [] }) => id === name || aliases.includes(name));
  return named.length > 1 && !named.some(({ id }) => id === name) ? named : [model];
}

async function carryOut({ type, chosen, http }: Deed, model: ServedModel, io: Io): Promise<ControlEnd> {
  const act = modelControl(chosen.server.kind)[type];
  if (act === undefined) {
    throw new Error(`${chosen.server.kind} ${type}s no models`);
  }
  const view = openProgress(toSink(io.stderr), { color: "auto", ...terminalFacts(io.env) });
  view.wait(`${type}ing ${safeLine(model.id)}`);
  const end = await act(model, { address: chosen.address, http, signal: io.interrupt });
  view.clear();
  return end;
}

function conclude(
  end: Exclude<ControlEnd, { type: "done" }>,
  { type, chosen }: Deed,
  model: ServedModel,
  io: Io,
): number {
  const id = safeLine(model.id);
  switch (end.type) {
    case "interrupted":
      io.stderr.write(`no longer waiting for ${id}; ${chosen.place} may go on. leat models tells.\n`);
      return exitCode.interrupted;
    case "still-busy":
      io.stdout.write(`${id} will be unloaded when the request it works on has ended\n`);
      return exitCode.ok;
    case "broken":
    case "no-route":
    case "refused":
      return fail(io, explainControl(end, type, { ...chosen, model }));
    default:
      return end satisfies never;
  }
}

const ANSWERS_WITHIN_MS = 3_000;

/** As it runs now; undefined where the server does not tell. */
async function windowNow({ chosen, http }: Deed, { id }: ServedModel, io: Io): Promise<number | undefined> {
  const found = await identifyServer(chosen.address, {
    http,
    signal: io.interrupt,
    timeoutMs: ANSWERS_WITHIN_MS,
    expected: chosen.server.kind,
    about: { model: id },
    triesRoutes: false,
  });
  return found.type === "identified" ? modelNamed(found.server, id)?.contextWindow : undefined;
}
