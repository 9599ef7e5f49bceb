import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startPatience } from "../../src/servers/patience.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

test("ends when so much time has gone by, and not before", () => {
  const { signal, end } = startPatience(250, never);
  vi.advanceTimersByTime(249);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(2);
  expect(signal.aborted).toBe(true);
  end();
});

test("a time in which nothing here ran counts as one piece of it", async () => {
  vi.useRealTimers();
  const { signal, end } = startPatience(100, never);
  const ended = new Promise((resolve) => signal.addEventListener("abort", resolve));
  const until = performance.now() + 300;
  while (performance.now() < until) {}
  // By now a plain timer would have fired.
  await new Promise((resolve) => setTimeout(() => setImmediate(() => setImmediate(resolve))));
  expect(signal.aborted).toBe(false);
  await ended;
  end();
});

test("ends with the outer signal, also one that has ended already", () => {
  const outer = new AbortController();
  const { signal, end } = startPatience(250, outer.signal);
  outer.abort();
  expect(signal.aborted).toBe(true);
  end();
  const late = startPatience(250, outer.signal);
  expect(late.signal.aborted).toBe(true);
  late.end();
});

test("leaves no timer behind", () => {
  const { end } = startPatience(250, never);
  vi.advanceTimersByTime(60);
  end();
  expect(vi.getTimerCount()).toBe(0);
});
