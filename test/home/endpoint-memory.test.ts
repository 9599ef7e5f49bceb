import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEndpointMemory } from "../../src/home/index.ts";
import { temporaryFolder } from "./support.ts";

const LOCAL = "http://localhost:1234/v1";
const OTHER = "http://localhost:11434/v1";
const FACTS = {
  server: { refusesStreamedTools: true, wireApi: "chat" },
  model: { refusedParameters: ["stream_options"], refusesSystemRole: true, toolCallIds: "plain" },
} as const;
const STORED = { ...FACTS.server, models: { m: FACTS.model } };
const NOTHING = { server: {}, model: {} };

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
  expect(memory.get(LOCAL, "m")).toEqual(NOTHING);
  memory.put(LOCAL, "m", FACTS);
  expect(memory.get(LOCAL, "m")).toEqual(FACTS);
  expect(memory.get(OTHER, "m")).toEqual(NOTHING);
  expect(openEndpointMemory(home).get(LOCAL, "m")).toEqual(FACTS);
  expect(stored(home)).toEqual({ endpoints: { [LOCAL]: STORED } });
});

test("what a server does holds for all its models, what a model does for itself alone", () => {
  const memory = openEndpointMemory(temporaryFolder());
  memory.put(LOCAL, "m", FACTS);
  expect(memory.get(LOCAL, "other")).toEqual({ server: FACTS.server, model: {} });
});

test("a lesson adds to what is known; undefined changes nothing", () => {
  const home = temporaryFolder();
  const memory = openEndpointMemory(home);
  memory.put(LOCAL, "m", FACTS);
  memory.put(LOCAL, "m", { model: { refusedParameters: ["stream_options", "return_progress"] } });
  memory.put(LOCAL, "m", { server: { refusesContentParts: true } });
  memory.put(LOCAL, "m", { model: { refusesTools: true, toolCallIds: undefined } } as object);
  const expected = {
    server: { ...FACTS.server, refusesContentParts: true },
    model: { ...FACTS.model, refusedParameters: ["stream_options", "return_progress"], refusesTools: true },
  };
  expect(memory.get(LOCAL, "m")).toEqual(expected);
  expect(openEndpointMemory(home).get(LOCAL, "m")).toEqual(expected);
});

test("what is known already is not written again", () => {
  const home = temporaryFolder();
  openEndpointMemory(home).put(LOCAL, "m", FACTS);
  const path = join(home, "leat", "endpoints.json");
  const before = statSync(path).ino;
  openEndpointMemory(home).put(LOCAL, "m", FACTS);
  expect(statSync(path).ino).toBe(before);
});

test("nothing is written before there is something to keep", () => {
  const home = temporaryFolder();
  const memory = openEndpointMemory(home);
  memory.get(LOCAL, "m");
  memory.put(LOCAL, "m", {});
  memory.put(LOCAL, "m", NOTHING);
  expect(existsSync(join(home, "leat"))).toBe(false);
});

test("only the user may read it, and no temporary file stays", () => {
  const home = join(temporaryFolder(), "not", "yet", "there");
  openEndpointMemory(home).put(LOCAL, "m", FACTS);
  const modes = ["leat", "leat/endpoints.json"].map((name) => statSync(join(home, name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600]);
  expect(readdirSync(join(home, "leat"))).toEqual(["endpoints.json"]);
});

test("what a newer leat wrote stays", () => {
  const known = { window: 8192, models: { m: { speed: 3 }, other: { vision: true } } };
  const home = homeWith(
    JSON.stringify({ version: 2, endpoints: { [LOCAL]: known, [OTHER]: { slots: [1] } } }),
  );
  openEndpointMemory(home).put(LOCAL, "m", FACTS);
  expect(stored(home)).toEqual({
    version: 2,
    endpoints: {
      [LOCAL]: {
        ...known,
        ...FACTS.server,
        models: { m: { speed: 3, ...FACTS.model }, other: { vision: true } },
      },
      [OTHER]: { slots: [1] },
    },
  });
});

test("two runs at once do not undo each other", () => {
  const home = temporaryFolder();
  const [first, second] = [openEndpointMemory(home), openEndpointMemory(home)];
  first.get(LOCAL, "m");
  second.put(OTHER, "m", FACTS);
  second.put(LOCAL, "other", FACTS);
  first.put(LOCAL, "m", FACTS);
  expect(stored(home)).toEqual({
    endpoints: {
      [LOCAL]: { ...FACTS.server, models: { m: FACTS.model, other: FACTS.model } },
      [OTHER]: STORED,
    },
  });
});

describe("a file that makes no sense is no obstacle", () => {
  const facts = (server: unknown) => JSON.stringify({ endpoints: { [LOCAL]: server } });

  test.each([
    ["broken JSON", '{"endpoints": {'],
    ["empty", ""],
    ["not an object", "[1]"],
    ["endpoints of a wrong type", '{"endpoints": "none"}'],
    ["facts of a wrong type", facts([true])],
    ["a list of a wrong type", facts({ models: { m: { refusedParameters: "stream_options" } } })],
    ["a list of the wrong things", facts({ models: { m: { refusedParameters: ["n", 5] } } })],
    ["a word that is none of the known", facts({ wireApi: "smoke signals" })],
    ["models of a wrong type", facts({ models: ["m"] })],
    ["a model of a wrong type", facts({ models: { m: "big" } })],
    ["a fact of a wrong type", facts({ models: { m: { refusesSystemRole: "yes" } } })],
    [
      "a fact in the wrong place",
      facts({ refusesSystemRole: true, models: { m: { refusesStreamedTools: true } } }),
    ],
  ])("%s", (_name, text) => {
    const home = homeWith(text);
    const memory = openEndpointMemory(home);
    expect(memory.get(LOCAL, "m")).toEqual(NOTHING);
    memory.put(LOCAL, "m", FACTS);
    expect(openEndpointMemory(home).get(LOCAL, "m")).toEqual(FACTS);
  });
});

test("a place that can't be written: known for this run, and no error", () => {
  const home = temporaryFolder();
  writeFileSync(join(home, "leat"), "a file where the folder should be");
  const memory = openEndpointMemory(home);
  memory.put(LOCAL, "m", FACTS);
  memory.put(OTHER, "m", { model: { refusesTools: false } });
  expect([memory.get(LOCAL, "m"), memory.get(OTHER, "m")]).toEqual([
    FACTS,
    { server: {}, model: { refusesTools: false } },
  ]);
});

test("an endpoint and a model by JavaScript's own names", () => {
  const home = temporaryFolder();
  const memory = openEndpointMemory(home);
  for (const name of ["__proto__", "constructor", "toString"]) {
    expect(memory.get(name, name)).toEqual(NOTHING);
    memory.put(name, name, FACTS);
    expect(memory.get(name, name)).toEqual(FACTS);
    expect(openEndpointMemory(home).get(name, name)).toEqual(FACTS);
  }
  expect({}).not.toHaveProperty("refusedParameters");
  expect({}).not.toHaveProperty("refusesSystemRole");
});

test("who the server is, as far as that is somebody we know", () => {
  const home = homeWith(
    JSON.stringify({ endpoints: { [LOCAL]: { kind: "vllm" }, [OTHER]: { kind: "a teapot" } } }),
  );
  const memory = openEndpointMemory(home);
  expect(memory.get(LOCAL, "m")).toEqual({ server: { kind: "vllm" }, model: {} });
  expect(memory.get(OTHER, "m")).toEqual(NOTHING);
});
