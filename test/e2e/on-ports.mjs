// Servers on the ports of the real ones, then a command, within a network namespace of its own: nothing else listens there.
// node on-ports.mjs <world.json> <command> <words…>; the world: [{port, fixture | dead | practice, key?}], by port.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

const [worldFile = "", command = "", ...words] = process.argv.slice(2);
const { servers, log } = JSON.parse(readFileSync(worldFile, "utf8"));
/** @type {{ port: number, asked: string, model?: string }[]} */
const asked = [];

/** One short answer, streamed. */
function answer(response, model) {
  const chunk = (delta, finish) =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(
    `${chunk({ role: "assistant", content: `I am ${model}.` }, null)}${chunk({}, "stop")}data: [DONE]\n\n`,
  );
}

for (const { port, fixture, key } of servers) {
  if (fixture === undefined) {
    // It takes connections and never says a word.
    await new Promise((resolve) => createTcpServer(() => {}).listen(port, "127.0.0.1", resolve));
    continue;
  }
  const { routes, fallback, software } = fixture;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) {
      body += piece;
    }
    const name = `${request.method} ${request.url}`;
    const model = name.startsWith("POST /v1/chat") ? JSON.parse(body).model : undefined;
    asked.push({ port, asked: name, ...(model === undefined ? {} : { model }) });
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      response
        .writeHead(401, { "content-type": "application/json" })
        .end('{"error":{"message":"invalid key"}}');
    } else if (model !== undefined) {
      answer(response, model);
    } else {
      const { status, body: told } =
        routes[name] === undefined ? fallback : { status: 200, body: routes[name] };
      response.writeHead(status, {
        "content-type": "application/json",
        ...(software === undefined ? {} : { server: software }),
      });
      response.end(told === null ? "404 page not found" : JSON.stringify(told));
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
}

const child = spawn(command, words, { stdio: ["ignore", "inherit", "inherit"] });
child.on("close", (code) => {
  writeFileSync(log, JSON.stringify(asked));
  process.exit(code ?? 1);
});
