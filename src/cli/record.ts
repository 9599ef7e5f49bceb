/** `leat exec --record`: every request and its answer, written into a folder as they were. */
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HttpClient, HttpRequest, HttpResponse } from "../net/index.ts";
import { type Endpoint, secretsOf } from "../wire/index.ts";
import type { Explanation } from "./explanation.ts";
import { reasonOf } from "./reason-of.ts";
import { type RecordedCall, toVector } from "./record-vector.ts";
import { version } from "./version.ts";

/** Told before anything is sent: a run that was to be recorded and was not would have to be made again. */
export function prepareFolder(folder: string): Explanation | undefined {
  try {
    makeFolders(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return {
      message: `nothing can be recorded in ${folder}: ${reasonOf(error)}`,
      hint: "--record takes a folder that can be written to; it is made if it does not exist.",
    };
  }
}

/** Step by step: where a folder can't be made though its parent is there (/proc), Node's own way never ends. */
function makeFolders(folder: string): void {
  if (!existsSync(folder)) {
    makeFolders(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}

export interface RecordingOptions {
  /** Exists and can be written to. */
  readonly folder: string;
  /** Its keys are made unreadable in what is written. */
  readonly endpoint: Endpoint;
  readonly warn: (sentence: string) => void;
}

/** An answer without end is not to fill the memory; what is kept of it tells enough. */
const MAX_RECORDED_BYTES = 64 * 2 ** 20;

/** The same client; each call is written down when it is over, whole, broken or aborted. */
export function recordingClient(http: HttpClient, options: RecordingOptions): HttpClient {
  let calls = 0;
  return {
    async post(request) {
      calls += 1;
      const call = beginCall(request, calls, options);
      try {
        return call.watch(await http.post(request));
      } catch (error) {
        call.write(undefined, `no answer: ${wordsOf(error, request.signal)}`);
        throw error;
      }
    },
    // What a server tells of itself is no answer of a model.
    get: (request) => http.get(request),
    close: () => http.close(),
  };
}

interface Call {
  watch(response: HttpResponse): HttpResponse;
  write(answer: RecordedCall["answer"], ended: string): void;
}

function beginCall(request: HttpRequest, number: number, options: RecordingOptions): Call {
  const { endpoint, folder, warn } = options;
  const name = `${new Date().toISOString().replaceAll(":", "-")}-${number}`;
  const startedMs = performance.now();
  const chunks: { bytes: Uint8Array; atMs: number }[] = [];
  let size = 0;

  function keep(bytes: Uint8Array): void {
    size += bytes.length;
    if (size <= MAX_RECORDED_BYTES) {
      chunks.push({ bytes: Buffer.from(bytes), atMs: performance.now() - startedMs });
    }
  }

  function watch(response: HttpResponse): HttpResponse {
    return {
      status: response.status,
      headers: response.headers,
      expectEnd: (withinMs) => response.expectEnd(withinMs),
      async read(take) {
        let ended = "complete";
        try {
          await response.read((bytes) => {
            keep(bytes);
            const wants = take(bytes);
            if (wants === "enough") {
              ended = "left: leat had read enough";
            }
            return wants;
          });
        } catch (error) {
          ended = `broken: ${wordsOf(error, request.signal)}`;
          throw error;
        } finally {
          write(response, ended);
        }
      },
    };
  }

  function write(answer: RecordedCall["answer"], ended: string): void {
    const vector = toVector({
      name: `recorded-${name}`,
      program: `leat ${version}, exec --record`,
      providerId: endpoint.providerId,
      url: request.url,
      body: request.body,
      secrets: secretsOf(endpoint),
      answer,
      chunks,
      ended: size <= MAX_RECORDED_BYTES ? ended : `${ended}; cut at ${MAX_RECORDED_BYTES} bytes`,
    });
    const path = join(folder, `${name}.json`);
    try {
      // What stands in it is as private as the conversation.
      writeFileSync(path, `${JSON.stringify(vector, null, 1)}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      warn(`the recording ${path} can't be written: ${reasonOf(error)}`);
    }
  }

  return { watch, write };
}

function wordsOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) {
    return "aborted";
  }
  return reasonOf(error);
}
