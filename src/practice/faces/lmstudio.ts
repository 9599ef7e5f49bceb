import type { StoredModel } from "../model-store.ts";
import { nowMs } from "../pace.ts";
import {
  type DownloadJob,
  fieldOf,
  inventedSize,
  LONGEST,
  list,
  ok,
  type Question,
  stringOf,
  type Told,
  type World,
} from "./face.ts";

export async function asLmStudio(question: Question, world: World): Promise<Told> {
  const { name, json, signal } = question;
  const { store } = world;
  settleDownloads(world);
  switch (name) {
    case "GET /v1/models":
      return list(store.all().map((model) => ({ id: model.name, owned_by: "organization_owner" })));
    case "GET /api/v1/models":
      return ok({ models: store.all().map((model) => entry(model, world)) });
    case "GET /api/v0/models":
      return ok({ object: "list", data: store.all().map((model) => oldEntry(model, world)) });
    case "POST /api/v1/models/load": {
      const model = store.find(stringOf(json, "model") ?? "");
      if (model === null) {
        return refuse(404, "model_not_found", `Model ${JSON.stringify(fieldOf(json, "model"))} not found`);
      }
      const started = nowMs();
      model.window = tokens(fieldOf(json, "context_length")) ?? model.window;
      await store.load(model, signal);
      return ok({
        type: typeOf(model),
        instance_id: model.name,
        load_time_seconds: Math.round(nowMs() - started) / 1000,
        status: "loaded",
      });
    }
    case "POST /api/v1/models/unload": {
      const instance = stringOf(json, "instance_id");
      const model = store.find(instance ?? "");
      if (model === null || store.state(model).type !== "loaded") {
        return refuse(404, "model_not_found", `No loaded instance ${JSON.stringify(instance)}`);
      }
      store.unload(model);
      return ok({ instance_id: instance });
    }
    case "POST /api/v1/models/download":
      return download(stringOf(json, "model"), world);
    case "GET /api/v1/models/download/status":
      return ok(allJobs(world));
    default: {
      const id = /^GET \/api\/v1\/models\/download\/status\/(.+)$/.exec(name)?.[1];
      const job = id === undefined ? undefined : world.downloads.jobs.get(id);
      if (job !== undefined) {
        return ok(status(job, world));
      }
      return id === undefined
        ? // With status 200, as LM Studio does.
          ok({ error: `Unexpected endpoint or method. (${name})` })
        : refuse(404, "job_not_found", `No download ${id}`);
    }
  }
}

function entry(model: StoredModel, { store }: World) {
  const isLoaded = store.state(model).type === "loaded";
  const isText = model.makes === "text";
  const config = { context_length: model.window, ...(isText ? { parallel: store.slotCount } : {}) };
  return {
    type: typeOf(model),
    publisher: "leat",
    key: model.name,
    display_name: model === store.main ? "the practice model of leat" : model.name,
    loaded_instances: isLoaded ? [{ id: model.name, config }] : [],
    max_context_length: LONGEST,
    format: "script",
    ...(model === store.main ? {} : { size_bytes: model.sizeBytes }),
    ...(isText
      ? {
          capabilities: {
            vision: false,
            trained_for_tool_use: true,
            reasoning: { allowed_options: ["on"], default: "on" },
          },
        }
      : {}),
  };
}

function oldEntry(model: StoredModel, { store }: World) {
  const isLoaded = store.state(model).type === "loaded";
  return {
    id: model.name,
    object: "model",
    type: model.makes === "text" ? "llm" : "embeddings",
    state: isLoaded ? "loaded" : "not-loaded",
    max_context_length: LONGEST,
    ...(isLoaded ? { loaded_context_length: model.window } : {}),
    ...(model.makes === "text" ? { capabilities: ["tool_use"] } : {}),
  };
}

function typeOf(model: StoredModel): string {
  return model.makes === "text" ? "llm" : "embedding";
}

function download(model: string | null, world: World): Told {
  if (model === null) {
    return refuse(400, "invalid_request", "model is required");
  }
  if (model.startsWith("missing")) {
    return refuse(404, "model_not_found", `Model ${JSON.stringify(model)} not found`);
  }
  if (world.store.find(model) !== null) {
    return ok({ status: "already_downloaded" });
  }
  const { jobs } = world.downloads;
  const running = [...jobs.values()].find((job) => job.model === model);
  const job = running ?? {
    id: `job_${(jobs.size + 1).toString(16).padStart(10, "0")}`,
    model,
    startedAtMs: nowMs(),
  };
  jobs.set(job.id, job);
  const { status: state, ...rest } = status(job, world);
  return ok({ ...rest, status: state });
}

function status(job: DownloadJob, { downloads }: World) {
  const total = inventedSize(job.model);
  const share = Math.min(1, (nowMs() - job.startedAtMs) / Math.max(1, downloads.durationMs));
  const ends = new Date(job.startedAtMs + downloads.durationMs).toISOString();
  const facts = {
    job_id: job.id,
    total_size_bytes: total,
    downloaded_bytes: Math.floor(total * share),
    started_at: new Date(job.startedAtMs).toISOString(),
  };
  return share === 1
    ? { ...facts, status: "completed" as const, completed_at: ends }
    : {
        ...facts,
        status: "downloading" as const,
        bytes_per_second: total / (downloads.durationMs / 1000),
        estimated_completion: ends,
      };
}

function allJobs(world: World) {
  const jobs = [...world.downloads.jobs.values()].map((job) => status(job, world));
  const of = (state: string) => jobs.filter((job) => job.status === state);
  return { downloading: of("downloading"), completed: of("completed"), failed: [], paused: [] };
}

/** Nothing runs in the background: a download that is over by now is put among the models when someone looks. */
function settleDownloads(world: World): void {
  for (const job of world.downloads.jobs.values()) {
    if (status(job, world).status === "completed") {
      world.store.add(job.model, inventedSize(job.model));
    }
  }
}

function tokens(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}

function refuse(code: number, type: string, message: string): Told {
  return { status: code, body: { error: { type, message } } };
}
