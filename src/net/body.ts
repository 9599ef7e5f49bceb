import type { IncomingMessage } from "node:http";
import { describeSocketError, idleFailure, TransportFailure } from "./failure.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { createSilenceTimer } from "./silence.ts";
import { openUnpacker, type Unpacker } from "./unpack.ts";

/** How long a finished stream may take to close by itself before its connection is given up. */
const DRAIN_MS = 250;

/** What may come before the first read; more is left to the socket. */
const MAX_EARLY_BYTES = 2 ** 20;

/** Where a body comes from, and what is to be done with it. */
export interface BodyOptions {
  readonly request: Omit<HttpRequest, "body">;
  /** Called once, when the body has ended or has been left. */
  readonly release: () => void;
}

/**
 * The body, handed over as it arrives and without a promise for each read, which at hundreds of tokens a second
 * is what costs. A body that is left early may drain for a moment: after `[DONE]` only the terminating chunk
 * is missing, and the socket is worth keeping.
 */
export function openBody(
  incoming: IncomingMessage,
  { request, release }: BodyOptions,
): Pick<HttpResponse, "read" | "expectEnd"> {
  const { idleTimeoutMs, signal, url } = request;
  let failure: unknown = incoming.destroyed ? (incoming.errored ?? closedEarly()) : undefined;
  let isOver = incoming.destroyed;
  let onOver: (() => void) | undefined;
  const over = (reason: unknown) => {
    if (!isOver) {
      isOver = true;
      failure ??= reason;
      onOver?.();
    }
  };
  incoming.on("end", () => over(undefined));
  incoming.on("error", (error) => over(error));
  incoming.on("close", () => over(closedEarly()));
  let timer =
    idleTimeoutMs === undefined
      ? undefined
      : createSilenceTimer(idleTimeoutMs, () => incoming.destroy(idleFailure(url, idleTimeoutMs)));

  let expectsEnd = false;
  const showLife = () => {
    if (!expectsEnd) {
      timer?.refresh();
    }
  };

  // A stream that is destroyed forgets what it holds: what comes before the first read is kept here.
  const early: Uint8Array[] = [];
  let earlySize = 0;
  let deliver = (bytes: Uint8Array) => {
    early.push(bytes);
    earlySize += bytes.length;
    if (earlySize > MAX_EARLY_BYTES) {
      incoming.pause();
    }
  };
  incoming.on("data", (bytes: Uint8Array) => {
    showLife();
    deliver(bytes);
  });

  async function read(take: (bytes: Uint8Array) => "more" | "enough"): Promise<void> {
    let unpacker: Unpacker | undefined;
    let hasEnough = false;
    let thrown: { readonly error: unknown } | undefined;
    try {
      unpacker = await openUnpacker(incoming.headers["content-encoding"], {
        url,
        status: incoming.statusCode ?? 0,
      });
      await new Promise<void>((resolve, reject) => {
        const conclude = () => (failure === undefined ? resolve() : reject(failure));
        const give = (bytes: Uint8Array) => {
          if (hasEnough) {
            return;
          }
          try {
            hasEnough = take(bytes) === "enough";
          } catch (error) {
            hasEnough = true;
            thrown = { error };
          }
          if (thrown !== undefined) {
            reject(thrown.error);
          } else if (hasEnough) {
            resolve();
          }
        };
        unpacker?.start({
          onData: (bytes) => {
            showLife();
            give(bytes);
          },
          onDrain: () => incoming.resume(),
          onEnd: conclude,
          onError: reject,
        });
        // Who aborts does not wait for what is still to be unpacked.
        onOver = () => (unpacker === undefined || signal.aborted ? conclude() : unpacker.end());
        deliver = (bytes) => {
          if (unpacker === undefined) {
            give(bytes);
          } else if (unpacker.push(bytes) === "full") {
            incoming.pause();
          }
        };
        incoming.resume();
        for (const bytes of early.splice(0)) {
          deliver(bytes);
        }
        if (isOver) {
          onOver();
        }
      });
    } catch (error) {
      throw thrown === undefined ? toFailure(error, request) : thrown.error;
    } finally {
      onOver = undefined;
      deliver = () => {};
      timer?.stop();
      unpacker?.close();
      release();
      drain(incoming);
    }
  }

  function expectEnd(withinMs: number): void {
    expectsEnd = true;
    timer?.stop();
    timer = createSilenceTimer(withinMs, () => {
      over(undefined);
      incoming.destroy();
    });
  }

  return { read, expectEnd };
}

function toFailure(error: unknown, request: BodyOptions["request"]): unknown {
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
  incoming.resume();
  const timer = setTimeout(() => incoming.destroy(), DRAIN_MS);
  timer.unref();
  incoming.once("close", () => clearTimeout(timer));
}
