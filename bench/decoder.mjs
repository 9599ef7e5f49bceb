/**
 * The decoder alone: bytes of a stream in memory, in reads of 64 kB and in reads of one event, against splitting by
 * hand and JSON.parse of the same bytes. Prints one JSON line: MB/s of each.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const TOKENS = 50_000;
const ROUNDS = 9;
const TOOLS = [{ name: "shell", description: "", parameters: { type: "object", properties: {} } }];

const folder = mkdtempSync(join(tmpdir(), "leat-bench-decoder-"));
try {
  const { createBodyReader, createChatDecoder } = await loadDecoder();
  const events = Array.from({ length: TOKENS }, (_, index) => Buffer.from(event(index)));
  const whole = Buffer.concat(events);
  const reads = Array.from({ length: Math.ceil(whole.length / 65536) }, (_, index) =>
    whole.subarray(index * 65536, (index + 1) * 65536),
  );
  const decode = (chunks) => () => {
    const seen = [];
    const decoder = createChatDecoder({
      offeredTools: TOOLS,
      newCallId: () => "id",
      thinkingStart: "tagged",
    });
    const reader = createBodyReader(decoder, seen);
    let characters = 0;
    for (const chunk of chunks) {
      reader.push(chunk);
      characters += count(seen);
      seen.length = 0;
    }
    reader.end();
    decoder.end(seen);
    return characters + count(seen);
  };
  const floor = (chunks) => () => {
    const decoder = new TextDecoder();
    let rest = "";
    let characters = 0;
    for (const chunk of chunks) {
      rest += decoder.decode(chunk, { stream: true });
      let start = 0;
      for (let end = rest.indexOf("\n\n", start); end !== -1; end = rest.indexOf("\n\n", start)) {
        characters += JSON.parse(rest.slice(start + 6, end)).choices[0].delta.content.length;
        start = end + 2;
      }
      rest = rest.slice(start);
    }
    return characters;
  };
  const expected = floor(reads)();
  const result = {};
  for (const [name, chunks] of [
    ["64 kB a read", reads],
    ["an event a read", events],
  ]) {
    const own = [];
    const bare = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(speed(decode(chunks), whole.length, expected));
      bare.push(speed(floor(chunks), whole.length, expected));
    }
    result[name] = { own: middle(own), floor: middle(bare) };
  }
  console.log(JSON.stringify(result));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function loadDecoder() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const outfile = join(folder, "decoder.mjs");
  await build({
    stdin: {
      contents: `export { createBodyReader } from "./src/wire/body/body-reader.ts"; export { createChatDecoder } from "./src/wire/chat/decode.ts";`,
      resolveDir: root,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}

function event(index) {
  const value = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1763640000,
    model: "bench",
    choices: [{ index: 0, delta: { content: `word${index % 1000} ` }, finish_reason: null }],
  };
  return `data: ${JSON.stringify(value)}\n\n`;
}

function count(events) {
  return events.reduce((sum, event) => sum + (event.type === "text-delta" ? event.text.length : 0), 0);
}

/** MB/s of CPU time. */
function speed(work, bytes, expected) {
  const before = process.cpuUsage();
  const characters = work();
  const { user, system } = process.cpuUsage(before);
  if (characters !== expected) {
    throw new Error(`decoded ${characters} characters of ${expected}`);
  }
  return bytes / (user + system);
}

function middle(values) {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}
