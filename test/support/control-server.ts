import type { IncomingMessage, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { startLoopback } from "./loopback.ts";

/** What a route answers: a body with status 200, or whatever a function makes of it. */
export type Reply = object | ((response: ServerResponse, request: IncomingMessage) => void);

export interface ControlServer {
  /** With `/v1`. */
  readonly url: string;
  /** Method, path and body, in order. */
  readonly asked: readonly string[];
  /** Cuts all connections, and takes no more. */
  stop(): Promise<void>;
}

/** A server that answers each route with its replies in turn, the last of them for ever; anything else is 404. */
export async function startControlServer(
  routes: Readonly<Record<string, readonly Reply[]>>,
): Promise<ControlServer> {
  const asked: string[] = [];
  const counts = new Map<string, number>();
  const server = await startLoopback(
    (response, request, number) => {
      const name = `${request.method} ${request.url}`;
      asked.push(`${name} ${server.bodies[number - 1]}`.trimEnd());
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const replies = routes[name] ?? [];
      const reply = replies[Math.min(count, replies.length - 1)];
      if (reply === undefined) {
        response.writeHead(404).end("404 page not found");
      } else if (typeof reply === "function") {
        reply(response, request);
      } else {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
      }
    },
    { takesGet: true },
  );
  onTestFinished(() => server.close());
  return { url: server.url, asked, stop: () => server.close() };
}

/** Lines of JSON; `cut`: the connection breaks behind them; `hold`: it stays open. */
export function lines(values: readonly object[], end: "end" | "cut" | "hold" = "end"): Reply {
  return (response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
    if (end === "end") {
      response.end(text);
    } else {
      response.write(text, () => {
        if (end === "cut") {
          response.destroy();
        }
      });
    }
  };
}

export function status(code: number, body: object): Reply {
  return (response) => {
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

/** Of Ollama's layers. */
export function layer(digest: string, total: number, completed?: number): object {
  const status = `pulling ${digest.padEnd(12, "0").slice(0, 12)}`;
  return { status, digest: `sha256:${digest}`, total, ...(completed === undefined ? {} : { completed }) };
}
