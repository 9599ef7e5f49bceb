/**
 * The model server of the benchmarks, in a process of its own so that its work is nobody else's. The model's
 * name says what to send: `bench:COUNT:RATE`, RATE in tokens per second, 0 for as fast as the socket takes it.
 * Each token carries the time it left, in nanoseconds of the monotonic clock, which all processes share.
 * `tools:COUNT` calls a command in each of the first COUNT responses.
 */
import { createServer } from "node:http";
import { cpuMsOf, nodeBelow } from "./proc.mjs";

/** Of the timing shell around the client that will ask next. */
let shellPid = 0;
/** When the last response with a call had left. */
let callLeftMs = 0;

const server = createServer(async (request, response) => {
  // Who is there, and with which models: it does not tell.
  if (request.method === "GET") {
    request.resume();
    response.writeHead(404).end();
    return;
  }
  const gapMs = performance.now() - callLeftMs;
  // Read at once, before the client goes on to whatever it does while it waits.
  const pid = nodeBelow(shellPid);
  const cpuMs = cpuMsOf(pid);
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const { model, messages } = JSON.parse(body.toString());
  const [kind, ...numbers] = model.split(":");
  const [count, rate] = numbers.map(Number);
  const results = messages.filter(({ role }) => role === "tool").length;
  process.send({
    type: "request",
    bodyBytes: body.length,
    pid,
    cpuMs,
    ...(results === 0 ? {} : { gapMs }),
  });
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.socket.setNoDelay(true);
  if (kind === "tools") {
    response.on("finish", () => {
      callLeftMs = performance.now();
    });
    response.write(results < count ? call(results) : token());
    response.write(
      event({ choices: [{ index: 0, delta: {}, finish_reason: results < count ? "tool_calls" : "stop" }] }),
    );
    response.end("data: [DONE]\n\n");
    return;
  }
  if (rate === 0) {
    await sendFast(response, count);
  } else {
    await sendPaced(response, count, rate);
  }
  response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
  response.write(
    event({
      choices: [],
      usage: { prompt_tokens: 900, completion_tokens: count, total_tokens: 900 + count },
    }),
  );
  response.end("data: [DONE]\n\n");
});

async function sendFast(response, count) {
  // No two tokens alike for long: the same one without end is what the loop guard is there to cut.
  const tokens = Array.from({ length: 2048 }, token);
  for (let sent = 0; sent < count; ) {
    const batch = Math.min(64, count - sent);
    const start = sent % tokens.length;
    sent += batch;
    if (!response.write(tokens.slice(start, start + batch).join(""))) {
      await new Promise((resolve) => response.once("drain", resolve));
    }
  }
}

/** One event a write, on a schedule that does not drift. */
async function sendPaced(response, count, rate) {
  const start = performance.now();
  for (let sent = 0; sent < count; sent += 1) {
    const wait = start + (sent * 1000) / rate - performance.now();
    if (wait > 0) {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    response.write(token());
  }
}

function token() {
  return chunk({ content: `@${process.hrtime.bigint()}@ ` });
}

/** No two alike, so that nobody takes it for a loop. */
function call(number) {
  const command = { name: "shell", arguments: JSON.stringify({ command: `true ${number}` }) };
  return chunk({ tool_calls: [{ index: 0, id: `call_${number}`, type: "function", function: command }] });
}

function chunk(delta) {
  return event({
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1763640000,
    model: "bench",
    choices: [{ index: 0, delta, finish_reason: null }],
  });
}

function event(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}

process.on("message", (message) => {
  if (message.type === "client") {
    shellPid = message.shellPid;
  }
  if (message.type === "stop") {
    process.exit(0);
  }
});
server.listen(0, "127.0.0.1", () => process.send({ type: "listening", port: server.address().port }));
