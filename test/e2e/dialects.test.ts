import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startLoopback } from "../support/loopback.ts";
import { delta, sse } from "../support/scripted-http.ts";
import { createBench, localConfig } from "./support.ts";

/** Servers that want to be asked in another way: it is found out by itself, said once, and remembered. */

interface Asked {
  readonly path: string;
  readonly body: Body;
}

interface Body {
  readonly model: string;
  readonly stream: boolean;
  readonly messages?: readonly { readonly role: string; readonly content: string | null }[];
  readonly input?: readonly Record<string, unknown>[];
  readonly tools?: readonly unknown[];
  readonly response_format?: object;
}

type Answer = { readonly status?: number; readonly body: string };

interface Played {
  readonly url: string;
  readonly asked: Asked[];
}

async function serve(answer: (asked: Asked, number: number) => Answer): Promise<Played> {
  const asked: Asked[] = [];
  const server = await startLoopback((response, request, number) => {
    const body = JSON.parse(server.bodies[number - 1] ?? "") as Body;
    const one = { path: request.url ?? "", body };
    asked.push(one);
    const { status = 200, body: text } = answer(one, number);
    const type = text.startsWith("{") ? "application/json" : "text/event-stream";
    response.writeHead(status, { "content-type": type }).end(text);
  });
  onTestFinished(() => server.close());
  return { url: server.url, asked };
}

const error = (status: number, message: string): Answer => ({
  status,
  body: JSON.stringify({ error: { message } }),
});
const chat = (text: string): Answer => ({
  body: delta({ content: text }) + delta({}, "stop") + sse("[DONE]"),
});
const chatCall = (id: string, args: string, name = "shell"): Answer => ({
  body:
    delta({ tool_calls: [{ index: 0, id, function: { name, arguments: args } }] }) +
    delta({}, "tool_calls") +
    sse("[DONE]"),
});
const event = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
const responses = (...output: readonly object[]): Answer => ({
  body:
    output
      .map((item, index) => event({ type: "response.output_item.done", output_index: index, item } as never))
      .join("") +
    event({
      type: "response.completed",
      response: { status: "completed", output: [], usage: null },
    } as never),
});
const message = (text: string) => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text }],
});

const shellCall = (id: string) => ({
  type: "function_call",
  call_id: id,
  name: "shell",
  arguments: '{"command":"echo one"}',
});

const paths = ({ asked }: Played) => asked.map(({ path }) => path);
const responsesConfig = (url: string) =>
  localConfig(url).replace('wire_api = "chat"', 'wire_api = "responses"');

