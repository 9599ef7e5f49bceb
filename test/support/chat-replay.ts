import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import type {
  HistoryItem,
  ModelError,
  ModelFacts,
  PrefillProgress,
  ToolSpec,
} from "../../src/protocol/index.ts";
import { createBodyReader } from "../../src/wire/body/body-reader.ts";
import { createChatDecoder } from "../../src/wire/chat/decode.ts";
import { readErrorBody } from "../../src/wire/errors/error-body.ts";
import type { Completion, ModelEvent } from "../../src/wire/index.ts";
import type { ResponseDecoder } from "../../src/wire/response-decoder.ts";
import type { Vector } from "./vectors.ts";

/** A vector through the decoder of Chat Completions, and what came of it. */

export interface Outcome {
  readonly text: string;
  readonly reasoning: string;
  readonly progress: PrefillProgress | undefined;
  readonly items: readonly HistoryItem[];
  readonly completion: Completion | undefined;
  readonly error: ModelError | undefined;
  readonly learnt: ModelFacts | undefined;
}

export function replay(vector: Vector, chunks: readonly Buffer[]): Outcome {
  const { status, headers } = vector.http;
  if (status !== 200) {
    return { ...NOTHING, error: readErrorBody(Buffer.concat(chunks).toString(), status) };
  }
  const decoder = decoderFor(vector);
  const events: ModelEvent[] = [];
  const reader = createBodyReader(decoder, events);
  for (const chunk of unpacked(chunks, headers)) {
    if (reader.push(chunk) === "ended") {
      break;
    }
  }
  reader.end();
  return outcomeOf(decoder, events);
}

/** The same content in other deltas; only for vectors that are a stream of events one can read as they are. */
export function replayDeltas(vector: Vector, cut: (content: string) => readonly string[]): Outcome {
  const decoder = decoderFor(vector);
  const events: ModelEvent[] = [];
  const push = (chunk: object) => decoder.push({ event: "", data: JSON.stringify(chunk) }, events);
  for (const { content, chunk } of once(RUNS, vector, runsOf)) {
    for (const piece of content === "" ? [] : cut(content)) {
      push({ choices: [{ delta: { content: piece } }] });
    }
    if (chunk !== undefined) {
      push(chunk);
    }
  }
  return outcomeOf(decoder, events);
}

/** A vector is replayed hundreds of times; what does not change is read once. */
function once<T>(known: WeakMap<Vector, T>, vector: Vector, read: (vector: Vector) => T): T {
  const value = known.get(vector) ?? read(vector);
  known.set(vector, value);
  return value;
}

const RUNS = new WeakMap<Vector, readonly Run[]>();
const TOOLS = new WeakMap<Vector, readonly ToolSpec[]>();

interface Run {
  content: string;
  readonly chunk: object | undefined;
}

/** Deltas that hold nothing but content, joined, and what stands between them. */
function runsOf(vector: Vector): Run[] {
  const runs: Run[] = [];
  let content = "";
  const body = vector.encoding === "base64" ? "" : vector.chunks.join("");
  for (const data of body
    .split(/\r?\n\r?\n/)
    .flatMap((event) => /^data: ?(\{.*\})$/s.exec(event)?.[1] ?? [])) {
    const chunk = parse(data);
    const choice = chunk?.choices?.length === 1 ? chunk.choices[0] : undefined;
    const { role: _, content: text, ...rest } = choice?.delta ?? {};
    const isPlain = Object.values(rest).every((value) => value === null) && !choice?.finish_reason;
    if (choice !== undefined && typeof text === "string" && isPlain && (choice.index ?? 0) === 0) {
      content += text;
    } else if (chunk !== undefined) {
      runs.push({ content, chunk });
      content = "";
    }
  }
  return [...runs, { content, chunk: undefined }];
}

interface Chunk {
  readonly choices?: readonly {
    readonly index?: number;
    readonly delta?: Record<string, unknown>;
    readonly finish_reason?: string | null;
  }[];
}

function parse(data: string): Chunk | undefined {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function decoderFor(vector: Vector): ResponseDecoder {
  let id = 0;
  return createChatDecoder({
    offeredTools: once(TOOLS, vector, toolsOf),
    newCallId: () => `made_${++id}`,
    thinkingStart: vector.request.hints?.thinking_preopened === true ? "open" : "tagged",
  });
}

function toolsOf({ request }: Vector): readonly ToolSpec[] {
  return (request.tools ?? []).map((tool) => ({
    name: tool.function.name,
    description: "",
    parameters: tool.function.parameters,
  }));
}

function outcomeOf(decoder: ResponseDecoder, events: ModelEvent[]): Outcome {
  const { items, completion, error, learnt } = decoder.end(events);
  return { ...shown(events), items, completion, error, learnt };
}

const NOTHING = {
  text: "",
  reasoning: "",
  progress: undefined,
  items: [],
  completion: undefined,
  learnt: undefined,
};

/** Decompression is the work of net, and tested there. */
function unpacked(chunks: readonly Buffer[], headers: Readonly<Record<string, string>>): readonly Buffer[] {
  return headers["content-encoding"] === "gzip" ? [gunzipSync(Buffer.concat(chunks))] : chunks;
}

/** What a front end holds in the end: reclassified text under its true name. */
export function shown(events: readonly ModelEvent[]): Pick<Outcome, "text" | "reasoning" | "progress"> {
  let text = "";
  let reasoning = "";
  for (const event of events) {
    if (event.type === "text-delta") {
      text += event.text;
    } else if (event.type === "reasoning-delta") {
      reasoning += event.text;
    } else if (event.type === "response-reclassified" && event.as === "reasoning") {
      expect(event.text).toBe(text);
      reasoning += event.whole ?? text;
      text = "";
    } else if (event.type === "response-reclassified") {
      expect(event.text).toBe(reasoning);
      text += reasoning;
      reasoning = "";
    }
  }
  return {
    text,
    reasoning,
    progress: events.findLast((event) => event.type === "prefill-progress")?.progress,
  };
}
