import { type Signs, signsFor } from "../figures/index.ts";
import { type ColorFacts, chooseStyle, type Style } from "./style.ts";

/** Where text goes: a process stream, or a test. `columns` may be a getter. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
}

/** What drawing a line needs to know about the place it goes to. */
export interface Look {
  readonly columns: number;
  readonly style: Style;
  readonly signs: Signs;
}

export type LookOptions = Omit<ColorFacts, "isTerminal"> & { readonly utf8: boolean };

const ECHO_COLUMNS = 2;

/** A file has no edge; this only keeps a hostile line from filling a log. */
const FILE_COLUMNS = 1000;

/** The screen or file behind one or two sinks: where its cursor is, and whether a line on it is only for now. */
export class Screen {
  atLineStart = true;
  #statusOn: Sink | undefined;

  /** Draws over the former status line, or on a fresh line below running text. */
  drawStatus(sink: Sink, text: string): void {
    if (this.#statusOn !== undefined) {
      sink.write(`\r${text}\x1b[K`);
    } else {
      sink.write(this.atLineStart ? text : `\n${text}`);
      this.atLineStart = true;
    }
    this.#statusOn = sink;
  }

  eraseStatus(): void {
    const sink = this.#statusOn;
    if (sink !== undefined) {
      this.#statusOn = undefined;
      sink.write("\r\x1b[K");
    }
  }
}

/** A sink together with its screen: blocks start on a fresh line, whoever wrote last. */
export class Output {
  readonly screen: Screen;
  readonly style: Style;
  readonly signs: Signs;
  readonly #sink: Sink;

  constructor(sink: Sink, screen: Screen, options: LookOptions) {
    this.#sink = sink;
    this.screen = screen;
    this.style = chooseStyle({ ...options, isTerminal: sink.isTerminal });
    this.signs = signsFor(options.utf8);
  }

  get look(): Look {
    return { columns: usableColumns(this.#sink), style: this.style, signs: this.signs };
  }

  /** For the status line: behind it a terminal writes `^C`, which must not run over into a line that stays. */
  get statusLook(): Look {
    const { look } = this;
    return { ...look, columns: look.columns - ECHO_COLUMNS };
  }

  write(text: string): void {
    if (text === "") {
      return;
    }
    this.screen.eraseStatus();
    this.#sink.write(text);
    this.screen.atLineStart = text.endsWith("\n");
  }

  /** Starts a block. */
  writeFresh(text: string): void {
    this.screen.eraseStatus();
    this.write(this.screen.atLineStart ? text : `\n${text}`);
  }

  writeLines(lines: readonly string[]): void {
    if (lines.length > 0) {
      this.writeFresh(`${lines.join("\n")}\n`);
    }
  }

  drawStatus(text: string): void {
    this.screen.drawStatus(this.#sink, text);
  }
}

/** The last column stays free: some terminals wrap as soon as it is filled. */
function usableColumns(sink: Sink): number {
  const { columns } = sink;
  if (!sink.isTerminal) {
    return FILE_COLUMNS;
  }
  const known = columns !== undefined && columns > 0 ? Math.floor(columns) : 80;
  return Math.max(known, 20) - 1;
}
