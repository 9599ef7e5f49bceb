import { createBodyReader } from "../../src/wire/body/body-reader.ts";
import type { ModelEvent } from "../../src/wire/index.ts";
import type { ResponseDecoder } from "../../src/wire/response-decoder.ts";
import { measureWork } from "./work-meter.ts";

/** An answer of a head and frames without end. */
export interface Endless {
  readonly name: string;
  readonly head?: string;
  readonly frame: (number: number) => string;
}

const FRAMES = 1000;

/**
 * By what factor the looks at each byte grow when twice as much comes: about 1, and 2 where the work is the square
 * of the input.
 */
export function growthOfWork(createDecoder: () => ResponseDecoder, endless: Endless): number {
  return looksPerByte(createDecoder(), endless, 2 * FRAMES) / looksPerByte(createDecoder(), endless, FRAMES);
}

function looksPerByte(decoder: ResponseDecoder, { head, frame }: Endless, count: number): number {
  const events: ModelEvent[] = [];
  const reader = createBodyReader(decoder, events);
  const frames = Array.from({ length: count }, (_, number) => Buffer.from(frame(number)));
  let bytes = 0;
  const work = measureWork(() => {
    for (const piece of [Buffer.from(head ?? ""), ...frames]) {
      bytes += piece.length;
      reader.push(piece);
      events.length = 0;
    }
    reader.end();
    decoder.end(events);
  });
  return work / bytes;
}
