import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fixtureOf } from "../support/fake-server.ts";
import { listen } from "../support/loopback.ts";
import { createBench, localConfig } from "./support.ts";

/**
 * llama.cpp with a window that may change as if it was started anew. The model calls a tool once, and answers then; an
 * answer is not ended before the window was asked for, where it will be.
 */
async function startServer({ isAsked, host = "127.0.0.1" }: { isAsked: boolean; host?: string }) {
  const state = { window: 16_384, order: [] as string[] };
  const { routes } = fixtureOf("llamacpp");
  let chats = 0;
  let told = () => {};
  const server = createServer(async (request, response) => {
    const name = `${request.method} ${request.url}`;
    for await (const _ of request) {
    }
    state.order.push(name);
    if (name === "POST /v1/chat/completions") {
      chats += 1;
      const wasTold = new Promise<void>((resolve) => {
        told = resolve;
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      const call = {
        tool_calls: [
          {
            index: 0,
            id: "call_1",
            type: "function",
            function: { name: "shell", arguments: '{"command":"true"}' },
          },
        ],
      };
      const isFirst = chats % 2 === 1;
      response.write(chunk({ content: "Yes." }));
      if (isAsked && isFirst) {
        await wasTold;
      }
      response.write(chunk(isFirst ? call : {}, isFirst ? "tool_calls" : "stop"));
      response.end("data: [DONE]\n\n");
      return;
    }
    const body = routes[name];
    const props = {
      ...(fixtureOf("llamacpp").routes["GET /props"] as object),
      default_generation_settings: { n_ctx: state.window },
    };
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(name === "GET /props" ? props : (body ?? {})), () => {
      if (name === "GET /props") {
        setImmediate(told);
      }
    });
  });
  const port = await listen(server, host);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://${host}:${port}/v1`, state };
}

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

const CHAT = "POST /v1/chat/completions";

function bench(url: string, more = "") {
  const made = createBench(url);
  made.writeConfig(localConfig(url, `${more}\nsandbox_mode = "danger-full-access"`));
  const facts = () => JSON.parse(readFileSync(join(made.home, "leat/endpoints.json"), "utf8")).endpoints[url];
  return { ...made, facts };
}

describe("the window of a model on this machine", () => {
  test("is asked for when the first answer has begun, kept, and asked again in the next session", async () => {
    const { url, state } = await startServer({ isAsked: true });
    const user = bench(url);
    const first = await user.leat(["exec", "-c", "model=qwen3-8b", "Go."]);
    expect(first.code, first.stderr).toBe(0);
    expect(state.order).toEqual([CHAT, "GET /v1/models", "GET /props", CHAT]);
    expect(first.stderr).toContain("the server says that the context holds 16,384 tokens");
    expect(user.facts()).toEqual({
      kind: "llamacpp",
      slots: 4,
      models: { "qwen3-8b": { contextWindow: 16_384 } },
    });

    // One request now, since it is known who answers; and a server started anew has another window.
    state.window = 8_192;
    state.order.length = 0;
    const second = await user.leat(["exec", "-c", "model=qwen3-8b", "Go."]);
    expect(second.stderr).toContain("context 16,384");
    expect(second.stderr).toContain("the context holds 8,192 tokens, not 16,384");
    // With more than one slot, it is asked before which of them are idle.
    expect(state.order).toEqual(["GET /slots", CHAT, "GET /props", CHAT]);
    expect(user.facts().models["qwen3-8b"]).toEqual({ contextWindow: 8_192 });

    state.order.length = 0;
    const third = await user.leat(["exec", "-c", "model=qwen3-8b", "Go."]);
    expect(third.stderr).toContain("context 8,192");
    expect(third.stderr).not.toContain("the server says");
  });

  test("is not asked for where it is configured", async () => {
    const { url, state } = await startServer({ isAsked: false });
    const run = await bench(url, "model_context_window = 20000").leat([
      "exec",
      "-c",
      "model=qwen3-8b",
      "Go.",
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("context 20,000");
    expect(state.order).toEqual([CHAT, CHAT]);
  });

  const ownAddress = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
  test.skipIf(ownAddress === undefined)("is not asked of a server elsewhere (needs a network)", async () => {
    const { url, state } = await startServer({ isAsked: false, host: ownAddress ?? "" });
    const run = await bench(url).leat(["exec", "-c", "model=qwen3-8b", "Go."]);
    expect(run.code, run.stderr).toBe(0);
    expect(state.order).toEqual([CHAT, CHAT]);
  });
});
