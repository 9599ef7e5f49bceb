import type { Sink } from "./output.ts";
import { SurrogateJoiner } from "./safe-text.ts";

/**
 * The answer as data for the program behind a pipe, character for character: the last message when the turn is
 * complete, or with `--stream` all text as it comes. On a terminal there is none: the text was shown there already.
 */
export class FinalAnswer {
  readonly #stdout: Sink;
  readonly #mode: "none" | "last-message" | "stream";
  readonly #pairs = new SurrogateJoiner();
  #atLineStart = true;

  constructor(stdout: Sink, options: { readonly streamToStdout: boolean }) {
    this.#stdout = stdout;
    this.#mode = stdout.isTerminal ? "none" : options.streamToStdout ? "stream" : "last-message";
  }

  push(delta: string): void {
    if (this.#mode === "stream") {
      this.#write(this.#pairs.push(delta));
    }
  }

  /** A text is over: the next one, or the end of the output, starts on a fresh line. */
  endText(): void {
    this.#write(this.#pairs.end());
    if (!this.#atLineStart) {
      this.#write("\n");
    }
  }

  complete(lastMessage: string | null): void {
    if (this.#mode === "last-message" && lastMessage !== null) {
      // Always one newline more, also after a newline, so that a reader can take off exactly one.
      this.#write(`${lastMessage}\n`);
    }
  }

  #write(text: string): void {
    if (text !== "") {
      this.#stdout.write(text);
      this.#atLineStart = text.endsWith("\n");
    }
  }
}
