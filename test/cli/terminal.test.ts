import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { OutputStream } from "../../src/cli/io.ts";
import { toSink } from "../../src/cli/terminal.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A stream of the process over a file, and what was left to its own `write`. */
function streamOver(fd: number, difference: Partial<OutputStream> = {}) {
  const left: string[] = [];
  const stream: OutputStream = {
    fd,
    writableLength: 0,
    write: (text) => left.push(Buffer.from(text).toString()),
    ...difference,
  };
  return { sink: toSink(stream), left };
}

test.each<[string, Partial<OutputStream>, string, string[]]>([
  ["into a pipe or file: directly", {}, "añb", []],
  ["something waits before it: behind it", { writableLength: 3 }, "", ["a", "ñ", "b"]],
  ["a terminal: through the stream", { isTTY: true }, "", ["a", "ñ", "b"]],
  ["no stream of the process", { fd: undefined }, "", ["a", "ñ", "b"]],
])("%s", (_name, difference, written, expected) => {
  const path = join(tempFolder(), "out");
  const fd = openSync(path, "w");
  const { sink, left } = streamOver(fd, difference);
  for (const text of ["a", "ñ", "b"]) {
    sink.write(text);
  }
  closeSync(fd);
  expect({ written: readFileSync(path, "utf8"), left }).toEqual({ written, left: expected });
});

test("a failure is left to the stream, which tells of it", () => {
  const fd = openSync(join(tempFolder(), "out"), "w");
  closeSync(fd);
  const { sink, left } = streamOver(fd);
  sink.write("lost");
  expect(left).toEqual(["lost"]);
});
