import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ISSUE_CONFIG } from "../config/issue-config.ts";
import { startLoopback } from "../support/loopback.ts";
import { delta, sse } from "../support/scripted-http.ts";
import { createBench, createWorkbench, localConfig, messagesOf } from "./support.ts";

const hello = { reasoning: "They greet me.", text: "Hello to you." };

describe("the user's config, as it stands", () => {
  const config = (localUrl: string) => ISSUE_CONFIG.replace("http://localhost:1234/v1", localUrl);

  test("profile local-oss: model, reasoning in brackets before the answer, the profile's sandbox mode", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(config(bench.server.url));
    const run = await bench.leat(["exec", "--profile", "local-oss", "Say hello."]);
    expect(run.code).toBe(0);
    expect(run.stdout).toBe("Hello to you.\n");
    expect(run.stderr).toMatch(/\[They greet me\.\]\s+Hello to you\./);
    expect(run.stderr).toContain("workspace-write [workdir, /tmp] (network access enabled)");
    const [request] = bench.server.requests;
    expect(request?.json).toMatchObject({ model: "openai/gpt-oss-20b", stream: true });
    expect(request?.headers["authorization"]).toBeUndefined();
  });

  test("the prompt from a pipe", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(config(bench.server.url));
    const run = await bench.leat(["exec", "--profile", "local-oss"], { stdin: "Say hello.\n" });
    expect(run.stderr).toContain("Reading prompt from stdin...");
    expect(run.stdout).toBe("Hello to you.\n");
    expect(String(messagesOf(bench.server)[0]?.[1]?.["content"])).toMatch(/Say hello\.\n$/);
  });

  test("profile cloud sends the key as a bearer token", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(config("http://127.0.0.1:1/v1"));
    const override = `model_providers.openai.base_url="${bench.server.url}"`;
    const run = await bench.leat(["exec", "--profile", "cloud", "-c", override, "hi"], {
      env: { OPENAI_API_KEY: "sk-test" },
    });
    expect(run.code).toBe(0);
    expect(bench.server.requests[0]?.headers["authorization"]).toBe("Bearer sk-test");
    expect(bench.server.requests[0]?.json).toMatchObject({ model: "gpt-5-codex" });
    expect(run.stdout + run.stderr + JSON.stringify(bench.sessionLines())).not.toContain("sk-test");
  });

  test("profile cloud without a key names the variable and where to get one", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(config("http://127.0.0.1:1/v1"));
    const run = await bench.leat(["exec", "--profile", "cloud", "hi"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("Missing environment variable: `OPENAI_API_KEY`.");
    expect(run.stderr).toContain("https://platform.openai.com");
  });

  test("after the variable, the key of auth.json is used", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(config("http://127.0.0.1:1/v1"));
    writeFileSync(join(bench.home, "auth.json"), '{"OPENAI_API_KEY":"sk-stored","tokens":null}');
    const override = `model_providers.openai.base_url="${bench.server.url}"`;
    await bench.leat(["exec", "--profile", "cloud", "-c", override, "hi"]);
    expect(bench.server.requests[0]?.headers["authorization"]).toBe("Bearer sk-stored");
  });
});

