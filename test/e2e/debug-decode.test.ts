import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { DecodeResult } from "../../src/cli/debug-result.ts";
import { compareDecoded } from "../support/compare-decoded.ts";
import { loadVectors, type Vector } from "../support/vectors.ts";
import { createWorkbench, type Workbench } from "./support.ts";

/** Through the built program: the first of each family, and what only the line itself can show. */
const vectors = loadVectors();
const families = [...new Set(vectors.map(({ family }) => family))].flatMap(
  (family) => vectors.find((vector) => vector.family === family) ?? [],
);

test.each(families)("$family: $name", async (vector) => {
  const bench = await createWorkbench([]);
  compareDecoded(await decodeFile(bench, JSON.stringify(vector)), vector);
});

test.each([
  { what: "byte by byte", name: "tools-llamacpp-native", change: same, split: "bytes" },
  { what: "in one write", name: "tools-llamacpp-native", change: same, split: "whole" },
  { what: "base64", name: "sse-invalid-utf8-bytes", change: same, split: "given" },
  { what: "compressed, byte by byte", name: "reasoning-vllm-new-field", change: compressed, split: "bytes" },
  { what: "an error status", name: "err-llamacpp-503-loading", change: same, split: "given" },
  { what: "a socket that stays open", name: "sse-crlf", change: leftOpen, split: "given" },
])("$what", async ({ name, change, split }) => {
  const vector = change(named(name));
  const bench = await createWorkbench([]);
  compareDecoded(await decodeFile(bench, JSON.stringify(vector), ["--split", split]), vector);
});

test("raw bytes, with a tool offered by name", async () => {
  const vector = named("text-hermes-single");
  const bench = await createWorkbench([]);
  const raw = vector.chunks.join("");
  const [tool] = vector.expect.tool_calls;
  expect(await decodeFile(bench, raw)).toMatchObject({ tool_calls: [], finish: "stop" });
  expect(await decodeFile(bench, raw, ["--tool", tool?.name ?? ""])).toMatchObject({
    tool_calls: [tool],
    finish: "tool_calls",
  });
});

test.each([
  { file: "nowhere.json", content: undefined, message: "ENOENT" },
  { file: "odd.json", content: '{"http":{},"chunks":[]}', message: "http.status" },
])("a file that can't be replayed: $message", async ({ file, content, message }) => {
  const bench = await createWorkbench([]);
  if (content !== undefined) {
    writeFileSync(join(bench.project, file), content);
  }
  const run = await bench.leat(["debug", "decode", file]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(`leat debug decode: ${file}: `);
  expect(run.stderr).toContain(message);
});

test("what exec --record writes is replayed as it was", async () => {
  const bench = await createWorkbench([{ reasoning: "hm", text: "Good morning." }]);
  const run = await bench.leat(["exec", "--record", "made/here", "hi"]);
  expect(run).toMatchObject({ code: 0, stdout: "Good morning.\n" });
  const folder = join(bench.project, "made/here");
  const [name = ""] = readdirSync(folder);
  const recorded = readFileSync(join(folder, name), "utf8");
  expect(JSON.parse(recorded).request.body).toEqual(bench.server.requests[0]?.json);
  expect(await decodeFile(bench, recorded)).toMatchObject({
    text: "Good morning.",
    reasoning: "hm",
    finish: "stop",
    error: null,
  });
});

test("a folder that can't be had ends exec before the first request", async () => {
  const bench = await createWorkbench([{ text: "unasked" }]);
  const run = await bench.leat(["exec", "--record", join(bench.home, "config.toml"), "hi"]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain("nothing can be recorded in");
  expect(bench.server.requests).toEqual([]);
});

async function decodeFile(
  bench: Workbench,
  content: string,
  options: readonly string[] = [],
): Promise<DecodeResult> {
  writeFileSync(join(bench.project, "file"), content);
  const run = await bench.leat(["debug", "decode", ...options, "file"]);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(run.stdout);
}

function named(name: string): Vector {
  const vector = vectors.find((candidate) => candidate.name === name);
  if (vector === undefined) {
    throw new Error(`no fixture named ${name}`);
  }
  return vector;
}

function same(vector: Vector): Vector {
  return vector;
}

function compressed(vector: Vector): Vector {
  const bytes = gzipSync(vector.chunks.join(""));
  const { status, headers } = vector.http;
  return {
    ...vector,
    http: { status, headers: { ...headers, "content-encoding": "gzip" } },
    encoding: "base64",
    chunks: [bytes.toString("base64")],
  };
}

function leftOpen(vector: Vector): Vector {
  return { ...vector, expect: { ...vector.expect, must_finish_without_eof: true } as Vector["expect"] };
}
