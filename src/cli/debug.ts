/** `leat debug decode`: a recorded answer goes over loopback through the real client and decoder, and what came of it is printed. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { createHttpClient } from "../net/index.ts";
import { startReplayServer } from "../practice/index.ts";
import { askOnce, type ModelEvent } from "../wire/index.ts";
import { type Recording, readRecording } from "./debug-replay.ts";
import { type DecodeResult, toDecodeResult } from "./debug-result.ts";
import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { reasonOf } from "./reason-of.ts";

export interface DebugDecodeOptions {
  readonly path: string;
  readonly split: Split;
  /** Names of tools to offer beside those of the file: calls written as text are read only where tools are offered. */
  readonly tools: readonly string[];
}

/** How the bytes are cut into writes: as recorded, not at all, or one by one. */
export type Split = "given" | "whole" | "bytes";

export async function runDebugDecode(options: DebugDecodeOptions, io: Io): Promise<number> {
  const fail = (message: string) => {
    io.stderr.write(`leat debug decode: ${options.path}: ${message}\n`);
    return exitCode.failure;
  };
  let bytes: Uint8Array;
  try {
    bytes = readBytes(resolve(io.cwd, options.path));
  } catch (error) {
    return fail(reasonOf(error));
  }
  const read = readRecording(bytes);
  if (!read.ok) {
    return fail(read.message);
  }
  const named = options.tools.map((name) => ({ name, description: "", parameters: {} }));
  const recording = { ...read.recording, tools: [...read.recording.tools, ...named] };
  const result = await decode(recording, options.split, io.interrupt);
  if (result === undefined) {
    return exitCode.interrupted;
  }
  io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return exitCode.ok;
}

const MAX_FILE_BYTES = 256 * 2 ** 20;

function readBytes(path: string): Uint8Array {
  const facts = statSync(path);
  if (facts.isDirectory() || facts.isCharacterDevice()) {
    throw new Error("this is no file");
  }
  if (facts.size > MAX_FILE_BYTES) {
    throw new Error(`the file is larger than ${MAX_FILE_BYTES / 2 ** 20} MiB`);
  }
  return readFileSync(path);
}

/** A recording that neither ends nor closes would be waited for without end. */
const LONGEST_SILENCE_MS = 10_000;

/** Undefined if it was interrupted. */
export async function decode(
  recording: Recording,
  split: Split,
  signal: AbortSignal,
): Promise<DecodeResult | undefined> {
  const server = await startReplayServer({ ...recording, chunks: cut(recording.chunks, split) });
  const http = createHttpClient(new Set());
  const events: ModelEvent[] = [];
  let calls = 0;
  try {
    const end = await askOnce(
      {
        model: recording.model,
        instructions: "",
        items: [{ type: "message", role: "user", content: [{ type: "input_text", text: "replay" }] }],
        tools: recording.tools,
      },
      {
        http,
        baseUrl: server.url,
        api: recording.api,
        thinkingStart: recording.opensThinking ? "open" : "tagged",
        isStreamed: recording.isStreamed,
        idleTimeoutMs: LONGEST_SILENCE_MS,
        signal,
        newCallId() {
          calls += 1;
          return `call_made_${calls}`;
        },
        emit: (event) => events.push(event),
      },
    );
    return end.type === "interrupted" ? undefined : toDecodeResult(end, events, recording.contextFacts);
  } finally {
    http.close();
    await server.stop();
  }
}

function cut(chunks: readonly Uint8Array[], split: Split): Iterable<Uint8Array> {
  switch (split) {
    case "given":
      return chunks;
    case "whole":
      return [Buffer.concat(chunks)];
    case "bytes":
      return bytesOf(Buffer.concat(chunks));
    default:
      return split satisfies never;
  }
}

function* bytesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < bytes.length; index += 1) {
    yield bytes.subarray(index, index + 1);
  }
}