describe("providers", () => {
  test("a built-in one without a table", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig('model = "mistral"\nmodel_provider = "ollama"\n');
    const run = await bench.leat([
      "exec",
      "-c",
      `model_providers.ollama.base_url="${bench.server.url}"`,
      "hi",
    ]);
    expect(run.code).toBe(0);
    expect(bench.server.requests[0]?.json).toMatchObject({ model: "mistral" });
  });

  test("a named key that is not set, with the instructions of the table", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(`model_provider = "openai-chat-completions"
[model_providers.openai-chat-completions]
name = "OpenAI using Chat Completions"
base_url = "https://api.openai.com/v1"
env_key = "OPENAI_API_KEY"
`);
    const run = await bench.leat(["exec", "hi"]);
    expect(run.stderr).toContain("Missing environment variable: `OPENAI_API_KEY`.");
    expect(run.stderr).toContain("https://platform.openai.com/api-keys");
    bench.writeConfig(
      `${readFileSync(join(bench.home, "config.toml"), "utf8")}env_key_instructions = "Ask Ada."\n`,
    );
    expect((await bench.leat(["exec", "hi"])).stderr).toContain("Ask Ada.");
  });

  test("a server that knows no Responses API is asked in Chat Completions, once and for all", async () => {
    const paths: (string | undefined)[] = [];
    const server = await startLoopback((response, request) => {
      paths.push(request.url);
      if (request.url === "/v1/responses") {
        response.writeHead(404).end("404 page not found");
      } else {
        response.end([delta({ content: "all is well" }), delta({}, "stop"), sse("[DONE]")].join(""));
      }
    });
    onTestFinished(() => server.close());
    const bench = createBench(server.url);
    bench.writeConfig(localConfig(server.url).replace('wire_api = "chat"', 'wire_api = "responses"'));
    const runs = [await bench.leat(["exec", "hi"]), await bench.leat(["exec", "hi"])];
    expect(runs.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array(2).fill({ code: 0, stdout: "all is well\n" }),
    );
    const told = "the Chat Completions API is used from now on";
    expect(runs.map(({ stderr }) => stderr.includes(told))).toEqual([true, false]);
    expect(paths).toEqual(["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"]);
  });

  test("headers, query parameters and a base URL with a slash", async () => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(`${localConfig(`${bench.server.url}/`)}query_params = { "api-version" = "2025-01-01" }
http_headers = { "X-Static" = "one" }
env_http_headers = { "X-From-Env" = "FROM_ENV", "X-Absent" = "NOT_SET" }
`);
    const run = await bench.leat(["exec", "hi"], { env: { FROM_ENV: "two" } });
    expect(run.code).toBe(0);
    const [request] = bench.server.requests;
    expect(request?.path).toBe("/v1/chat/completions?api-version=2025-01-01");
    expect(request?.headers).toMatchObject({ "x-static": "one", "x-from-env": "two" });
    expect(request?.headers["x-absent"]).toBeUndefined();
  });
});

