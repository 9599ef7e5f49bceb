import { sleep } from "../../net/index.ts";
import type { Route } from "../adapter.ts";
import { type Asked, ask } from "../ask.ts";
import { fields, known, tokens } from "../fields.ts";
import type { ModelControl, PullEnd, PullOptions } from "./control.ts";
import { readEnd } from "./control-end.ts";
import { type DownloadState, downloadState } from "./lmstudio-download.ts";
import { type Attempt, withRetries } from "./retries.ts";

export const lmstudioControl: ModelControl = {
  async pull(name, options) {
    // The server downloads by itself: after a break only the question is asked again.
    const job = { id: undefined };
    return await withRetries((attempt) => watchDownload(name, { options, attempt, job }), options);
  },

  async load({ id, aliases }, access) {
    // An instance has an id of its own; what is loaded is the model behind it.
    const json = { model: aliases?.[0] ?? id, echo_load_config: true };
    const asked = await ask(access.address, { route: "/api/v1/models/load", json }, access);
    return readEnd(asked, (body) => ({
      type: "done",
      ...known({ contextWindow: tokens(fields(body["load_config"])["context_length"]) }),
    }));
  },

  async unload({ id }, access) {
    const json = { instance_id: id };
    return readEnd(await ask(access.address, { route: "/api/v1/models/unload", json }, access));
  },
};

interface Watching {
  readonly options: PullOptions;
  readonly attempt: Attempt;
  readonly job: { id: string | undefined };
}

const POLL_MS = 500;

async function watchDownload(name: string, { options, attempt, job }: Watching): Promise<PullEnd> {
  for (;;) {
    const asked = await askDownload(name, job.id, options);
    if (asked.type === "aborted") {
      return options.signal.aborted
        ? { type: "interrupted" }
        : { type: "broken", error: { kind: "idle_timeout", message: SILENT } };
    }
    if (asked.type === "failed") {
      return { type: "broken", error: asked.error };
    }
    if (job.id !== undefined && asked.answer.status === 404) {
      // LM Studio was restarted: asked anew, it goes on with what is on its disk.
      job.id = undefined;
      return { type: "broken", error: { kind: "incomplete", message: "the server forgot the download" } };
    }
    const state = downloadState(asked.answer);
    const end = endOf(state);
    if (end !== undefined) {
      return end;
    }
    job.id ??= "jobId" in state ? state.jobId : undefined;
    tell(state, attempt);
    await sleep(options.pollMs ?? POLL_MS, options.signal);
  }
}

const ANSWERS_WITHIN_MS = 20_000;
const SILENT = `no answer within ${ANSWERS_WITHIN_MS / 1000} s`;

/** Asking for a download that runs already is answered with its state. */
async function askDownload(
  name: string,
  jobId: string | undefined,
  { address, http, signal }: PullOptions,
): Promise<Asked> {
  const access = { http, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]) };
  const route: Route =
    jobId === undefined
      ? "/api/v1/models/download"
      : `/api/v1/models/download/status/${encodeURIComponent(jobId)}`;
  return await ask(address, jobId === undefined ? { route, json: { model: name } } : { route }, access);
}

function endOf(state: DownloadState): PullEnd | undefined {
  switch (state.type) {
    case "completed":
      return { type: "pulled" };
    case "there-already":
      return { type: "there-already" };
    case "refused":
      return state;
    case "downloading":
    case "paused":
      return undefined;
    default:
      return state satisfies never;
  }
}

function tell(state: DownloadState, { onNews }: Attempt): void {
  if (state.type === "paused") {
    onNews({ type: "paused" });
  } else if (state.type === "downloading" && state.progress !== undefined) {
    onNews({ type: "progress", progress: state.progress });
  } else {
    onNews({ type: "stage", text: "downloading" });
  }
}
