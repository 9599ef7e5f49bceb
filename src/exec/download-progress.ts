/** How a download, or a wait of unknown length, is shown: redrawn in place on a terminal, a line now and then elsewhere. */
import { formatSeconds } from "../figures/index.ts";
import { type Download, downloadLine, downloadText } from "./download-line.ts";
import { type LookOptions, Output, Screen, type Sink } from "./output.ts";
import { SpeedMeter } from "./speed-meter.ts";
import { cutToWidth, loadStringWidth } from "./text-width.ts";

export interface ProgressOptions extends LookOptions {
  readonly now?: () => number;
}

export interface ProgressView {
  /** All but the speed, which is measured here if it is not told. */
  download(state: Omit<Download, "bytesPerSecond"> & { readonly bytesPerSecond?: number }): void;
  /** What takes a time nobody knows; on a terminal with a clock. */
  wait(label: string, elsewhere?: "said" | "unsaid"): void;
  /** A line that stays. */
  note(text: string): void;
  /** What was drawn for now is gone; the view may be used again. */
  clear(): void;
}

const REDRAW_MS = 200;
/** Without a terminal: a line for every tenth, and one now and then where that takes long. */
const STEPS = 10;
const LONGEST_QUIET_MS = 60_000;

type Shown =
  | { readonly type: "nothing" }
  | { readonly type: "download"; readonly download: Download }
  | { readonly type: "wait"; readonly label: string; readonly sinceMs: number };

export function openProgress(sink: Sink, options: ProgressOptions): ProgressView {
  const now = options.now ?? (() => performance.now());
  const output = new Output(sink, new Screen(), options);
  const meter = new SpeedMeter();
  const isLive = sink.isTerminal && !options.dumbTerminal;
  let shown: Shown = { type: "nothing" };
  let timer: NodeJS.Timeout | undefined;
  let knownTotal: number | undefined;
  let written = { step: -1, atMs: now() };
  if (isLive) {
    void loadStringWidth();
  }

  function draw(): void {
    const look = output.statusLook;
    if (shown.type === "download") {
      const bytesPerSecond = shown.download.bytesPerSecond ?? meter.speed(now());
      output.drawStatus(downloadLine({ ...shown.download, bytesPerSecond }, look));
    } else if (shown.type === "wait") {
      const { ellipsis } = look.signs;
      const clock = formatSeconds((now() - shown.sinceMs) / 1000);
      output.drawStatus(cutToWidth(`${shown.label} ${ellipsis} ${clock}`, look.columns, ellipsis));
    }
  }

  function show(next: Shown): void {
    const isNew = shown.type !== next.type;
    shown = next;
    // What comes faster than eyes can follow is drawn by the clock.
    if (isNew) {
      draw();
    }
    timer ??= setInterval(draw, REDRAW_MS).unref();
  }

  return {
    download(state) {
      if (state.totalBytes !== knownTotal) {
        // A further part may be there already, which took no time.
        knownTotal = state.totalBytes;
        meter.reset();
      }
      meter.add(state.doneBytes, now());
      if (isLive) {
        show({ type: "download", download: { bytesPerSecond: undefined, ...state } });
        return;
      }
      const step = Math.floor((state.doneBytes * STEPS) / Math.max(1, state.totalBytes));
      if (step !== written.step || now() - written.atMs >= LONGEST_QUIET_MS) {
        written = { step, atMs: now() };
        const bytesPerSecond = state.bytesPerSecond ?? meter.speed(now());
        output.writeLines([downloadText({ ...state, bytesPerSecond }, output.signs.separator)]);
      }
    },
    wait(label, elsewhere = "said") {
      if (shown.type === "wait" && shown.label === label) {
        return;
      }
      meter.reset();
      if (isLive) {
        shown = { type: "nothing" };
        show({ type: "wait", label, sinceMs: now() });
      } else {
        shown = { type: "wait", label, sinceMs: now() };
        output.writeLines(elsewhere === "said" ? [`${label} ${output.signs.ellipsis}`] : []);
      }
    },
    note(text) {
      output.writeLines([text]);
    },
    clear() {
      clearInterval(timer);
      timer = undefined;
      shown = { type: "nothing" };
      output.screen.eraseStatus();
    },
  };
}
