import { expect, test } from "vitest";
import { downloadState } from "../../../src/servers/control/lmstudio-download.ts";

test.each<[name: string, status: number, json: unknown, state: object]>([
  [
    "it has begun",
    200,
    {
      job_id: "job_493c7c9ded",
      status: "downloading",
      total_size_bytes: 2279145003,
      downloaded_bytes: 948,
      bytes_per_second: 7834.710743801653,
      estimated_completion: "2025-10-07T00:21:47.030Z",
      started_at: "2025-10-03T15:33:23.496Z",
    },
    {
      type: "downloading",
      jobId: "job_493c7c9ded",
      progress: { doneBytes: 948, totalBytes: 2279145003, bytesPerSecond: 7834.710743801653 },
    },
  ],
  [
    "it does not tell how far it is",
    200,
    { job_id: "j", status: "downloading" },
    { type: "downloading", jobId: "j" },
  ],
  [
    "it stands still",
    200,
    { job_id: "j", status: "paused", total_size_bytes: 10, downloaded_bytes: 4 },
    { type: "paused", jobId: "j", progress: { doneBytes: 4, totalBytes: 10 } },
  ],
  ["it is over", 200, { job_id: "j", status: "completed", total_size_bytes: 10 }, { type: "completed" }],
  ["it is there", 200, { status: "already_downloaded" }, { type: "there-already" }],
  [
    "it failed, with a reason",
    200,
    { job_id: "j", status: "failed", error: "ENOSPC: no space left on device, write" },
    {
      type: "refused",
      refusal: { reason: "disk-full", message: "ENOSPC: no space left on device, write" },
    },
  ],
  [
    "it failed, without one",
    200,
    { job_id: "j", status: "failed" },
    { type: "refused", refusal: { reason: "other", message: "the download failed" } },
  ],
  [
    "no such model",
    404,
    { error: { type: "model_not_found", message: "Model 'a/b' not found" } },
    { type: "refused", refusal: { reason: "no-such-model", message: "Model 'a/b' not found", status: 404 } },
  ],
  [
    "LM Studio before 0.4",
    200,
    { error: "Unexpected endpoint or method. (POST /api/v1/models/download)" },
    {
      type: "refused",
      refusal: {
        reason: "no-route",
        message: "Unexpected endpoint or method. (POST /api/v1/models/download)",
        status: 200,
      },
    },
  ],
  [
    "nonsense",
    200,
    [7],
    {
      type: "refused",
      refusal: {
        reason: "other",
        message: "what it says of the download is not understood (status undefined)",
      },
    },
  ],
])("%s", (_name, status, json, state) => {
  expect(downloadState({ status, software: undefined, json })).toEqual(state);
});
