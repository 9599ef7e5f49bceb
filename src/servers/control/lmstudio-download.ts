/** What LM Studio (0.4 and newer) says of a download it does by itself: at its start, and whenever it is asked. Pure. */
import type { Answer } from "../adapter.ts";
import { fields, known, text } from "../fields.ts";
import { bytes, errorOf } from "./ollama-pull.ts";
import type { PullProgress } from "./pull-event.ts";
import { type PullRefusal, pullRefusal } from "./pull-refusal.ts";

export type DownloadState =
  | {
      readonly type: "downloading" | "paused";
      /** Absent in what is said of a job that was asked for by its id. */
      readonly jobId?: string;
      readonly progress?: PullProgress;
    }
  | { readonly type: "completed" }
  | { readonly type: "there-already" }
  | { readonly type: "refused"; readonly refusal: PullRefusal };

export function downloadState({ status, json }: Answer): DownloadState {
  const body = fields(json);
  const message = errorOf(body);
  // An unknown route is answered with status 200 and an error.
  if (status < 200 || status > 299 || (message !== undefined && text(body["status"]) === undefined)) {
    return { type: "refused", refusal: pullRefusal(message ?? `HTTP ${status}`, status) };
  }
  const state = text(body["status"]);
  switch (state) {
    case "completed":
      return { type: "completed" };
    case "already_downloaded":
      return { type: "there-already" };
    case "failed":
      return { type: "refused", refusal: pullRefusal(message ?? "the download failed") };
    case "downloading":
    case "paused": {
      const doneBytes = bytes(body["downloaded_bytes"]);
      const totalBytes = bytes(body["total_size_bytes"]);
      const progress =
        doneBytes === undefined || totalBytes === undefined || totalBytes === 0
          ? undefined
          : {
              doneBytes: Math.min(doneBytes, totalBytes),
              totalBytes,
              ...known({ bytesPerSecond: bytes(body["bytes_per_second"]) }),
            };
      return { type: state, ...known({ jobId: text(body["job_id"]), progress }) };
    }
    default:
      return {
        type: "refused",
        refusal: pullRefusal(`what it says of the download is not understood (status ${state})`),
      };
  }
}
