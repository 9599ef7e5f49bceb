import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openProgress } from "../../src/exec/index.ts";

/** A view over a sink that keeps what is written, and a clock the test moves. */
function openView({
  isTerminal,
  columns = 80,
  utf8 = true,
}: {
  isTerminal: boolean;
  columns?: number;
  utf8?: boolean;
}) {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let written = "";
  const sink = {
    write: (text: string) => {
      written += text;
    },
    isTerminal,
    columns,
  };
  const view = openProgress(sink, {
    color: "never",
    noColor: false,
    dumbTerminal: false,
    utf8,
    now: () => Date.now(),
  });
  return {
    view,
    /** What was written since the last time. */
    news: () => {
      const news = written;
      written = "";
      return news;
    },
    pass: (ms: number) => vi.advanceTimersByTime(ms),
  };
}

const GB = 1e9;

describe("on a terminal", () => {
  test("one line, redrawn in place, with the speed of the last seconds", () => {
    const { view, news, pass } = openView({ isTerminal: true });
    const at = (done: number) =>
      view.download({ label: "pulling m", doneBytes: done * GB, totalBytes: 20 * GB });
    at(8);
    expect(news()).toBe("pulling m ▕██████░░░░░░░░░░▏ 40 %  8.0 of 20.0 GB");
    pass(1000);
    at(8.05);
    pass(1000);
    at(8.1);
    news();
    pass(200);
    // 0.1 GB in 2.2 s.
    expect(news()).toBe(
      "\rpulling m ▕██████░░░░░░░░░░▏ 40 %  8.1 of 20.0 GB · 45 MB/s · 4 m 22 s left\x1b[K",
    );
    view.clear();
    expect(news()).toBe("\r\x1b[K");
    pass(5000);
    expect(news()).toBe("");
  });

  test("a stall is seen", () => {
    const { view, news, pass } = openView({ isTerminal: true });
    view.download({ label: "m", doneBytes: 1 * GB, totalBytes: 2 * GB });
    pass(1000);
    view.download({ label: "m", doneBytes: 1.1 * GB, totalBytes: 2 * GB });
    pass(20_000);
    expect(news()).toMatch(/\rm ▕█████████░░░░░░░▏ 55 % {2}1\.1 of 2\.0 GB · nothing arrives\x1b\[K$/);
  });

  test("a part that was there already took no time", () => {
    const { view, news, pass } = openView({ isTerminal: true });
    view.download({ label: "m", doneBytes: 0, totalBytes: 1 * GB });
    pass(2000);
    view.download({ label: "m", doneBytes: 4 * GB, totalBytes: 5 * GB });
    pass(1000);
    expect(news()).toMatch(/80 % {2}4\.0 of 5\.0 GB · nothing arrives\x1b\[K$/);
  });

  test("what the server measures itself counts", () => {
    const { view, news, pass } = openView({ isTerminal: true });
    view.download({ label: "m", doneBytes: 0, totalBytes: 500e6, bytesPerSecond: 1.25e6 });
    pass(200);
    expect(news()).toMatch(/0 of 500 MB · 1\.3 MB\/s · 6 m 40 s left\x1b\[K$/);
  });

  test("a clock for what has no measure, and a line that stays between", () => {
    const { view, news, pass } = openView({ isTerminal: true });
    view.wait("loading qwen3:30b");
    expect(news()).toBe("loading qwen3:30b … 0 s");
    pass(12_000);
    expect(news()).toMatch(/\rloading qwen3:30b … 12 s\x1b\[K$/);
    view.wait("loading qwen3:30b");
    view.note("a note");
    expect(news()).toBe("\r\x1b[Ka note\n");
    pass(1000);
    expect(news()).toMatch(/^loading qwen3:30b … 12 s.*\rloading qwen3:30b … 13 s\x1b\[K$/s);
  });

  test.each([20, 30, 40, 60, 80, 200])("never more than fits: %i columns", (columns) => {
    const { view, news, pass } = openView({ isTerminal: true, columns, utf8: false });
    view.download({
      label: `pulling ${"long".repeat(30)}`,
      doneBytes: 0,
      totalBytes: 20 * GB,
      bytesPerSecond: 4e6,
    });
    pass(200);
    view.wait(`pulling ${"long".repeat(60)}`);
    for (const line of news().split(/\r|\n|\x1b\[K/)) {
      expect(line.length).toBeLessThanOrEqual(columns - 3);
    }
  });
});

describe("without a terminal", () => {
  test("a line for every tenth and every stage, and nothing that moves the cursor", () => {
    const { view, news, pass } = openView({ isTerminal: false });
    view.wait("pulling m");
    for (let percent = 0; percent <= 100; percent++) {
      pass(100);
      view.download({ label: "pulling m", doneBytes: percent * 1e7, totalBytes: GB });
    }
    view.wait("pulling m: verifying sha256 digest");
    view.wait("not said", "unsaid");
    view.clear();
    expect(news()).toBe(`pulling m …
pulling m: 0 %  0.0 of 1.0 GB
pulling m: 10 %  0.1 of 1.0 GB · 100 MB/s · 9 s left
pulling m: 20 %  0.2 of 1.0 GB · 100 MB/s · 8 s left
pulling m: 30 %  0.3 of 1.0 GB · 100 MB/s · 7 s left
pulling m: 40 %  0.4 of 1.0 GB · 100 MB/s · 6 s left
pulling m: 50 %  0.5 of 1.0 GB · 100 MB/s · 5 s left
pulling m: 60 %  0.6 of 1.0 GB · 100 MB/s · 4 s left
pulling m: 70 %  0.7 of 1.0 GB · 100 MB/s · 3 s left
pulling m: 80 %  0.8 of 1.0 GB · 100 MB/s · 2 s left
pulling m: 90 %  0.9 of 1.0 GB · 100 MB/s · 1 s left
pulling m: 100 %  1.0 of 1.0 GB
pulling m: verifying sha256 digest …
`);
  });

  test("one now and then where a tenth takes long", () => {
    const { view, news, pass } = openView({ isTerminal: false });
    for (let second = 0; second < 150; second++) {
      view.download({ label: "m", doneBytes: second * 1e6, totalBytes: 40 * GB });
      pass(1000);
    }
    expect(news().split("\n").length - 1).toBe(3);
  });
});
