import { expect, test } from "vitest";
import { createOllamaPullDecoder } from "../../../src/servers/control/ollama-pull.ts";

const progress = (doneBytes: number, totalBytes: number) => ({
  type: "progress",
  progress: { doneBytes, totalBytes },
});
const stage = (text: string) => ({ type: "stage", text });

test.each<[name: string, text: string, events: object[]]>([
  [
    "progress is summed over the layers, each by its digest",
    `{"status":"pulling manifest"}
{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a07","total":1000}
{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a07","total":1000,"completed":400}
{"status":"pulling 8ab4849b038c","digest":"sha256:8ab4","total":200,"completed":200}
{"status":"pulling 6a0746a1ec1a","digest":"sha256:6a07","total":1000,"completed":1000}
{"status":"verifying sha256 digest"}
{"status":"writing manifest"}
{"status":"success"}
`,
    [
      stage("pulling manifest"),
      progress(0, 1000),
      progress(400, 1000),
      progress(600, 1200),
      progress(1200, 1200),
      stage("verifying sha256 digest"),
      stage("writing manifest"),
      { type: "succeeded" },
    ],
  ],
  [
    "an error ends it, whatever comes behind",
    `{"status":"pulling manifest"}
{"error":"pull model manifest: file does not exist"}
{"status":"success"}
`,
    [stage("pulling manifest"), { type: "failed", message: "pull model manifest: file does not exist" }],
  ],
  [
    "an error as proxies write it",
    `{"error":{"message":"upstream failed","code":502}}\n`,
    [{ type: "failed", message: "upstream failed" }],
  ],
  ["the last line may lack its end", `{"status":"success"}`, [{ type: "succeeded" }]],
  [
    "Windows' line ends",
    `{"status":"a"}\r\n\r\n{"status":"success"}\r\n`,
    [stage("a"), { type: "succeeded" }],
  ],
  [
    "what is no line of Ollama's says nothing",
    `<html>\n[1]\nnull\n7\n{"status":5}\n{"digest":"d","total":"many"}\n{"status":"ü"}\n`,
    [stage("ü")],
  ],
  [
    "numbers that can't be: never more than all, never below nothing",
    `{"digest":"a","total":10,"completed":99}
{"digest":"b","total":-5,"completed":1,"status":"odd"}
{"digest":"c","total":10,"completed":-3}
`,
    [progress(10, 10), stage("odd"), progress(10, 20)],
  ],
])("%s", (_name, text, events) => {
  const bytes = new TextEncoder().encode(text);
  const whole = createOllamaPullDecoder();
  expect([...whole.push(bytes), ...whole.end()]).toEqual(events);
  const single = createOllamaPullDecoder();
  const each = [...bytes].flatMap((byte) => single.push(Uint8Array.of(byte)));
  expect([...each, ...single.end()]).toEqual(events);
});

test("a line without end is given up, not kept", () => {
  const decoder = createOllamaPullDecoder();
  const piece = new TextEncoder().encode("x".repeat(10_000));
  const events = Array.from({ length: 100 }, () => decoder.push(piece)).flat();
  expect(events).toEqual([{ type: "failed", message: "what came is no progress of a pull" }]);
});

test("layers without end do not fill the memory", () => {
  const decoder = createOllamaPullDecoder();
  const text = Array.from({ length: 10_050 }, (_, index) => `{"digest":"${index}","total":1}\n`).join("");
  const events = decoder.push(new TextEncoder().encode(text));
  expect(events.at(-1)).toEqual(progress(0, 10_000));
});
