/** A plain HTTP client that keeps apart what the tests look at: status, headers, bytes as they came, how it ended. */
import { type IncomingHttpHeaders, request } from "node:http";
import { afterEach } from "vitest";
import { type PracticeOptions, type PracticeServer, startPracticeServer } from "../../src/practice/server.ts";

const running: PracticeServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

export async function startServer(options: PracticeOptions = {}): Promise<PracticeServer> {
  const server = await startPracticeServer({ pace: "full", ...options });
  running.push(server);
  return server;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly reads: readonly string[];
  readonly end: "complete" | "broken";
}

export interface AskOptions {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  /** Called with all that has come so far; returning true closes the connection. */
  readonly stopAt?: (soFar: string) => boolean;
}

export function ask(server: Pick<PracticeServer, "port">, options: AskOptions): Promise<Answer> {
  const { method = "POST", path = "/v1/chat/completions", body } = options;
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request({ host: "127.0.0.1", port: server.port, method, path, agent: false }, (response) => {
      answered = true;
      const reads: string[] = [];
      const finish = (end: Answer["end"]) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: reads.join(""),
          reads,
          end,
        });
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        reads.push(chunk);
        if (options.stopAt?.(reads.join(""))) {
          sent.destroy();
        }
      });
      response.on("end", () => finish("complete"));
      response.on("error", () => finish("broken"));
    });
    sent.on("error", (error) => {
      // A reset in mid-answer is reported here as well as by the response.
      if (!answered) {
        reject(error);
      }
    });
    sent.end(text);
  });
}

export const hi = [{ role: "user", content: "hi" }];

/** The JSON of each `data:` line; `[DONE]` stays a string. */
export function eventsOf(body: string): readonly unknown[] {
  return body
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => frame.replace(/^data: /, ""))
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));
}

/** Waits for something the server notices only after the client is done. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
