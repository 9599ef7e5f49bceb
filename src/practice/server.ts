/** The server: a few routes on 127.0.0.1 only. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseJson } from "./chat-request.ts";
import { createChatRoute } from "./chat-route.ts";
import { errorBody } from "./error-body.ts";
import { CUT, type ServerFace, softwareOf, type Told, tellAs, type World } from "./faces/index.ts";
import { createModelStore } from "./model-store.ts";
import { sendJson } from "./play.ts";
import { type RecordedRequest, recordRequest } from "./record.ts";
import type { Pace, Script } from "./script.ts";

const MODEL = "leat-practice";
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How long a pull takes at a pace that takes any time. */
const DOWNLOAD_MS = 3000;

export interface PracticeServer {
  /** With `/v1`, as it goes into `base_url`. */
  readonly url: string;
  readonly port: number;
  /** The chat requests, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Destroys the open connections. */
  stop(): Promise<void>;
}

export interface PracticeOptions {
  /** 0 or absent: any free one. */
  readonly port?: number;
  /** Absent: the built-in mind answers. */
  readonly script?: Script;
  /** For replies that state none. Default `human`. */
  readonly pace?: Pace;
  /** Which server it says it is; absent: none but itself. */
  readonly face?: ServerFace;
  /** Reading what is not cached of a prompt takes that long, at any pace. */
  readonly prefillTokensPerSecond?: number;
  /** Requests answered at a time, each slot with a prompt cache of its own; the others wait in line. Default 1. */
  readonly slots?: number;
  /** The model is not loaded at first, and loading it takes that long. */
  readonly loadMs?: number;
  /** Tokens one request may have. Default 32,768 for a face; as itself without limit. */
  readonly window?: number;
  /** Further models on disk, not loaded; those with `embed` in the name make embeddings. */
  readonly moreModels?: readonly string[];
  /** As llama.cpp: where slots are saved, with one file a name. */
  readonly slotSavePath?: string;
  /** Told of every request, before its answer begins. */
  readonly onRequest?: (request: RecordedRequest) => void;
}

/** Rejects with the system's error where the port can't be had. */
export async function startPracticeServer(options: PracticeOptions = {}): Promise<PracticeServer> {
  const face = options.face ?? null;
  const requests: RecordedRequest[] = [];
  const stopping = new AbortController();
  const pace = options.pace ?? "human";
  const store = createModelStore({
    ...options,
    model: options.script?.model ?? MODEL,
    staysMs: staysMs(face),
    stopping: stopping.signal,
  });
  const world: World = {
    store,
    downloads: { durationMs: pace === "full" ? 0 : DOWNLOAD_MS, fetched: new Map(), jobs: new Map() },
    slotSavePath: options.slotSavePath ?? null,
  };
  const answerChat = createChatRoute({
    script: options.script ?? null,
    face,
    store,
    limitsWindow: face !== null || options.window !== undefined,
    pace,
    prefillTokensPerSecond: options.prefillTokensPerSecond ?? null,
    stopping: stopping.signal,
    onChat(recorded) {
      requests.push(recorded);
      options.onRequest?.(recorded);
      return requests.length;
    },
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "/", query = ""] = (request.url ?? "/").split("?");
    const body = await readBody(request);
    if (body.type === "broken-off") {
      return;
    }
    if (body.type === "too-large") {
      response.setHeader("connection", "close");
      const message = `The body is larger than ${MAX_BODY_BYTES} bytes.`;
      return sendJson(response, 413, errorBody(413, "invalid_request_error", message));
    }
    if (request.method === "POST" && path === "/v1/chat/completions") {
      return await answerChat(body.text, request, response);
    }
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const json = body.text === "" ? undefined : parseJson(body.text);
    const name = `${request.method} ${path}`;
    const told = await tellAs(
      face,
      { name, query: new URLSearchParams(query), json, signal: gone.signal },
      world,
    );
    const content = { body: body.text, json, reply: `status ${told.status}` };
    options.onRequest?.(recordRequest(request, content));
    await send(told, response);
  }

  const server = createServer({ noDelay: true }, (request, response) => {
    response.setHeader("x-leat-practice", "1");
    const software = softwareOf(face);
    if (software !== undefined) {
      response.setHeader("server", software);
    }
    route(request, response).catch((error: unknown) => {
      const message = `The practice server has a fault: ${String(error)}`;
      if (response.headersSent) {
        response.destroy();
      } else {
        sendJson(response, 500, errorBody(500, "server_error", message));
      }
    });
  });
  // A client may think between two requests; dropping its connection meanwhile would look like a fault.
  server.keepAliveTimeout = 0;

  // Who starts llama.cpp waits for the model from then on; the others load it for the first who asks.
  if (face === "llamacpp") {
    void store.load(store.main, stopping.signal);
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    stop() {
      stopping.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** How long a model stays that was loaded because somebody asked. */
function staysMs(face: ServerFace | null): number | null {
  switch (face) {
    case "ollama":
      return 5 * 60_000;
    case "lmstudio":
      return 60 * 60_000;
    case "llamacpp":
    case "vllm":
    case null:
      return null;
    default:
      return face satisfies never;
  }
}

async function send(told: Told, response: ServerResponse): Promise<void> {
  if ("body" in told) {
    return sendJson(response, told.status, told.body);
  }
  response.writeHead(told.status, { "content-type": "application/x-ndjson" });
  for await (const line of told.lines) {
    if (line === CUT) {
      response.destroy();
      return;
    }
    // Each is on its way before the next, so that a connection that breaks has shown all before.
    await new Promise<void>((resolve) => response.write(`${JSON.stringify(line)}\n`, () => resolve()));
  }
  response.end();
}

type Body =
  | { readonly type: "whole"; readonly text: string }
  | { readonly type: "too-large" }
  | { readonly type: "broken-off" };

function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      // What comes after the limit is read and dropped, so that the client gets to read its answer.
      if (bytes > MAX_BODY_BYTES) {
        chunks.length = 0;
        resolve({ type: "too-large" });
      } else {
        chunks.push(chunk);
      }
    });
    request.on("end", () => resolve({ type: "whole", text: Buffer.concat(chunks).toString() }));
    request.on("close", () => resolve({ type: "broken-off" }));
  });
}
