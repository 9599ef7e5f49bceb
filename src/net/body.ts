import type { IncomingMessage } from "node:http";
import { describeSocketError, idleFailure, TransportFailure } from "./failure.ts";
import type { HttpRequest } from "./http.ts";
import { createSilenceTimer } from "./silence.ts";

/** How long a finished stream may take to close by itself before its connection is given up. */
const DRAIN_MS = 250;

/**
 * The body as an async generator over whatever has arrived. Leaving the loop early lets the connection
 * drain for a moment, since after `[DONE]` only the terminating chunk is left and the socket is worth keeping.
 */
export async function* readBody(
  incoming: IncomingMessage,
  request: HttpRequest,
  release: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  let failure: unknown = incoming.destroyed ? (incoming.errored ?? closedEarly()) : undefined;
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = () => wake?.();
  incoming.on("readable", notify);
  incoming.on("end", () => {
    ended = true;
    notify();
  });
  incoming.on("error", (error) => {
    failure ??= error;
    notify();
  });
  incoming.on("close", () => {
    if (!ended) failure ??= closedEarly();
    notify();
  });
  const timer =
    request.idleTimeoutMs === undefined
      ? undefined
      : createSilenceTimer(request.idleTimeoutMs, () =>
          incoming.destroy(idleFailure(request.url, request.idleTimeoutMs ?? 0)),
        );
  try {
    for (;;) {
      const chunk: Uint8Array | null = incoming.read();
      if (chunk !== null) {
        timer?.refresh();
        yield chunk;
        continue;
      }
      if (failure !== undefined) throw toFailure(failure, request);
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    timer?.stop();
    release();
    drain(incoming);
  }
}

function toFailure(error: unknown, request: HttpRequest): unknown {
  if (request.signal.aborted) return request.signal.reason;
  if (error instanceof TransportFailure) return error;
  // Whatever the system's reason, what matters now is that an answer had begun.
  const detail = { ...describeSocketError(error, request.url), kind: "disconnected" as const };
  return new TransportFailure(detail, { cause: error });
}

function closedEarly(): Error {
  return new Error("the connection closed in the middle of the answer");
}

function drain(incoming: IncomingMessage): void {
  if (incoming.readableEnded || incoming.destroyed) return;
  incoming.removeAllListeners("readable");
  incoming.resume();
  const timer = setTimeout(() => incoming.destroy(), DRAIN_MS);
  timer.unref();
  incoming.once("close", () => clearTimeout(timer));
}
