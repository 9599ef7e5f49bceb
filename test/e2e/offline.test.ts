import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Reply } from "../../src/practice/index.ts";
import { findFreePort, listen } from "../support/loopback.ts";
import { noSandbox } from "../support/sandbox.ts";
import { createBench, createWorkbench, localConfig, messagesOf } from "./support.ts";

const hello: Reply = { text: "Hello to you." };

/** What stands behind the header's last line. */
function contacts(stderr: string): string {
  return stderr.slice(stderr.indexOf("hosts contacted")).replace(/[\d.]+ (?:bytes|kB)/g, "N");
}

describe("--offline", () => {
  test.each([
    {
      name: "a provider elsewhere",
      url: "http://user:secret-word@models.invalid/v1?key=secret-word",
      message: "provider `local-oss` is at http://models.invalid, which --offline does not let leat contact.",
      hint: "Only localhost, 127.0.0.1 and ::1 are: choose a provider on this machine (-c model_provider=lmstudio, ollama, llamacpp).",
    },
    {
      name: "a name that only looks like this machine",
      url: "http://localhost.models.invalid/v1",
      message:
        "provider `local-oss` is at http://localhost.models.invalid, which --offline does not let leat contact.",
      hint: "Only localhost, 127.0.0.1 and ::1 are: choose a provider on this machine (-c model_provider=lmstudio, ollama, llamacpp).",
    },
    {
      name: "an address to listen on",
      url: "http://0.0.0.0:8000/v1",
      message: "provider `local-oss` is at http://0.0.0.0:8000, which --offline does not let leat contact.",
      hint: "As an address to ask, write 127.0.0.1 in place of 0.0.0.0.",
    },
  ])("$name is refused before anything happens, a missing key included", async ({ url, message, hint }) => {
    const bench = createBench(url);
    bench.writeConfig(`${localConfig(url)}env_key = "NO_SUCH_KEY"\n`);
    const run = await bench.leat(["exec", "--offline", "hi"]);
    expect(run).toEqual({ code: 1, stdout: "", stderr: `${message}\n${hint}\n` });
    expect(readdirSync(bench.home)).toEqual(["config.toml"]);
  });

  test("a server on this machine is asked", async () => {
    const bench = await createWorkbench([hello]);
    const run = await bench.leat(["exec", "--offline", "hi"]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: "Hello to you.\n" });
    expect(run.stderr).not.toContain("hosts contacted");
  });

  const command = "env | grep CODEX_SANDBOX_NETWORK_DISABLED || echo the network is open";
  const probe: readonly Reply[] = [{ calls: [{ name: "shell", arguments: { command } }] }, hello];
  test.skipIf(noSandbox !== undefined).each([
    { args: ["--offline"], output: "CODEX_SANDBOX_NETWORK_DISABLED=1" },
    { args: [], output: "the network is open" },
  ])(
    `commands with the network on and $args: $output (${noSandbox ?? "confined"})`,
    async ({ args, output }) => {
      const bench = await createWorkbench(probe);
      const open = ["-c", "sandbox_workspace_write.network_access=true"];
      const run = await bench.leat(["exec", "--full-auto", ...open, ...args, "hi"]);
      expect(run.stderr.includes("(network access enabled)")).toBe(args.length === 0);
      expect(String(messagesOf(bench.server)[1]?.at(-1)?.["content"])).toContain(output);
    },
  );

  test("without a sandbox it says what it can't hold", async () => {
    const bench = await createWorkbench([hello]);
    const run = await bench.leat(["exec", "--offline", "--yolo", "hi"]);
    expect(run.stderr).toContain(
      "--offline holds leat itself: without a sandbox the model's commands may use the network",
    );
  });
});

describe("-v lists at the end who was contacted", () => {
  test("after an answer", async () => {
    const bench = await createWorkbench([hello]);
    const { host } = new URL(bench.server.url);
    const known = await bench.leat(["exec", "-v", "-c", "model_context_window=32768", "hi"]);
    expect(contacts(known.stderr)).toBe(`hosts contacted:\n  ${host}: 1 request, N up, N down\n`);
  });

  test("after a failure", async () => {
    const port = await findFreePort();
    const run = await createBench(`http://127.0.0.1:${port}/v1`).leat(["exec", "--verbose", "hi"]);
    expect(run.code).toBe(1);
    expect(contacts(run.stderr)).toBe(`hosts contacted:\n  127.0.0.1:${port}: 1 request, N up, N down\n`);
  });

  test("a redirect names a host, and that host is not contacted", async () => {
    const bench = await createWorkbench([
      { status: 307, headers: { location: "http://127.0.0.2:9/v1/chat/completions" } },
    ]);
    const run = await bench.leat(["exec", "-v", "hi"]);
    const { host } = new URL(bench.server.url);
    expect(run.stderr).toContain("127.0.0.2:9");
    expect(contacts(run.stderr)).toBe(`hosts contacted:\n  ${host}: 1 request, N up, N down\n`);
  });

  test("nobody, where the prompt never left", async () => {
    const bench = createBench("http://127.0.0.1:9/v1");
    bench.writeConfig(`${localConfig("http://127.0.0.1:9/v1")}env_key = "SOME_KEY"\n`);
    const run = await bench.leat(["exec", "-v", "hi"], { env: { SOME_KEY: "a key\nof two lines" } });
    expect(run.code).toBe(1);
    expect(contacts(run.stderr)).toBe("hosts contacted: none\n");
  });
});

test("proxies that the environment names are not asked", async () => {
  let connections = 0;
  const proxy = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  onTestFinished(() => {
    proxy.close();
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  const bench = await createWorkbench([hello]);
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  const env = { ...Object.fromEntries(names.map((name) => [name, url])), NODE_USE_ENV_PROXY: "1" };
  const run = await bench.leat(["exec", "hi"], { env });
  expect({ code: run.code, stdout: run.stdout, connections }).toEqual({
    code: 0,
    stdout: "Hello to you.\n",
    connections: 0,
  });
});
