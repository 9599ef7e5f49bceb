import type { Output } from "./output.ts";
import { SafeStream } from "./safe-text.ts";

/** How a block of running text looks: reasoning is dim and in brackets, an answer is plain. */
export interface BlockLook {
  readonly open: string;
  readonly close: string;
  readonly dim: boolean;
}

export const REASONING_LOOK: BlockLook = { open: "[", close: "]", dim: true };
export const ANSWER_LOOK: BlockLook = { open: "", close: "", dim: false };

/** White space longer than this is no longer the end of a text, and is shown. */
const HELD_LIMIT = 256;

/**
 * Text of the model as it arrives, one write a delta. Blank text before it is dropped; white space after it is held
 * until more comes, so that the block ends where its text ends.
 */
export class LiveBlock {
  readonly #output: Output;
  readonly #look: BlockLook;
  readonly #safe = new SafeStream();
  #held = "";
  #opened = false;

  constructor(output: Output, look: BlockLook) {
    this.#output = output;
    this.#look = look;
  }

  push(delta: string): void {
    this.#show(this.#safe.push(delta));
  }

  /** Nothing is written for a block that never had any text. */
  close(): void {
    this.#show(this.#safe.end());
    if (this.#opened) {
      this.#output.write(`${this.#styled(this.#look.close)}\n`);
    }
  }

  #show(safe: string): void {
    const text = this.#opened ? safe : safe.trimStart();
    const body = text.trimEnd();
    if (body === "") {
      this.#hold(text);
      return;
    }
    if (this.#opened) {
      this.#output.write(this.#styled(this.#held + body));
    } else {
      this.#opened = true;
      this.#output.writeFresh(this.#styled(this.#look.open + body));
    }
    this.#held = body.length === text.length ? "" : text.slice(body.length);
  }

  #hold(blank: string): void {
    this.#held += blank;
    if (this.#held.length > HELD_LIMIT) {
      this.#output.write(this.#held);
      this.#held = "";
    }
  }

  #styled(text: string): string {
    return this.#look.dim && text !== "" ? this.#output.style("dim", text) : text;
  }
}
