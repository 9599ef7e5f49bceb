import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RawReply } from "../../src/practice/index.ts";
import { noSandbox } from "../support/sandbox.ts";
import { loadVectors, splits, type Vector } from "../support/vectors.ts";
import { createWorkbench, messagesOf } from "./support.ts";

/** Streams of the three servers most people run, over loopback through the whole of `leat exec`. */
const vectors = loadVectors().filter(
  ({ server, family }) =>
    ["lmstudio", "ollama", "llama.cpp", "ollama-compatible"].includes(server) &&
    ["reasoning-field", "tool-deltas", "usage"].includes(family),
);

test("there are streams of all three servers", () => {
  expect(new Set(vectors.map((vector) => vector.server.replace("-compatible", "")))).toEqual(
    new Set(["lmstudio", "ollama", "llama.cpp"]),
  );
});

describe.skipIf(noSandbox !== undefined).each(vectors)(
  `$name (${noSandbox ?? "in the sandbox"})`,
  (vector) => {
    test.each(["given", "bytes"] as const)("%s", async (split) => {
      const { expect: expected } = vector;
      const bench = await createWorkbench([toReply(vector, split), { text: "finished" }]);
      writeFileSync(join(bench.project, "z"), "contents of z\n");
      const run = await bench.leat(["exec", "--full-auto", "-m", "a-model", "look around"]);

      if (expected.reasoning) {
        expect(run.stderr).toContain(`[${expected.reasoning.trim()}]`);
      }
      if (expected.empty_answer === true) {
        expect(run.stderr).toContain("the model ended without an answer; it is told to go on");
        expect(run).toMatchObject({ code: 0, stdout: "finished\n" });
        return;
      }
      expect(run.code).toBe(0);
      const calls = expected.tool_calls;
      if (calls.length === 0) {
        expect(run.stdout.trim()).toBe(expected.text?.trim());
        return;
      }
      expect(run.stdout).toBe("finished\n");
      const answered = messagesOf(bench.server)[1]?.slice(2) ?? [];
      expect(answered[0]).toMatchObject({ role: "assistant" });
      const sent = answered[0]?.["tool_calls"] as { function: { name: string; arguments: string } }[];
      expect(
        sent.map((call) => ({ ...call.function, arguments: JSON.parse(call.function.arguments) })),
      ).toEqual(calls.map(({ name, arguments: value }) => ({ name, arguments: value })));
      expect(answered.slice(1).map((message) => message["role"])).toEqual(calls.map(() => "tool"));
    });
  },
);

function toReply(vector: Vector, split: "given" | "bytes"): RawReply {
  return {
    status: vector.http.status,
    headers: vector.http.headers,
    chunks: splits(vector)[split].map((bytes) => ({ base64: bytes.toString("base64") })),
  };
}
