import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoffMs, parseRetryAfter, retryDelayMs, sleep } from "../../src/net/retry.ts";

const NOW = Date.UTC(2025, 8, 30, 12, 0, 0);

test.each([
  [1, 180, 200, 220],
  [2, 360, 400, 440],
  [3, 720, 800, 880],
  [4, 1440, 1600, 1760],
  [5, 2880, 3200, 3520],
  [6, 5760, 6400, 7040],
  [7, 11520, 12800, 14080],
  [8, 23040, 25600, 28160],
  [9, 46080, 51200, 56320],
  [10, 60000, 60000, 60000],
  [50, 60000, 60000, 60000],
])("back-off %i is between %i and %i ms", (attempt, low, middle, high) => {
  const delays = [0, 0.5, 1].map((random) => Math.round(backoffMs(attempt, random)));
  expect(delays).toEqual([low, middle, high]);
});

test.each([
  [undefined, undefined],
  ["", undefined],
  ["0", 0],
  ["7", 7],
  [" 120 ", 120],
  ["1.5", 1.5],
  ["-3", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["soon", undefined],
  ["soon 5", undefined],
  ["Wed 5", undefined],
  ["2025-09-30T12:00:30Z", undefined],
  ["Tue, 30 Sep 2025 12:00:30 GMT", 30],
  ["Tuesday, 30-Sep-25 12:00:30 GMT", 30],
  ["Tue, 30 Sep 2025 11:00:00 GMT", 0],
  ["Tue, 99 Foo 2025 12:00:30 GMT", undefined],
])("Retry-After %j is %j s", (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

test.each([
  ["the server's word counts", 3, 2, 2000],
  ["at once if it says so", 3, 0, 0],
  ["never more than a minute", 1, 3600, 60_000],
  ["not even for a number beyond all bounds", 1, Number.POSITIVE_INFINITY, 60_000],
  ["else the back-off", 3, undefined, 800],
])("delay: %s", (_, attempt, retryAfterSeconds, expected) => {
  expect(retryDelayMs(attempt, retryAfterSeconds, 0.5)).toBe(expected);
});

describe("sleep", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("ends with the delay", async () => {
    const slept = sleep(5000, new AbortController().signal);
    vi.advanceTimersByTime(5000);
    await slept;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends at once when aborted, and leaves no timer", async () => {
    const controller = new AbortController();
    const slept = sleep(5000, controller.signal);
    controller.abort();
    await slept;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not begin under an aborted signal", async () => {
    await sleep(5000, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });
});