describe("the API", () => {
  test.each<[string, Answer]>([
    ["404", error(404, "Not Found")],
    ["405", error(405, "Method Not Allowed")],
    // LM Studio before 0.3.29.
    [
      "200 with an error in it",
      { body: JSON.stringify({ error: "Unexpected endpoint or method. (POST /v1/responses)" }) },
    ],
    ["an item it can't read (llama.cpp)", error(400, "Cannot determine type of 'item'")],
    [
      "an item it can't read (vLLM)",
      error(
        400,
        "[{'type': 'string_type', 'loc': ('body', 'input', 'str'), 'msg': 'Input should be a valid string'}]",
      ),
    ],
    ["a field of the other API is missing", error(422, "messages: Field required")],
  ])(
    "responses is refused with %s: Chat Completions is asked, and from then on at once",
    async (_name, refusal) => {
      const server = await serve(({ path }) => (path === "/v1/responses" ? refusal : chat("it works")));
      const bench = createBench(server.url);
      bench.writeConfig(responsesConfig(server.url));
      const first = await bench.leat(["exec", "hi"]);
      expect(first).toMatchObject({ code: 0, stdout: "it works\n" });
      expect(first.stderr).toContain("the Chat Completions API is used from now on");
      const second = await bench.leat(["exec", "hi"]);
      expect(second).toMatchObject({ code: 0, stdout: "it works\n" });
      expect(second.stderr).not.toContain("from now on");
      expect(paths(server)).toEqual(["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"]);
    },
  );

  test("a model that is served on responses only", async () => {
    const server = await serve(({ path, body }) =>
      path === "/v1/chat/completions" && body.model === "gpt-5-codex"
        ? error(404, "This model is only supported in v1/responses and not in v1/chat/completions.")
        : path === "/v1/responses"
          ? responses(message("it works"))
          : chat("chat"),
    );
    const bench = createBench(server.url);
    const first = await bench.leat(["exec", "-m", "gpt-5-codex", "hi"]);
    expect(first).toMatchObject({ code: 0, stdout: "it works\n" });
    expect(first.stderr).toContain("the Responses API is used from now on");
    await bench.leat(["exec", "-m", "gpt-5-codex", "hi"]);
    // Another model of the same server is asked as configured.
    expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "chat\n" });
    expect(paths(server)).toEqual([
      "/v1/chat/completions",
      "/v1/responses",
      "/v1/responses",
      "/v1/chat/completions",
    ]);
  });

  test("a template refuses what responses makes of the messages: in the other API they can be put otherwise", async () => {
    const server = await serve(({ path, body }) =>
      path === "/v1/responses" || body.messages?.[0]?.role === "system"
        ? error(500, "Jinja Exception: System role not supported")
        : chat("it works"),
    );
    const bench = createBench(server.url);
    bench.writeConfig(responsesConfig(server.url));
    expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "it works\n" });
    const second = await bench.leat(["exec", "hi"]);
    expect(second.stderr).not.toContain("from now on");
    expect(paths(server)).toEqual([
      "/v1/responses",
      "/v1/chat/completions",
      "/v1/chat/completions",
      "/v1/chat/completions",
    ]);
  });

  test("a server that keeps no items takes thinking back sealed: no reason to try the other API", async () => {
    const server = await serve(({ body }) => {
      const input = body.input ?? [];
      if (input.some(({ id }) => id !== undefined)) {
        return error(
          404,
          "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.",
        );
      }
      const summary = [{ type: "summary_text", text: "I look." }];
      const calls = input.filter(({ type }) => type === "function_call").length;
      const reply = calls === 2 ? message("done") : shellCall(`c${calls}`);
      return responses({ type: "reasoning", id: "rs_1", summary, encrypted_content: "sealed" }, reply);
    });
    const bench = createBench(server.url);
    bench.writeConfig(responsesConfig(server.url));
    const run = await bench.leat(["exec", "--sandbox", "danger-full-access", "hi"]);
    expect(run).toMatchObject({ code: 0, stdout: "done\n" });
    expect(run.stderr.match(/from now on/g)).toHaveLength(1);
    expect(paths(server)).toEqual(Array(4).fill("/v1/responses"));
    const sealed = server.asked.at(-1)?.body.input?.filter(({ type }) => type === "reasoning");
    expect(sealed).toEqual(
      Array(2).fill({
        type: "reasoning",
        summary: [{ type: "summary_text", text: "I look." }],
        encrypted_content: "sealed",
      }),
    );
  });

  test("neither is there: one sentence, and nothing is remembered", async () => {
    const server = await serve(() => error(404, "Not Found"));
    const bench = createBench(server.url);
    bench.writeConfig(responsesConfig(server.url));
    const run = await bench.leat(["exec", "hi"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("base_url usually ends in /v1");
    expect(existsSync(join(bench.home, "leat"))).toBe(false);
    expect(paths(server)).toEqual(["/v1/responses", "/v1/chat/completions"]);
  });

  test("what is remembered is out of date: the configured one is asked, and remembered instead", async () => {
    let speaks = "/v1/chat/completions";
    const server = await serve(({ path }) => {
      if (path !== speaks) {
        return error(404, "Not Found");
      }
      return path === "/v1/responses" ? responses(message("new")) : chat("old");
    });
    const bench = createBench(server.url);
    bench.writeConfig(responsesConfig(server.url));
    expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "old\n" });
    speaks = "/v1/responses";
    expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "new\n" });
    expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "new\n" });
    expect(paths(server).slice(2)).toEqual(["/v1/chat/completions", "/v1/responses", "/v1/responses"]);
  });

  test("a key that is refused is no reason to try the other", async () => {
    const server = await serve(() => error(401, "Incorrect API key provided"));
    const bench = createBench(server.url);
    bench.writeConfig(responsesConfig(server.url));
    expect((await bench.leat(["exec", "hi"])).code).toBe(1);
    expect(paths(server)).toEqual(["/v1/responses"]);
  });

  test("responses, with a tool: the call is run, its output sent, all appended", async () => {
    const server = await serve((_, number) =>
      number === 1
        ? responses(
            { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "I look." }] },
            { type: "function_call", call_id: "c1", name: "shell", arguments: '{"command":"echo one"}' },
          )
        : responses(message("done")),
    );
    const bench = createBench(server.url);
    bench.writeConfig(responsesConfig(server.url));
    const run = await bench.leat(["exec", "--sandbox", "danger-full-access", "hi"]);
    expect(run).toMatchObject({ code: 0, stdout: "done\n" });
    expect(run.stderr).toContain("I look.");
    const [first, second] = server.asked.map(({ body }) => body.input ?? []);
    expect(second?.slice(0, first?.length)).toEqual(first);
    expect(second?.slice(first?.length).map(({ type }) => type)).toEqual([
      "reasoning",
      "function_call",
      "function_call_output",
    ]);
    expect(JSON.stringify(second?.at(-1))).toContain("one");
  });
});

