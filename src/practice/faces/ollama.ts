import type { StoredModel } from "../model-store.ts";
import {
  fieldOf,
  LONGEST,
  list,
  ok,
  type Question,
  stringOf,
  type Told,
  VERSION,
  type World,
} from "./face.ts";
import { pull } from "./ollama-pull.ts";

/** Where a model stays for ever, Ollama tells a time that nobody will see. */
const FOR_EVER = "2100-01-01T00:00:00Z";

export async function asOllama(question: Question, world: World): Promise<Told> {
  const { name, json } = question;
  const { store } = world;
  switch (name) {
    case "GET /v1/models":
      return list(store.all().map((model) => ({ id: model.name, owned_by: "library" })));
    case "GET /api/version":
      return ok({ version: VERSION });
    case "GET /api/tags":
      return ok({
        models: store.all().map((model) => ({ ...entry(model, world), modified_at: "2026-01-01T00:00:00Z" })),
      });
    case "GET /api/ps":
      return ok({ models: store.all().flatMap((model) => running(model, world)) });
    case "POST /api/show":
      return show(json, world);
    case "POST /api/generate":
      return generate(question, world);
    case "POST /api/pull":
      return pull(question, world);
    default:
      return { status: 404, body: "404 page not found" };
  }
}

function entry(model: StoredModel, { store }: World) {
  const details = { format: "gguf", family: "practice", parameter_size: "0B", quantization_level: "none" };
  const size = model === store.main ? 0 : model.sizeBytes;
  return { name: model.name, model: model.name, size, digest: "0".repeat(64), details };
}

function running(model: StoredModel, world: World) {
  const state = world.store.state(model);
  if (state.type !== "loaded") {
    return [];
  }
  const expires = state.expiresAtMs === null ? FOR_EVER : new Date(state.expiresAtMs).toISOString();
  const { size } = entry(model, world);
  return [{ ...entry(model, world), expires_at: expires, size_vram: size, context_length: model.window }];
}

function show(json: unknown, { store }: World): Told {
  // Old clients say `name`.
  const asked = stringOf(json, "model", "name");
  const model = asked === null ? store.main : store.find(asked);
  if (model === null) {
    return notFound(asked ?? "");
  }
  const { details } = entry(model, { store } as World);
  return ok({
    capabilities: model.makes === "text" ? ["completion", "tools", "thinking"] : ["embedding"],
    parameters: `num_ctx ${model.window}`,
    details,
    model_info: { "general.architecture": "practice", "practice.context_length": LONGEST },
  });
}

/** Without a prompt it only loads, unloads, or sets how long the model stays. */
async function generate({ json, signal }: Question, world: World): Promise<Told> {
  const { store } = world;
  const name = stringOf(json, "model") ?? "";
  const model = store.find(name);
  if (model === null) {
    return notFound(name);
  }
  if (stringOf(json, "prompt") !== null) {
    return { status: 400, body: { error: "leat practice speaks on /v1/chat/completions only" } };
  }
  const keepAlive = fieldOf(json, "keep_alive");
  const staysMs = keepAlive === undefined || keepAlive === null ? undefined : readDuration(keepAlive);
  if (staysMs === "unclear") {
    return { status: 400, body: { error: `time: invalid duration ${JSON.stringify(keepAlive)}` } };
  }
  const answer = (reason: string) =>
    ok({ model: name, created_at: new Date().toISOString(), response: "", done: true, done_reason: reason });
  if (staysMs === 0) {
    store.unload(model);
    return answer("unload");
  }
  await store.load(model, signal);
  if (staysMs !== undefined) {
    store.staysFor(model, staysMs);
  }
  return answer("load");
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Seconds, or Go's durations (`1h30m`); below zero: for ever, which is null. */
function readDuration(value: unknown): number | null | "unclear" {
  const seconds = typeof value === "number" ? value : Number.NaN;
  if (Number.isFinite(seconds)) {
    return seconds < 0 ? null : seconds * 1000;
  }
  const text = typeof value === "string" ? value : "";
  // Bare numbers in quotes are taken, too.
  if (/^-?\d+$/.test(text)) {
    return readDuration(Number(text));
  }
  if (!/^-?(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) {
    return "unclear";
  }
  if (text.startsWith("-")) {
    return null;
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ""] ?? 0), 0);
}

function notFound(name: string): Told {
  return { status: 404, body: { error: `model '${name}' not found` } };
}
