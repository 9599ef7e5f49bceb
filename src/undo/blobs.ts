import { writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "./git.ts";
import type { Limit } from "./outcome.ts";
import type { Store } from "./workspace.ts";

/** Contents fetched from the store into one file. */
export interface Blobs {
  has(oid: string): boolean;
  /** In pieces, so that a large file takes no large memory. */
  read(oid: string): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

interface Place {
  readonly file: FileHandle;
  readonly start: number;
  readonly length: number;
}

/** A content that is missing or broken is one the result does not have. */
export async function fetchBlobs(
  store: Store,
  { oids, scratch, limit }: { oids: ReadonlySet<string>; scratch: string; limit: Limit },
): Promise<Blobs> {
  const places = new Map<string, Place>();
  const files: FileHandle[] = [];
  // A broken object ends git: what follows it is asked for again.
  for (let wanted = [...oids]; wanted.length > 0; ) {
    const input = join(scratch, "wanted");
    const output = join(scratch, `contents-${files.length}`);
    writeFileSync(input, wanted.map((oid) => `${oid}\n`).join(""));
    const end = await runGit(store, { arguments: ["cat-file", "--batch"], input, output, limit });
    const file = await open(output, "r");
    files.push(file);
    const answered = await locate(file, places);
    if (end.ok || end.obstacle.kind !== "failed") {
      break;
    }
    wanted = wanted.slice(answered + 1);
  }
  return {
    has: (oid) => places.has(oid),
    async *read(oid) {
      const place = places.get(oid);
      if (place !== undefined) {
        yield* readPieces(place);
      }
    },
    async close() {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

const MAX_HEADER_BYTES = 200;

/** Reads `<oid> blob <size>`, the content and a newline, again and again; returns how many whole answers there were. */
async function locate(file: FileHandle, places: Map<string, Place>): Promise<number> {
  const { size } = await file.stat();
  const header = Buffer.alloc(MAX_HEADER_BYTES);
  let answered = 0;
  for (let at = 0; at < size; answered += 1) {
    const { bytesRead } = await file.read(header, 0, MAX_HEADER_BYTES, at);
    const end = header.subarray(0, bytesRead).indexOf("\n");
    const [oid = "", type, length] = header.toString("latin1", 0, Math.max(0, end)).split(" ");
    const start = at + end + 1;
    if (end === -1) {
      return answered;
    }
    if (type === "missing") {
      at = start;
      continue;
    }
    at = start + Number(length) + 1;
    if (type !== "blob" || !(at <= size)) {
      return answered;
    }
    places.set(oid, { file, start, length: Number(length) });
  }
  return answered;
}

const PIECE_BYTES = 2 ** 20;

async function* readPieces({ file, start, length }: Place): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; ) {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, length - done));
    const { bytesRead } = await file.read(piece, 0, piece.length, start + done);
    if (bytesRead === 0) {
      throw new Error("the kept content broke off");
    }
    yield piece.subarray(0, bytesRead);
    done += bytesRead;
  }
}