describe("tools", () => {
  test("refused together with streaming (old llama.cpp): asked without, and remembered", async () => {
    const server = await serve(({ body }) =>
      body.stream
        ? error(500, "Cannot use tools with stream")
        : {
            body: JSON.stringify({
              choices: [
                { index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" },
              ],
            }),
          },
    );
    const bench = createBench(server.url);
    const first = await bench.leat(["exec", "hi"]);
    expect(first).toMatchObject({ code: 0, stdout: "whole\n" });
    expect(first.stderr).toMatch(/does not stream answers when there are tools/);
    await bench.leat(["exec", "hi"]);
    expect(server.asked.map(({ body }) => body.stream)).toEqual([true, false, false]);
  });

  test("refused altogether (Ollama): they are described in the prompt, and calls are read from the text", async () => {
    const call = `<tool_call>\n{"name": "shell", "arguments": {"command": "echo from the shell"}}\n</tool_call>`;
    const server = await serve(({ body }) => {
      if (body.tools !== undefined) {
        return error(400, "registry.ollama.ai/library/phi4:latest does not support tools");
      }
      const told = JSON.stringify(body.messages);
      return told.includes("from the shell\\\\n") || told.includes("from the shell\\n")
        ? chat("done")
        : chat(call);
    });
    const bench = createBench(server.url);
    const args = ["exec", "--sandbox", "danger-full-access", "hi"];
    const first = await bench.leat(args);
    expect(first).toMatchObject({ code: 0, stdout: "done\n" });
    expect(first.stderr).toContain("echo from the shell");
    await bench.leat(args);
    expect(server.asked.map(({ body }) => body.tools !== undefined)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("arguments that can't be read, twice", () => {
  const broken = '{"command": echo}';
  const args = ["exec", "--sandbox", "danger-full-access", "hi"];

  test("are asked for alone, as JSON of the tool's schema, and the call is run", async () => {
    const server = await serve(({ body }, number) => {
      if (body.response_format !== undefined) {
        return chat('{"command":"echo mended"}');
      }
      return number < 3 ? chatCall(`c${number}`, broken) : chat("done");
    });
    const bench = createBench(server.url);
    const run = await bench.leat(args);
    expect(run).toMatchObject({ code: 0, stdout: "done\n" });
    expect(run.stderr).toContain("the model is asked for them alone");
    expect(run.stderr).toMatch(/echo mended\s+ok/);
    const last = server.asked.at(-1)?.body.messages ?? [];
    expect(last.filter(({ role }) => role === "tool").map(({ content }) => content)).toEqual([
      expect.stringMatching(/^failed to parse function arguments: .+\nshell takes one JSON object/),
      expect.stringMatching(/run with \{"command":"echo mended"\}[\s\S]*mended/),
    ]);
    expect(server.asked.length).toBe(4);
  });

  test("where the server refuses a response format, the model is told once more, and the server is not asked again", async () => {
    const server = await serve(({ body }, number) => {
      if (body.response_format !== undefined) {
        return error(400, "Unsupported parameter: 'response_format' is not supported with this model.");
      }
      return number < 4 ? chatCall(`c${number}`, broken) : chat("I give up");
    });
    const bench = createBench(server.url);
    expect(await bench.leat(args)).toMatchObject({ code: 0, stdout: "I give up\n" });
    const formats = () => server.asked.filter(({ body }) => body.response_format !== undefined).length;
    expect({ requests: server.asked.length, formats: formats() }).toEqual({ requests: 4, formats: 1 });
    await bench.leat(args);
    expect(formats()).toBe(1);
  });
});

test("a template that opens the thinking: said in the first answer, known in the next", async () => {
  const server = await serve(() => ({
    body:
      delta({ content: "I weigh it up." }) +
      delta({ content: "\n</think>\n\nYes." }) +
      delta({}, "stop") +
      sse("[DONE]"),
  }));
  const bench = createBench(server.url);
  const first = await bench.leat(["exec", "hi"]);
  expect(first).toMatchObject({ code: 0, stdout: "Yes.\n" });
  expect(first.stderr).toContain("was the model's thinking");
  const second = await bench.leat(["exec", "hi"]);
  expect(second).toMatchObject({ code: 0, stdout: "Yes.\n" });
  expect(second.stderr).not.toContain("was the model's thinking");
});

test("facts of an endpoint that make no sense are no obstacle", async () => {
  const server = await serve(() => chat("it works"));
  const bench = createBench(server.url);
  await bench.leat(["exec", "hi"]);
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(bench.home, "leat"), { recursive: true });
  writeFileSync(
    join(bench.home, "leat/endpoints.json"),
    JSON.stringify({ endpoints: { [server.url]: { wireApi: 7, refusedParameters: "all", models: [1] } } }),
  );
  expect(await bench.leat(["exec", "hi"])).toMatchObject({ code: 0, stdout: "it works\n" });
  expect(readFileSync(join(bench.home, "leat/endpoints.json"), "utf8")).toContain('"wireApi":7');
});
