import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createWorkbench, localConfig, program } from "./support.ts";
import { startInTerminal } from "./terminal.ts";

/**
 * A server that sends a token only after the one before has been seen on the screen. A client that holds
 * anything back never gets to the end, so this needs no clock.
 */
async function stepServer(tokens: readonly Record<string, string>[], seen: (text: string) => Promise<void>) {
  const server = createServer(async (request, response) => {
    for await (const _ of request) {
    }
    if (request.method === "GET") {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const delta of tokens) {
      send(response, { choices: [{ index: 0, delta }] });
      await seen(Object.values(delta)[0] ?? "");
    }
    send(response, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    response.end("data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function send(response: ServerResponse, chunk: unknown): void {
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

const tokens = [
  { reasoning_content: "Alpha" },
  { reasoning_content: " beta" },
  { reasoning_content: " gamma" },
  { content: "One" },
  { content: " two" },
  { content: " 三" },
];

describe.skipIf(process.platform !== "linux")(
  "every token is on the screen before the next is sent (Linux: script)",
  () => {
    test.each([80, 40, 0])("%i columns", async (columns) => {
      const bench = await createWorkbench([]);
      let sees: (text: string) => Promise<void> = async () => {};
      bench.writeConfig(localConfig(await stepServer(tokens, (text) => sees(text))));
      const terminal = startInTerminal(
        bench,
        columns,
        "你的问题是什么？请用中文回答，并且说明理由。这个问题很长很长很长很长。",
      );
      sees = terminal.sees;
      expect(await terminal.ended).toBe(0);
      // Answer and reasoning stand there once each, the bracket closed before the answer.
      const plain = terminal.screen().replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
      expect(plain.match(/\[Alpha beta gamma\]\s+One two 三/g)).toHaveLength(1);
      expect(plain.match(/One two/g)).toHaveLength(1);
    });
  },
);

test("with pipes for streams, each token is on stderr before the next is sent", async () => {
  const bench = await createWorkbench([]);
  let sees: (text: string) => Promise<void> = async () => {};
  bench.writeConfig(localConfig(await stepServer(tokens, (text) => sees(text))));
  const running = bench.start(["exec", "hi"]);
  sees = running.sees;
  expect(await running.ended).toMatchObject({ code: 0, stdout: "One two 三\n" });
});

test("a server that leaves the line open after its last word does not hold up the end", async () => {
  const bench = await createWorkbench([
    {
      headers: { "content-type": "text/event-stream" },
      chunks: ['data: {"choices":[{"index":0,"delta":{"content":"whole"},"finish_reason":"stop"}]}\n\n'],
      end: "hang",
    },
  ]);
  expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "whole\n" });
});

test("a server that changes the protocol instead of answering is told of", async () => {
  const bench = await createWorkbench([]);
  const server = createServer();
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  bench.writeConfig(`${localConfig(url)}request_max_retries = 0\n`);
  const run = await bench.leat(["exec", "hi"]);
  expect(run.stderr).toContain("broke: the server asked for another protocol");
  expect(run.code).toBe(1);
});

test.skipIf(process.platform !== "linux")(
  "stdout on a full disk: one sentence, and the work is done (Linux: /dev/full)",
  async () => {
    const bench = await createWorkbench([{ text: "hello" }]);
    const command = `${process.execPath} ${program} exec hi > /dev/full`;
    const child = spawn("bash", ["-c", command], {
      cwd: bench.project,
      env: { PATH: process.env["PATH"], HOME: bench.home, CODEX_HOME: bench.home },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const [code] = await once(child, "close");
    expect(errors).toContain("the answer can't be written to stdout: ENOSPC");
    expect(code).toBe(1);
    expect(bench.sessionLines().at(-1)?.type).toBe("event_msg");
  },
);
