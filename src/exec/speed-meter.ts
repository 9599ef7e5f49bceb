/** Bytes a second over the last seconds: what counts now, not since the beginning. */

/** Long enough that a pause of a second does not show, short enough that a stall does. */
const SPAN_MS = 8_000;
/** Before that, a speed is a guess. */
const LEAST_MS = 900;

interface Sample {
  readonly bytes: number;
  readonly atMs: number;
}

export class SpeedMeter {
  #samples: Sample[] = [];

  add(bytes: number, atMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && bytes < last.bytes) {
      this.#samples = [];
    }
    // Progress comes up to a hundred times a second.
    if (last === undefined || atMs - last.atMs >= 50 || this.#samples.length === 0) {
      this.#samples.push({ bytes, atMs });
    } else {
      this.#samples[this.#samples.length - 1] = { bytes, atMs: last.atMs };
    }
    this.#forget(atMs);
  }

  reset(): void {
    this.#samples = [];
  }

  /** Undefined until there is enough to tell. */
  speed(nowMs: number): number | undefined {
    this.#forget(nowMs);
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || nowMs - first.atMs < LEAST_MS) {
      return undefined;
    }
    return ((last.bytes - first.bytes) / (nowMs - first.atMs)) * 1000;
  }

  /** One older than the span is kept: what lies between it and the next belongs to the span. */
  #forget(nowMs: number): void {
    while ((this.#samples[1]?.atMs ?? nowMs) < nowMs - SPAN_MS) {
      this.#samples.shift();
    }
  }
}
