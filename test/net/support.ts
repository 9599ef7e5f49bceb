import { afterEach, beforeEach, vi } from "vitest";
import {
  createHttpClient,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  TransportFailure,
} from "../../src/net/index.ts";
import { type Loopback, startLoopback } from "../support/loopback.ts";

/** A real client and real servers on loopback, made and closed by each test. */
export interface Net {
  readonly client: HttpClient;
  start(...handler: Parameters<typeof startLoopback>): Promise<Loopback>;
}

export function useNet(): Net {
  let client: HttpClient;
  let servers: Loopback[] = [];
  beforeEach(() => {
    client = createHttpClient(new Set(["nonexistent.invalid"]));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    client.close();
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
  });
  return {
    get client() {
      return client;
    },
    async start(...handler) {
      const server = await startLoopback(...handler);
      servers.push(server);
      return server;
    },
  };
}

export function request(url: string, extra: Partial<HttpRequest> = {}): HttpRequest {
  const signal = new AbortController().signal;
  return { url, headers: {}, body: "{}", signal, idleTimeoutMs: undefined, ...extra };
}

export async function readAll(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  await response.read((bytes) => {
    chunks.push(bytes);
    return "more";
  });
  return Buffer.concat(chunks).toString("utf8");
}

/** The detail of the TransportFailure that comes, or whatever else is thrown. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await promise };
  } catch (error) {
    return error instanceof TransportFailure ? error.detail : error;
  }
}

/** Reads until the body fails: what came before, and why it ended. */
export async function readUntilFailure(
  response: HttpResponse,
  onPiece: (text: string) => void = () => {},
): Promise<{ text: string; error: unknown }> {
  let text = "";
  const error = await failure(
    response.read((bytes) => {
      const piece = Buffer.from(bytes).toString("utf8");
      text += piece;
      onPiece(piece);
      return "more";
    }),
  );
  return { text, error };
}
