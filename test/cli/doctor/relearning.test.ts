import { expect, test } from "vitest";
import { type Doubtful, relearning } from "../../../src/cli/doctor/relearning.ts";
import { openEndpointMemory } from "../../../src/home/index.ts";
import type { EndpointFacts } from "../../../src/protocol/index.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const PLACE = "http://h/v1";
const BEFORE: EndpointFacts = {
  server: { kind: "vllm", refusesStreamedTools: true, refusesNullContent: true },
  model: {
    refusesTools: true,
    refusesSystemRole: true,
    refusedParameters: ["stream_options", "response_format"],
    opensThinking: true,
  },
};

function remembering(facts: EndpointFacts) {
  const memory = openEndpointMemory(tempFolder());
  memory.put(PLACE, "m", facts);
  return { memory, fresh: relearning(memory) };
}

test("what can be tried is not believed, everything else is", () => {
  const { fresh, memory } = remembering(BEFORE);
  expect(fresh.get(PLACE, "m")).toEqual({
    server: { kind: "vllm", refusesStreamedTools: false, refusesNullContent: true },
    model: {
      refusesTools: false,
      refusesSystemRole: false,
      refusedParameters: ["stream_options"],
      opensThinking: true,
    },
  });
  expect(memory.get(PLACE, "m")).toEqual(BEFORE);
});

test.each<[Doubtful, Partial<EndpointFacts>]>([
  ["refusesTools", { model: { ...BEFORE.model, refusesTools: false } }],
  ["refusesSystemRole", { model: { ...BEFORE.model, refusesSystemRole: false } }],
  ["refusesStreamedTools", { server: { ...BEFORE.server, refusesStreamedTools: false } }],
  ["response_format", { model: { ...BEFORE.model, refusedParameters: ["stream_options"] } }],
])("%s: disproved, it is forgotten", (doubtful, change) => {
  const { fresh, memory } = remembering(BEFORE);
  expect(fresh.disprove(PLACE, "m", doubtful)).toBe(true);
  expect(memory.get(PLACE, "m")).toEqual({ ...BEFORE, ...change });
});

test("what is refused again stays, and what nobody believed needs no proof", () => {
  const { fresh, memory } = remembering(BEFORE);
  fresh.put(PLACE, "m", {
    model: { refusesTools: true, refusedParameters: ["stream_options", "response_format"] },
  });
  expect(fresh.get(PLACE, "m").model).toMatchObject({
    refusesTools: true,
    refusedParameters: ["stream_options", "response_format"],
  });
  expect(fresh.disprove(PLACE, "m", "refusesTools")).toBe(false);
  expect(fresh.disprove(PLACE, "m", "response_format")).toBe(false);
  expect(memory.get(PLACE, "m")).toEqual(BEFORE);
  const unknown = remembering({ server: {}, model: {} });
  expect(unknown.fresh.disprove(PLACE, "m", "refusesTools")).toBe(false);
  expect(unknown.memory.get(PLACE, "m")).toEqual({ server: {}, model: {} });
});
