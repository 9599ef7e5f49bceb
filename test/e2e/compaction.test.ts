import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startLoopback } from "../support/loopback.ts";
import { createBench, localConfig } from "./support.ts";

/**
 * A server with a context window: it counts a prompt as a quarter of its bytes, refuses what does not fit as llama.cpp does,
 * and has a model that reads one file after the other, and sums up when it is asked to.
 */
interface Server {
  readonly url: string;
  /** Those so far. */
  readonly requests: { readonly body: string; readonly tokens: number; readonly answer: string }[];
}

interface Model {
  readonly window: number;
  readonly files: number;
  /** Of each answer to the question for a summary; `call`: it calls a tool instead. */
  readonly summary?: "text" | "call";
}

async function startServer(model: Model): Promise<Server> {
  const requests: Server["requests"] = [];
  let read = 0;
  const server = await startLoopback((response, _request, number) => {
    const body = server.bodies[number - 1] ?? "";
    const json = JSON.parse(body) as { messages: { content: unknown }[]; tools: unknown };
    const tokens = Math.ceil((JSON.stringify(json.messages).length + JSON.stringify(json.tools).length) / 4);
    if (tokens > model.window) {
      requests.push({ body, tokens, answer: "refused" });
      const message = `request (${tokens} tokens) exceeds the available context size (${model.window} tokens), try increasing it`;
      const type = "exceed_context_size_error";
      const error = { code: 400, message, type, n_prompt_tokens: tokens, n_ctx: model.window };
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
      return;
    }
    const isSummary = String(json.messages.at(-1)?.content).includes("hand-over note");
    const answer =
      isSummary && model.summary !== "call" ? "summary" : read >= model.files && !isSummary ? "done" : "call";
    if (answer === "call" && !isSummary) {
      read += 1;
    }
    requests.push({ body, tokens, answer: isSummary ? "summary" : answer });
    const delta =
      answer === "call"
        ? {
            tool_calls: [
              {
                index: 0,
                id: `call_${requests.length}`,
                type: "function",
                function: { name: "read_file", arguments: JSON.stringify({ path: `f${read}.txt` }) },
              },
            ],
          }
        : { content: answer === "done" ? "All read." : `Read up to f${read}.txt.` };
    const usage = { prompt_tokens: tokens, completion_tokens: 20, total_tokens: tokens + 20 };
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of [
      { choices: [{ index: 0, delta, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: answer === "call" ? "tool_calls" : "stop" }] },
      { choices: [], usage },
    ]) {
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end("data: [DONE]\n\n");
  });
  onTestFinished(() => server.close());
  return { url: server.url, requests };
}

async function read(model: Model, config: string, { bytes }: { readonly bytes: number }) {
  const server = await startServer(model);
  const bench = createBench(server.url);
  bench.writeConfig(`${localConfig(server.url, `${config}\nsandbox_mode = "danger-full-access"`)}`);
  for (let number = 1; number <= model.files; number += 1) {
    writeFileSync(join(bench.project, `f${number}.txt`), `line of ${number}\n`.repeat(bytes / 10));
  }
  const run = await bench.leat(["exec", "-m", "qwen3", "Read all files. Never write."]);
  return { run, server, bench };
}

/** Each request but those after a summary begins with all of the one before. */
function expectPrefixKept({ requests }: Server): void {
  const messages = requests.map(({ body }) =>
    JSON.stringify((JSON.parse(body) as { messages: unknown[] }).messages).slice(0, -1),
  );
  for (const [index, text] of messages.entries()) {
    const before = requests[index - 1];
    if (before !== undefined && before.answer !== "summary" && before.answer !== "refused") {
      const lastIsOpen = text.startsWith(messages[index - 1] ?? "-");
      expect({ index, lastIsOpen }).toEqual({ index, lastIsOpen: true });
    }
  }
}

