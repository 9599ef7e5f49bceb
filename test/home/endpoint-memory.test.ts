import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEndpointMemory } from "../../src/home/index.ts";
import { temporaryFolder } from "./support.ts";

const LOCAL = "http://localhost:1234/v1";
const OTHER = "http://localhost:11434/v1";

function homeWith(text: string): string {
  const home = temporaryFolder();
  mkdirSync(join(home, "leat"));
  writeFileSync(join(home, "leat", "endpoints.json"), text);
  return home;
}

function stored(home: string): unknown {
  return JSON.parse(readFileSync(join(home, "leat", "endpoints.json"), "utf8"));
}

test("what was put is there, also for the next run", () => {
  const home = temporaryFolder();
  const memory = openEndpointMemory(home);
  expect(memory.get(LOCAL)).toEqual({});
  memory.put(LOCAL, { refusesStreamOptions: true });
  expect(memory.get(LOCAL)).toEqual({ refusesStreamOptions: true });
  expect(memory.get(OTHER)).toEqual({});
  expect(openEndpointMemory(home).get(LOCAL)).toEqual({ refusesStreamOptions: true });
});

test("nothing is written before there is something to keep", () => {
  const home = temporaryFolder();
  const memory = openEndpointMemory(home);
  memory.get(LOCAL);
  memory.put(LOCAL, {});
  expect(existsSync(join(home, "leat"))).toBe(false);
});

test("only the user may read it, and no temporary file stays", () => {
  const home = join(temporaryFolder(), "not", "yet", "there");
  openEndpointMemory(home).put(LOCAL, { refusesStreamOptions: true });
  const modes = ["leat", "leat/endpoints.json"].map((name) => statSync(join(home, name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
  expect(readdirSync(join(home, "leat"))).toEqual(["endpoints.json"]);
});

test("what a newer leat wrote stays", () => {
  const home = homeWith(
    JSON.stringify({ version: 2, endpoints: { [LOCAL]: { window: 8192 }, [OTHER]: { slots: [1] } } }),
  );
  openEndpointMemory(home).put(LOCAL, { refusesStreamOptions: true });
  expect(stored(home)).toEqual({
    version: 2,
    endpoints: { [LOCAL]: { window: 8192, refusesStreamOptions: true }, [OTHER]: { slots: [1] } },
  });
});

test("two runs at once do not undo each other", () => {
  const home = temporaryFolder();
  const [first, second] = [openEndpointMemory(home), openEndpointMemory(home)];
  first.get(LOCAL);
  second.put(OTHER, { refusesStreamOptions: true });
  first.put(LOCAL, { refusesStreamOptions: true });
  expect(stored(home)).toEqual({
    endpoints: { [LOCAL]: { refusesStreamOptions: true }, [OTHER]: { refusesStreamOptions: true } },
  });
});

describe("a file that makes no sense is no obstacle", () => {
  test.each([
    ["broken JSON", '{"endpoints": {'],
    ["empty", ""],
    ["not an object", "[1]"],
    ["endpoints of a wrong type", '{"endpoints": "none"}'],
    ["facts of a wrong type", JSON.stringify({ endpoints: { [LOCAL]: [true] } })],
    ["a fact of a wrong type", JSON.stringify({ endpoints: { [LOCAL]: { refusesStreamOptions: "yes" } } })],
  ])("%s", (_name, text) => {
    const home = homeWith(text);
    const memory = openEndpointMemory(home);
    expect(memory.get(LOCAL)).toEqual({});
    memory.put(LOCAL, { refusesStreamOptions: true });
    expect(openEndpointMemory(home).get(LOCAL)).toEqual({ refusesStreamOptions: true });
  });
});

test("a place that can't be written: known for this run, and no error", () => {
  const home = temporaryFolder();
  writeFileSync(join(home, "leat"), "a file where the folder should be");
  const memory = openEndpointMemory(home);
  memory.put(LOCAL, { refusesStreamOptions: true });
  memory.put(OTHER, { refusesStreamOptions: false });
  expect([memory.get(LOCAL), memory.get(OTHER)]).toEqual([
    { refusesStreamOptions: true },
    { refusesStreamOptions: false },
  ]);
});

test("an endpoint by JavaScript's own name", () => {
  const memory = openEndpointMemory(temporaryFolder());
  expect(memory.get("__proto__")).toEqual({});
  memory.put("__proto__", { refusesStreamOptions: true });
  expect(memory.get("__proto__")).toEqual({ refusesStreamOptions: true });
  expect({}).not.toHaveProperty("refusesStreamOptions");
});
