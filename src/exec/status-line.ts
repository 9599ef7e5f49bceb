import type { Output } from "./output.ts";

/** How long nothing may happen before a wait is put on screen. */
const TICK_MS = 1000;

/** The one line that is redrawn in place; only for terminals that can do that. */
export class StatusLine {
  readonly #output: Output;
  readonly #enabled: boolean;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #active = false;

  constructor(output: Output, options: { readonly enabled: boolean; readonly now: () => number }) {
    this.#output = output;
    this.#enabled = options.enabled;
    this.#now = options.now;
  }

  get isEnabled(): boolean {
    return this.#enabled;
  }

  show(text: string): void {
    if (this.#enabled) {
      this.#stopTimer();
      this.#active = true;
      this.#output.drawStatus(text);
    }
  }

  /** `first`, or nothing at all, for the first second; from then on what `render` says, every second. */
  showClock(clock: {
    readonly first?: string;
    readonly startedAt: number;
    readonly render: (elapsedMs: number) => string;
  }): void {
    if (!this.#enabled) {
      return;
    }
    if (clock.first === undefined) {
      this.clear();
    } else {
      this.show(clock.first);
    }
    this.#active = true;
    const draw = () => this.#output.drawStatus(clock.render(this.#now() - clock.startedAt));
    this.#timer = setInterval(draw, TICK_MS);
    this.#timer.unref();
  }

  clear(): void {
    if (this.#active) {
      this.#active = false;
      this.#stopTimer();
      this.#output.screen.eraseStatus();
    }
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
