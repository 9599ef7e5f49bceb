import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startPracticeServer } from "../../src/practice/index.ts";
import { configFor } from "../cli/doctor/support.ts";
import { startFakeServer } from "../support/fake-server.ts";
import { findFreePort } from "../support/loopback.ts";
import { createBench } from "./support.ts";

async function createUser(url: string, more = "") {
  const bench = createBench(url);
  bench.writeConfig(await configFor(url, more));
  return bench;
}

async function startModel(face: "ollama" | "llamacpp" = "llamacpp") {
  const server = await startPracticeServer({ face, pace: { tokens_per_second: 400 } });
  onTestFinished(() => server.stop());
  return server;
}

interface Report {
  readonly checks: readonly { readonly id: string; readonly status: string; readonly message: string }[];
  readonly advice: readonly { readonly paste: string }[];
  readonly curl?: string;
}

const check = (stdout: string, id: string) => {
  const found = (JSON.parse(stdout) as Report).checks.find((one) => one.id === id);
  return found === undefined ? undefined : `${found.status} ${found.message}`;
};

describe("leat doctor", () => {
  test("all is well: a screen of groups, and the same question for curl", async () => {
    const server = await startModel();
    const user = await createUser(server.url);
    const run = await user.leat(["doctor"]);
    expect(run.stderr).toBe("");
    const { host } = new URL(server.url);
    const titles = run.stdout.split("\n").filter((line) => /^\S/.test(line));
    expect(titles).toEqual([
      "leat",
      "Configuration",
      "Sandbox",
      "Terminal and programs",
      `${host} (box), in force`,
      "Other servers",
      expect.stringMatching(/^(Nothing to change\.|What to change.*)$/),
      "The same question without leat",
      expect.stringMatching(/^\d+ checks: /),
    ]);
    expect(run.stdout).toContain('  · model = "leat-practice" (config.toml:1)\n');
    expect(run.stdout).toContain("  ✓ leat-practice is loaded\n");
    expect(run.stdout).toContain("  ✓ tool call: called, its result sent back and used\n");
    expect(run.stdout).toContain(`    curl -sN ${server.url}/chat/completions -H `);
  });

  test("without UTF-8 the signs are words", async () => {
    const server = await startModel();
    const user = await createUser(server.url);
    const run = await user.leat(["doctor", "--quick"], { env: { LANG: "C", LC_ALL: "C" } });
    expect(run.stdout).toContain("  ok   leat-practice is loaded\n");
    expect(run.stdout).not.toMatch(/[^\x00-\x7f]/);
  });

  test("a dead server is a failure, and how to start it is told", async () => {
    const nobody = `http://127.0.0.1:${await findFreePort()}/v1`;
    const user = createBench(nobody);
    user.writeConfig(
      `model_provider = "ollama"\n${["lmstudio", "ollama", "oss", "llamacpp"]
        .map((id) => `[model_providers.${id}]\nbase_url = "${nobody}"\n`)
        .join("")}`,
    );
    const run = await user.leat(["doctor", "--json"]);
    expect(run.code).toBe(1);
    expect(check(run.stdout, "server")).toBe(
      `fail nothing listens at ${new URL(nobody).host}. Start Ollama: ollama serve.`,
    );
    const { advice } = JSON.parse(run.stdout) as Report;
    expect(advice.map(({ paste }) => paste)).toContain("ollama serve");
  });

  test("a server that wants a key, and a key that is not set; no key is ever shown", async () => {
    const shut = await startFakeServer(
      { routes: {}, fallback: { status: 404, body: {} } },
      { key: "open-sesame" },
    );
    const user = await createUser(shut.url);
    const refused = await user.leat(["doctor", "--json"]);
    expect(refused.code).toBe(1);
    expect(check(refused.stdout, "server")).toMatch(
      /^fail box says \(HTTP 401\): no list of models without a key\./,
    );

    const secret = "sk-very-secret-0123";
    user.writeConfig(
      (await configFor(shut.url)).replace(
        "[model_providers.box]\n",
        '[model_providers.box]\nenv_key = "BOX_KEY"\n',
      ),
    );
    for (const more of [[], ["--json"]]) {
      const run = await user.leat(["doctor", ...more], { env: { BOX_KEY: secret } });
      expect(run.code).toBe(1);
      expect(run.stdout).toContain("authorization: Bearer $BOX_KEY");
      expect(`${run.stdout}${run.stderr}`).not.toContain(secret);
    }
    const unset = await user.leat(["doctor", "--json"]);
    expect(check(unset.stdout, "server")).toMatch(/^fail Missing environment variable: `BOX_KEY`\./);
  });

  test("nothing to confine commands with is a failure", async () => {
    const server = await startModel();
    const user = await createUser(server.url);
    const empty = join(user.home, "empty");
    mkdirSync(empty);
    const run = await user.leat(["doctor", "--quick", "--json"], { env: { PATH: empty } });
    expect(run.code).toBe(1);
    expect(check(run.stdout, "sandbox.tier")).toMatch(/^fail commands are not run: /);
    expect(check(run.stdout, "program.git")).toMatch(/^warn git is not found/);
    expect(check(run.stdout, "program.rg")).toMatch(/^info rg is not found/);
  });

  test("a broken configuration: the place is told, and what does not depend on it is checked", async () => {
    const user = createBench("http://127.0.0.1:1/v1");
    user.writeConfig('model = "a"\nmodel_provider = \n');
    const run = await user.leat(["doctor", "--json"]);
    expect(run.code).toBe(1);
    expect(check(run.stdout, "config.file")).toMatch(/^fail .*config\.toml, line 2.*: not valid TOML/);
    expect(check(run.stdout, "sandbox.tier")).toBeDefined();
    expect(check(run.stdout, "terminal")).toBeDefined();
    expect(check(run.stdout, "servers")).toMatch(/^unknown not asked/);
    expect(JSON.parse(run.stdout)).not.toHaveProperty("curl");
  });

  test("a home that is not there", async () => {
    const user = createBench("http://127.0.0.1:1/v1");
    const run = await user.leat(["doctor", "--json"], { env: { CODEX_HOME: join(user.home, "none") } });
    expect(run.code).toBe(1);
    expect(check(run.stdout, "config.file")).toMatch(/^fail CODEX_HOME is .* which is no directory$/);
  });

  test("keys: unknown ones with the nearest name, those without effect, values by their origin", async () => {
    const server = await startModel();
    const user = await createUser(
      server.url,
      'modle_context_window = 4\nmodel_reasoning_effort = "low"\n[tui]\nx = 1\n[mcp_servers.a]\ncommand = "b"\n[profiles.p]\nmodel_verbosity = "low"',
    );
    const run = await user.leat([
      "doctor",
      "--quick",
      "--json",
      "-p",
      "p",
      "-c",
      "model_context_window=20000",
    ]);
    expect(check(run.stdout, "config.unknown-keys")).toMatch(
      /^warn unknown key in .*: `modle_context_window` \(line 3, did you mean `model_context_window`\?\)$/,
    );
    expect(check(run.stdout, "config.not-yet")).toBe("info 1 key that leat does not act on yet: mcp_servers");
    expect(check(run.stdout, "config.codex-only")).toBe("info 1 key that only Codex acts on: tui");
    expect(check(run.stdout, "config.value.model_context_window")).toBe(
      "info model_context_window = 20000 (-c)",
    );
    expect(check(run.stdout, "config.value.model_verbosity")).toBe(
      'info model_verbosity = "low" (profile p)',
    );
    expect(check(run.stdout, "config.value.model_reasoning_effort")).toBe(
      'info model_reasoning_effort = "low" (config.toml:4)',
    );
    const { advice } = JSON.parse(run.stdout) as Report;
    expect(advice.map(({ paste }) => paste)).toContain("model_context_window = …");
    expect(run.code).toBe(0);
  });

  test("a small window, and one that is configured larger than it is", async () => {
    const server = await startFakeServer({
      routes: {
        "GET /v1/models": {
          object: "list",
          data: [{ id: "leat-practice", owned_by: "vllm", max_model_len: 8192 }],
        },
      },
      fallback: { status: 404, body: {} },
    });
    const user = await createUser(server.url);
    const small = await user.leat(["doctor", "--quick", "--json"]);
    expect(check(small.stdout, "model.window")).toMatch(
      /^warn the context holds 8,192 tokens as it runs: little for/,
    );
    const { advice } = JSON.parse(small.stdout) as Report;
    expect(advice.map(({ paste }) => paste)).toContain("vllm serve … --max-model-len 32768");
    const more = await user.leat(["doctor", "--quick", "--json", "-c", "model_context_window=50000"]);
    expect(check(more.stdout, "model.window")).toBe(
      "warn the context holds 8,192 tokens as it runs, but model_context_window says 50,000",
    );
  });

  test("a far provider: left in peace by default, asked one short question where it is chosen", async () => {
    const user = createBench("http://127.0.0.1:1/v1");
    const nobody = `http://127.0.0.1:${await findFreePort()}/v1`;
    const locals = ["lmstudio", "ollama", "oss", "llamacpp"].map(
      (id) => `[model_providers.${id}]\nbase_url = "${nobody}"\n`,
    );
    user.writeConfig(locals.join(""));
    const run = await user.leat(["doctor", "--json"], { env: { OPENAI_API_KEY: "sk-very-secret-0123" } });
    expect(check(run.stdout, "server")).toMatch(/^info not asked: nobody chose it/);
    expect(run.code === 0 || check(run.stdout, "sandbox.tier")?.startsWith("fail")).toBe(true);
  });

  test("other providers: without an address they are a mistake, elsewhere they are left in peace", async () => {
    const server = await startModel();
    const user = await createUser(
      server.url,
      '[model_providers."a b"]\nname = "x"\n[model_providers.far]\nbase_url = "https://models.invalid/v1"',
    );
    const run = await user.leat(["doctor", "--quick", "--json"]);
    expect(check(run.stdout, "config.provider.a b")).toBe(
      'warn [model_providers."a b"] has no base_url and can\'t be chosen',
    );
    expect(check(run.stdout, "servers.elsewhere")).toBe(
      "info not asked, since they are elsewhere and not in force: far (`leat doctor --provider <id>` asks)",
    );
    const { advice } = JSON.parse(run.stdout) as Report;
    expect(advice.map(({ paste }) => paste)).toContain(
      '[model_providers."a b"]\nbase_url = "http://localhost:1234/v1"',
    );
  });

  test("what a server says steers no terminal", async () => {
    const id = "evil\u001b]0;owned\u0007\u009b31m\u202emodel";
    const server = await startFakeServer({
      routes: { "GET /v1/models": { object: "list", data: [{ id, owned_by: "vllm" }] } },
      fallback: { status: 404, body: {} },
    });
    const user = await createUser(server.url);
    for (const more of [[], ["--json"]]) {
      const run = await user.leat(["doctor", ...more]);
      expect(run.stdout).toContain("evil");
      expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(run.code).toBe(1);
    }
  });

  test("Ctrl-C: what is known so far is printed", async () => {
    const server = await startPracticeServer({ face: "ollama", pace: { tokens_per_second: 5 } });
    onTestFinished(() => server.stop());
    const user = await createUser(server.url);
    const running = user.start(["doctor"]);
    await running.sees("the context holds");
    running.child.kill("SIGINT");
    const run = await running.ended;
    expect(run.code).toBe(130);
    expect(run.stdout).toContain("\nInterrupted: what follows was not checked.\n");
    expect(run.stdout).toContain("The same question without leat\n");
  });

  test("an unwritable home stops nothing", async () => {
    const server = await startModel();
    const user = await createUser(server.url);
    writeFileSync(join(user.home, "leat"), "a file where a folder should be");
    const run = await user.leat(["doctor", "--quick", "--json"]);
    expect(check(run.stdout, "model")).toBe("ok leat-practice is loaded");
  });
});