describe("the command line", () => {
  test.each([
    { name: "no prompt from an empty pipe", args: ["exec"], code: 1, says: "No prompt provided via stdin." },
    { name: "a dash reads stdin", args: ["exec", "-"], code: 1, says: "No prompt provided via stdin." },
    { name: "an unknown option", args: ["exec", "--sandbx", "x", "hi"], code: 2, says: "--sandbox" },
    { name: "a mode that does not exist", args: ["exec", "-s", "none", "hi"], code: 2, says: "read-only" },
    {
      name: "two modes",
      args: ["exec", "-s", "read-only", "--full-auto", "hi"],
      code: 2,
      says: "cannot be used with",
    },
    { name: "an unknown command", args: ["exce", "hi"], code: 2, says: "exec" },
    {
      name: "a directory that does not exist",
      args: ["exec", "-C", "nowhere", "hi"],
      code: 1,
      says: "no such directory",
    },
    {
      name: "outside a repository",
      args: ["exec", "-C", "/", "hi"],
      code: 1,
      says: "Not inside a trusted directory",
    },
  ])("$name", async ({ args, code, says }) => {
    const bench = await createWorkbench([hello]);
    const run = await bench.leat(args);
    expect(run.stderr).toContain(says);
    expect(run.code).toBe(code);
    expect(bench.server.requests).toHaveLength(0);
  });

  test("leat alone tells what it can do", async () => {
    const bench = await createWorkbench([]);
    const run = await bench.leat([]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("leat demo");
  });

  test("overrides, model, directory and repository check", async () => {
    const bench = await createWorkbench([hello]);
    const args = ["-c", "model=a", "exec", "-c", "model=b", "-C", "/", "--skip-git-repo-check", "hi"];
    expect((await bench.leat(args)).code).toBe(0);
    expect(bench.server.requests[0]?.json).toMatchObject({ model: "b" });
    expect(String(messagesOf(bench.server)[0]?.[1]?.["content"])).toContain("<cwd>/</cwd>");
  });

  test("--output-last-message writes the raw text; without one, an empty file and a warning", async () => {
    const bench = await createWorkbench([hello, { status: 400, body: "no" }]);
    await bench.leat(["exec", "-o", "last.txt", "hi"]);
    expect(readFileSync(join(bench.project, "last.txt"), "utf8")).toBe("Hello to you.");
    const run = await bench.leat(["exec", "-o", "last.txt", "hi"]);
    expect(readFileSync(join(bench.project, "last.txt"), "utf8")).toBe("");
    expect(run.stderr).toContain("Warning: no last agent message; wrote empty content to last.txt");
  });

  test("--stream sends every answer text to stdout, once", async () => {
    const bench = await createWorkbench([
      { text: "First I look. ", calls: [{ name: "update_plan", arguments: { plan: [] } }] },
      { text: "Done." },
    ]);
    const run = await bench.leat(["exec", "--stream", "hi"]);
    expect(run.stdout).toBe("First I look. \nDone.\n");
  });

  test.each([
    { name: "shown by default", toml: "", shown: true },
    { name: "hidden by hide_agent_reasoning", toml: "hide_agent_reasoning = true", shown: false },
    {
      name: "hidden by an explicit show_raw_agent_reasoning = false",
      toml: "show_raw_agent_reasoning = false",
      shown: false,
    },
  ])("reasoning $name", async ({ toml, shown }) => {
    const bench = await createWorkbench([hello]);
    bench.writeConfig(localConfig(bench.server.url, toml));
    const run = await bench.leat(["exec", "hi"]);
    expect(run.stderr.includes("[They greet me.]")).toBe(shown);
  });

  test("a question in Chinese, cut inside a character, and an answer in it", async () => {
    const bench = await createWorkbench([{ text: "你好，世界。" }]);
    const question = Buffer.from("你的问题");
    const run = await bench.leat(["exec"], { stdin: [question.subarray(0, 4), question.subarray(4)] });
    expect(String(messagesOf(bench.server)[0]?.[1]?.["content"])).toMatch(/你的问题$/);
    expect(run.stdout).toBe("你好，世界。\n");
  });

  test("AGENTS.md goes before the prompt", async () => {
    const bench = await createWorkbench([hello]);
    writeFileSync(join(bench.project, "AGENTS.md"), "Use tabs.\n");
    await bench.leat(["exec", "hi"]);
    const content = String(messagesOf(bench.server)[0]?.[1]?.["content"]);
    expect(content).toMatch(/<user_instructions>\n\nUse tabs\.\n?\n\n<\/user_instructions>[\s\S]*hi$/);
  });
});

test("hostile output reaches neither the screen nor other files", async () => {
  const bench = await createWorkbench([
    {
      text: "\u001b]0;owned\u0007\u001b[2Jcleared",
      calls: [
        { name: "write_file", arguments: { path: "../outside.txt", content: "x" } },
        { name: "write_file", arguments: { path: ".git/hooks/pre-commit", content: "x" } },
        { name: "read_file", arguments: '{"path": "half' },
        { name: "format_disk", arguments: {} },
      ],
    },
    { text: "I give up." },
  ]);
  const noTemp = ["-c", "sandbox_workspace_write.exclude_slash_tmp=true"];
  const run = await bench.leat(["exec", "-s", "workspace-write", ...noTemp, "-m", "qwen3", "hi"]);
  expect(run.stderr).not.toContain("\u001b");
  expect(existsSync(join(bench.project, ".git/hooks/pre-commit"))).toBe(false);
  expect(existsSync(join(bench.project, "../outside.txt"))).toBe(false);
  const outputs = messagesOf(bench.server)[1]?.filter((message) => message["role"] === "tool") ?? [];
  expect(outputs.map((message) => String(message["content"]))).toEqual([
    expect.stringContaining("outside.txt is outside the writable folders"),
    expect.stringContaining(".git/hooks/pre-commit is protected"),
    expect.stringContaining("failed to parse function arguments"),
    expect.stringContaining("unsupported call: format_disk"),
  ]);
  // The user reads the reason, not Codex's words for it.
  expect(run.stderr).toMatch(/failed: not written: \S+outside\.txt is outside the writable folders\n/);
  expect(run.code).toBe(0);
});
