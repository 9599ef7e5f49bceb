/** The server: a few routes on 127.0.0.1 only. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServerFace, softwareOf, type Told, tellAs } from "./as.ts";
import { createChatRoute } from "./chat-route.ts";
import { errorBody, sendJson } from "./play.ts";
import { type RecordedRequest, recordRequest } from "./record.ts";
import type { Pace, Script } from "./script.ts";

const MODEL = "leat-practice";
const MAX_BODY_BYTES = 32 * 1024 * 1024;

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
  /** Told of every request, before its answer begins. */
  readonly onRequest?: (request: RecordedRequest) => void;
}

/** Rejects with the system's error where the port can't be had. */
export async function startPracticeServer(options: PracticeOptions = {}): Promise<PracticeServer> {
  const { face } = options;
  const requests: RecordedRequest[] = [];
  const stopping = new AbortController();
  const answerChat = createChatRoute({
    script: options.script ?? null,
    model: options.script?.model ?? null,
    pace: options.pace ?? "human",
    stopping: stopping.signal,
    onChat(recorded) {
      requests.push(recorded);
      options.onRequest?.(recorded);
      return requests.length;
    },
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (request.method === "POST" && path === "/v1/chat/completions") {
      const body = await readBody(request);
      if (body.type === "whole") {
        await answerChat(body.text, request, response);
      }
      if (body.type === "too-large") {
        response.setHeader("connection", "close");
        const message = `The body is larger than ${MAX_BODY_BYTES} bytes.`;
        sendJson(response, 413, errorBody(413, "invalid_request_error", message));
      }
      return;
    }
    request.resume();
    const [name, model] = [`${request.method} ${path}`, options.script?.model ?? MODEL];
    const answer = face === undefined ? plainAnswer(name, model) : tellAs(face, name, model);
    options.onRequest?.(
      recordRequest(request, { body: "", json: undefined, reply: `status ${answer.status}` }),
    );
    sendJson(response, answer.status, answer.body);
  }

  const server = createServer({ noDelay: true }, (request, response) => {
    response.setHeader("x-leat-practice", "1");
    const software = face === undefined ? undefined : softwareOf(face);
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

function plainAnswer(name: string, model: string): Told {
  switch (name) {
    case "GET /v1/models":
      return {
        status: 200,
        body: {
          object: "list",
          data: [{ id: model, object: "model", created: 0, owned_by: "leat practice" }],
        },
      };
    case "GET /health":
      return { status: 200, body: { status: "ok" } };
    default:
      return { status: 404, body: errorBody(404, "not_found_error", `leat practice has no ${name}`) };
  }
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
