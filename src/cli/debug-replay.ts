/** What `leat debug decode` replays, read from a file: a vector (fixtures/wire/README.md) or the bytes of an answer. Pure. */
import type { Replay } from "../practice/index.ts";
import type { ToolSpec } from "../protocol/index.ts";
import type { ContextFacts, WireApi } from "../wire/index.ts";

/** One answer to be given again, and what the client had asked. */
export interface Recording extends Omit<Replay, "chunks"> {
  readonly chunks: readonly Uint8Array[];
  readonly api: WireApi;
  readonly model: string;
  readonly isStreamed: boolean;
  readonly tools: readonly ToolSpec[];
  readonly opensThinking: boolean;
  readonly contextFacts: ContextFacts;
}

export type ReadRecording =
  | { readonly ok: true; readonly recording: Recording }
  | { readonly ok: false; readonly message: string };

type JsonObject = Readonly<Record<string, unknown>>;

export function readRecording(bytes: Uint8Array): ReadRecording {
  const text = withoutMark(bytes);
  const json = text.find((byte) => byte > 0x20) === OPENING_BRACE ? parseObject(text) : undefined;
  if (json !== undefined && "http" in json && "chunks" in json) {
    return readVector(json);
  }
  const isWhole = json !== undefined;
  return {
    ok: true,
    recording: {
      status: 200,
      headers: { "content-type": isWhole ? "application/json" : "text/event-stream" },
      chunks: [bytes],
      staysOpen: false,
      api: apiOf([bytes]),
      model: UNNAMED,
      isStreamed: !isWhole,
      tools: [],
      opensThinking: false,
      contextFacts: {},
    },
  };
}

/** Editors put a byte-order mark in front, which JSON does not know. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

const OPENING_BRACE = 0x7b;

/** The request needs the name of a model; no decoder looks at it. */
const UNNAMED = "replayed";

function readVector(vector: JsonObject): ReadRecording {
  const http = asObject(vector["http"]);
  const status = http["status"];
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    return { ok: false, message: "http.status is no final HTTP status, so there is no answer to replay" };
  }
  const texts = vector["chunks"];
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
    return { ok: false, message: "chunks is no list of texts" };
  }
  const request = asObject(vector["request"]);
  const hints = asObject(request["hints"]);
  const encoding = vector["encoding"] === "base64" ? "base64" : "utf8";
  const chunks = texts.map((text) => Buffer.from(text, encoding));
  const expected = asObject(vector["expect"]);
  const { api, model = UNNAMED } = { api: vector["api"], model: hints["model"] };
  return {
    ok: true,
    recording: {
      status,
      headers: readHeaders(asObject(http["headers"])),
      chunks,
      staysOpen: [vector, request, http, expected].some((part) => part["must_finish_without_eof"] === true),
      api: api === "responses" || api === "chat" ? api : apiOf(chunks),
      model: typeof model === "string" ? model : UNNAMED,
      isStreamed: request["stream"] !== false,
      tools: asList(request["tools"]).flatMap(readTool),
      opensThinking: hints["thinking_preopened"] === true,
      contextFacts: {
        ...numberAs("estimatedPromptTokens", hints["estimated_prompt_tokens"]),
        ...numberAs("loadedContextTokens", hints["loaded_context_length"]),
      },
    },
  };
}

function readHeaders(headers: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)]),
  );
}

/** As Chat Completions spells a tool, or as the Responses API does. */
function readTool(value: unknown): ToolSpec[] {
  const tool = asObject(value);
  const { name, description, parameters } = asObject(tool["function"] ?? tool);
  if (typeof name !== "string") {
    return [];
  }
  return [
    {
      name,
      description: typeof description === "string" ? description : "",
      parameters: asObject(parameters),
    },
  ];
}

const MOST_SNIFFED_BYTES = 256 * 1024;

/** The events of the Responses API are named `response.…`, and its whole answer is an object of that name. */
function apiOf(chunks: readonly Uint8Array[]): WireApi {
  const start = Buffer.concat(chunks).subarray(0, MOST_SNIFFED_BYTES).toString("utf8");
  if (/^[\s\ufeff]*\{/.test(start)) {
    return asObject(parse(start))["object"] === "response" ? "responses" : "chat";
  }
  for (const line of start.split(/\r\n|\r|\n/)) {
    const [, field, value = ""] = /^(event|data): ?(.*)$/.exec(line) ?? [];
    if (field === "event" && value.startsWith("response.")) {
      return "responses";
    }
    if (field === "data") {
      const { type } = asObject(parse(value));
      return typeof type === "string" && type.startsWith("response.") ? "responses" : "chat";
    }
  }
  return "chat";
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  const value = parse(Buffer.from(bytes).toString("utf8"));
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Anything else is an object without keys. */
function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberAs<Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: number } {
  return typeof value === "number" ? ({ [name]: value } as { [Key in Name]: number }) : {};
}
