/** What the server remembers of a request, for tests and for the line `leat practice` prints. */
import type { IncomingMessage } from "node:http";
import type { Reply } from "./script.ts";

/** Times are Unix milliseconds with a fraction. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Undefined where the body is not JSON. */
  readonly json: unknown;
  /** What it gets, in a few words: `text`, `calls shell`, `status 500`, `raw`. */
  readonly reply: string;
  /** When each token (or raw chunk) left. */
  readonly writes: { readonly atMs: number; readonly text: string }[];
  /** Which slot answers it; absent where none does, or none yet. */
  slot?: number;
  /** The client closed the connection before the answer ended. */
  abortedAtMs?: number;
}

export function recordRequest(
  request: IncomingMessage,
  content: { readonly body: string; readonly json: unknown; readonly reply: string },
): RecordedRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) {
      headers[name] = Array.isArray(value) ? value.join(", ") : value;
    }
  }
  return { method: request.method ?? "", path: request.url ?? "", headers, ...content, writes: [] };
}

export function describeReply(reply: Reply): string {
  if ("chunks" in reply) {
    return "raw";
  }
  if ("status" in reply) {
    return `status ${reply.status}`;
  }
  if (reply.calls && reply.calls.length > 0) {
    return `calls ${reply.calls.map((call) => call.name).join(", ")}`;
  }
  if (reply.text) {
    return "text";
  }
  return reply.reasoning ? "reasoning" : "nothing";
}
