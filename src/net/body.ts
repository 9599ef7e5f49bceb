import type { IncomingMessage } from "node:http";
import { describeSocketError, idleFailure, TransportFailure } from "./failure.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { createSilenceTimer } from "./silence.ts";

/** How long a finished stream may take to close by itself before its connection is given up. */
const DRAIN_MS = 250;

/** Where a body comes from, and what is to be done with it. */
export interface BodyOptions {
  readonly request: HttpRequest;
  /** Called once, when the body has ended or has been left. */
  readonly release: () => void;
}

/**
 * The body as an async generator over whatever has arrived. Leaving the loop early lets the connection
 * drain for a moment, since after `[DONE]` only the terminating chunk is left and the socket is worth keeping.
 */
export function openBody(
  incoming: IncomingMessage,
  { request, release }: BodyOptions,
): Pick<HttpResponse, "body" | "expectEnd"> {
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
    if (!ended) {
      failure ??= closedEarly();
    }
    notify();
  });
  const { idleTimeoutMs, url } = request;
  let timer =
    idleTimeoutMs === undefined
      ? undefined
      : createSilenceTimer(idleTimeoutMs, () => incoming.destroy(idleFailure(url, idleTimeoutMs)));

  async function* read(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const chunk: Uint8Array | null = incoming.read();
        if (chunk !== null) {
          timer?.refresh();
          yield chunk;
          continue;
        }
        if (ended) {
          return;
        }
        if (failure !== undefined) {
          throw toFailure(failure, request);
        }
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

  function expectEnd(withinMs: number): void {
    timer?.stop();
    timer = createSilenceTimer(withinMs, () => {
      ended = true;
      incoming.destroy();
      notify();
    });
  }

  return { body: read(), expectEnd };
}

function toFailure(error: unknown, request: HttpRequest): unknown {
  if (request.signal.aborted) {
    return request.signal.reason;
  }
  if (error instanceof TransportFailure) {
    return error;
  }
  // Whatever the system's reason, what matters now is that an answer had begun.
  const detail = { ...describeSocketError(error, request.url), kind: "disconnected" as const };
  return new TransportFailure(detail, { cause: error });
}

function closedEarly(): Error {
  return new Error("the connection closed in the middle of the answer");
}

function drain(incoming: IncomingMessage): void {
  if (incoming.readableEnded || incoming.destroyed) {
    return;
  }
  incoming.removeAllListeners("readable");
  incoming.resume();
  const timer = setTimeout(() => incoming.destroy(), DRAIN_MS);
  timer.unref();
  incoming.once("close", () => clearTimeout(timer));
}