describe("a conversation longer than the context window", () => {
  test.each([
    { window: 8_192, files: 30, bytes: 2_000 },
    { window: 32_768, files: 40, bytes: 9_000 },
  ])("goes on over summaries: $window tokens, $files files", async ({ window, files, bytes }) => {
    const config = `model_context_window = ${window}`;
    const { run, server, bench } = await read({ window, files }, config, { bytes });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toBe("All read.\n");
    const answers = server.requests.map(({ answer }) => answer);
    const summaries = answers.filter((answer) => answer === "summary").length;
    expect(summaries).toBeGreaterThanOrEqual(2);
    expect(answers.filter((answer) => answer !== "summary")).toEqual([...Array(files).fill("call"), "done"]);
    expectPrefixKept(server);
    expect(
      run.stderr.match(
        /the context is nearly full \([\d,]+ of [\d,]+ tokens, \d+ % of it outputs of tools\)/g,
      ),
    ).toHaveLength(summaries);
    expect(run.stderr.match(/summed up: [\d,]+ → [\d,]+ tokens/g)).toHaveLength(summaries);
    // What the user has said comes through every summary word by word, and the instructions come first.
    const last = JSON.parse(server.requests.at(-1)?.body ?? "") as {
      messages: { role: string; content: string }[];
    };
    expect(last.messages[0]?.role).toBe("system");
    expect(last.messages[1]?.content).toContain("<environment_context>");
    expect(last.messages[1]?.content).toContain("<message>\nRead all files. Never write.\n</message>");
    expect(last.messages[1]?.content).toContain("Read up to f");
    const compacted = bench.sessionLines().filter(({ type }) => type === "compacted");
    expect(compacted).toHaveLength(summaries);
    expect(compacted[0]?.payload["message"]).toMatch(/^Read up to f\d+\.txt\.$/);
  });

  test("the server's refusal tells the window, is made good, and is remembered", async () => {
    const { run, server, bench } = await read({ window: 8_192, files: 16 }, "", { bytes: 9_000 });
    expect(run.code, run.stderr).toBe(0);
    const answers = server.requests.map(({ answer }) => answer);
    expect(answers.filter((answer) => answer === "refused")).toHaveLength(1);
    expect(run.stderr).toContain("the prompt is too long for the server");
    const again = await bench.leat(["exec", "-m", "qwen3", "again"]);
    expect(again.stderr).toContain("context 8,192");
  });

  test("a limit of the user's own, and his own question", async () => {
    const config = `model_auto_compact_token_limit = 5000\ncompact_prompt = "Write a hand-over note in Latin."`;
    const { run, server } = await read({ window: 100_000, files: 12 }, config, { bytes: 9_000 });
    expect(run.code, run.stderr).toBe(0);
    const summaries = server.requests.filter(({ answer }) => answer === "summary");
    expect(summaries.length).toBeGreaterThanOrEqual(2);
    expect(summaries[0]?.body).toContain("Write a hand-over note in Latin.");
  });

  test("a small limit of the user's own, in a window that nobody told", async () => {
    const config = "model_auto_compact_token_limit = 2500";
    const { run, server } = await read({ window: 100_000, files: 12 }, config, { bytes: 2_000 });
    expect(run.code, run.stderr).toBe(0);
    expect(server.requests.filter(({ answer }) => answer === "summary").length).toBeGreaterThanOrEqual(2);
  });

  test("a model that calls a tool in place of a summary is asked once more, and then goes on without one", async () => {
    const model: Model = { window: 8_192, files: 14, summary: "call" };
    const { run, server } = await read(model, "model_context_window = 8192", { bytes: 2_000 });
    expect(run.code, run.stderr).toBe(0);
    const answers = server.requests.map(({ answer }) => answer);
    const first = answers.indexOf("summary");
    expect(answers.slice(first, first + 3)).toEqual(["summary", "summary", "call"]);
    expect(server.requests[first + 2]?.body).toContain("(no summary available)");
  });

  test("what can't be made shorter ends the turn with a way out", async () => {
    const { run } = await read({ window: 100_000, files: 6 }, "model_auto_compact_token_limit = 1500", {
      bytes: 9_000,
    });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /error: Conversation is still above the token limit after automatic summarization \(limit 1500, current \d+\)\. Please start a new session or trim your input\.\nIt holds /,
    );
  });

  test("a first prompt that can't fit is not sent", async () => {
    const server = await startServer({ window: 2_048, files: 1 });
    const bench = createBench(server.url);
    bench.writeConfig(localConfig(server.url, "model_context_window = 2048"));
    const run = await bench.leat(["exec", "-m", "qwen3", "-"], { stdin: "long ".repeat(4_000) });
    expect(run.code).toBe(1);
    expect(server.requests).toEqual([]);
    expect(run.stderr).toContain("2,048");
  });
});
