import type { Transform } from "node:stream";
import type * as Zlib from "node:zlib";
import { TransportFailure } from "./failure.ts";

/** Decompresses a body as it comes, each flush of the server at once. */
export interface Unpacker {
  start(on: UnpackerCallbacks): void;
  /** `full`: nothing more is to be pushed before `onDrain`. */
  push(bytes: Uint8Array): "more" | "full";
  /** No more comes. What can still be read of a body that was cut is given out before `onEnd`. */
  end(): void;
  /** Gives up what is left. */
  close(): void;
}

interface UnpackerCallbacks {
  readonly onData: (bytes: Uint8Array) => void;
  readonly onDrain: () => void;
  readonly onEnd: () => void;
  readonly onError: (error: TransportFailure) => void;
}

/** Opens the decompression that the first bytes ask for; undefined while they do not tell yet. */
type Opener = (head: Buffer) => Transform | "plain" | undefined;

/**
 * Undefined for a body that is not compressed. leat asks for none, but some gateways compress all the same
 * (opencode#4698), and some that say so send plain text, which its first bytes tell.
 */
export async function openUnpacker(
  encoding: string | undefined,
  { url, status }: { readonly url: string; readonly status: number },
): Promise<Unpacker | undefined> {
  const names = (encoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length === 0) {
    return undefined;
  }
  const openers = openersOf(await import("node:zlib"));
  const name = names.join(", ");
  const open = Object.hasOwn(openers, name) ? openers[name] : undefined;
  if (open === undefined) {
    const message = `the answer is compressed as "${name.slice(0, 40)}", which was not asked for`;
    // With its status: the same request would bring the same answer, so that it is not worth a retry.
    throw new TransportFailure({ kind: "server", message, status, url });
  }
  return createUnpacker(open, url);
}

/** Compressed bytes that may wait; the server is held up by more, so that a bomb goes off piece by piece. */
const MAX_WAITING_BYTES = 2 ** 20;

function openersOf(zlib: typeof Zlib): Readonly<Record<string, Opener>> {
  const flush = zlib.constants.Z_SYNC_FLUSH;
  const brotliFlush = zlib.constants.BROTLI_OPERATION_FLUSH;
  const options = { flush, finishFlush: flush, highWaterMark: MAX_WAITING_BYTES };
  const brotliOptions = { ...options, flush: brotliFlush, finishFlush: brotliFlush };
  const gzip: Opener = (head) => (head[0] === GZIP ? zlib.createGunzip(options) : "plain");
  return {
    gzip,
    "x-gzip": gzip,
    // Of the two things called deflate, the one with a header begins with an 8 in its lower half.
    deflate: unlessText(([first = 0]) =>
      first % 16 === 8 ? zlib.createInflate(options) : zlib.createInflateRaw(options),
    ),
    br: unlessText(() => zlib.createBrotliDecompress(brotliOptions)),
  };
}

const GZIP = 0x1f;

/** No head of a stream, JSON or page is shorter; that compressed bytes look like so much text is one in ten thousand. */
const TEXT_HEAD_LENGTH = 10;

/** Raw deflate and Brotli may begin with any byte: they are told from text by a few of them. */
function unlessText(open: (head: Buffer) => Transform): Opener {
  return (head) => {
    if (head.subarray(0, TEXT_HEAD_LENGTH).some((byte) => !isText(byte))) {
      return open(head);
    }
    return head.length < TEXT_HEAD_LENGTH ? undefined : "plain";
  };
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function createUnpacker(open: Opener, url: string): Unpacker {
  let stream: Transform | "plain" | undefined;
  let head: Buffer = Buffer.alloc(0);
  let on: UnpackerCallbacks | undefined;

  function listen(made: Transform): void {
    made.on("data", (bytes) => on?.onData(bytes));
    made.on("drain", () => on?.onDrain());
    made.on("end", () => on?.onEnd());
    made.on("error", (error) => {
      const message = `the compressed answer can't be read: ${error.message}`;
      on?.onError(new TransportFailure({ kind: "disconnected", message, url }, { cause: error }));
    });
  }

  function pass(bytes: Uint8Array): "more" | "full" {
    if (stream === undefined || stream === "plain") {
      on?.onData(bytes);
      return "more";
    }
    return stream.write(bytes) ? "more" : "full";
  }

  return {
    start(callbacks) {
      on = callbacks;
    },
    push(bytes) {
      if (stream !== undefined) {
        return pass(bytes);
      }
      head = Buffer.concat([head, bytes]);
      stream = head.length === 0 ? undefined : open(head);
      if (stream === undefined) {
        return "more";
      }
      if (stream !== "plain") {
        listen(stream);
      }
      return pass(head);
    },
    end() {
      if (stream !== undefined && stream !== "plain") {
        stream.end();
        return;
      }
      if (stream === undefined && head.length > 0) {
        pass(head);
      }
      on?.onEnd();
    },
    close() {
      if (stream !== undefined && stream !== "plain") {
        stream.destroy();
      }
    },
  };
}
