import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { EndpointFacts, EndpointMemory } from "../../../src/protocol/index.ts";
import { type Endpoint, type ModelRequest, pickDialect } from "../../../src/wire/index.ts";
import { listen } from "../../support/loopback.ts";

export const REQUEST: ModelRequest = { model: "m", instructions: "", items: [], tools: [], settings: {} };

export function endpointAt(baseUrl: string, headers: Record<string, string> = {}): Endpoint {
  return {
    providerId: "p",
    baseUrl,
    queryParams: {},
    headers,
    wireApi: "chat",
    dialect: pickDialect({ providerId: "p", hostname: "127.0.0.1", model: "m" }),
    requestMaxRetries: 0,
    streamMaxRetries: 0,
    idleTimeoutMs: undefined,
  };
}

export function memoryOf(server: EndpointFacts["server"]): EndpointMemory {
  return { get: () => ({ server, model: {} }), put() {} };
}

export interface AskedServer {
  readonly url: string;
  /** Method, path and body of each request, in order. */
  readonly asked: string[];
}

/** Answers each of these routes with JSON, and 404 to anything else; a function may look at how often it was asked. */
export async function startServer(
  routes: Readonly<Record<string, unknown | ((times: number) => unknown)>>,
): Promise<AskedServer> {
  const asked: string[] = [];
  const times = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const name = `${request.method} ${request.url}`;
    asked.push(`${name} ${Buffer.concat(chunks)}`.trimEnd());
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    const route = routes[name];
    const body: unknown = typeof route === "function" ? route(count) : route;
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? {}));
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}/v1`, asked };
}
