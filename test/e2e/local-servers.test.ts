import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fixtureOf } from "../support/fake-server.ts";
import { cutOff, noNamespaces } from "../support/network-namespace.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { program } from "./support.ts";

/** Every port is free in a namespace of its own, those of the real servers, too. */

const ON_PORTS = fileURLToPath(new URL("on-ports.mjs", import.meta.url));

/** A kind of server, or one that takes connections and says nothing. */
type Spec = string | { readonly fixture: string; readonly key: string };

interface World {
  readonly ports: Readonly<Record<number, Spec>>;
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface User {
  leat(...args: readonly string[]): Promise<Run>;
}

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  /** Without what stands below the line about the choice. */
  readonly said: string;
  readonly stderr: string;
  /** Which models were asked for, and where. */
  readonly models: readonly { readonly port: number; readonly model: string }[];
  readonly asked: readonly string[];
}

function createUser({ ports, config, env }: World): User {
  const folder = tempFolder();
  const [home, project, log] = [join(folder, "home"), join(folder, "project"), join(folder, "log")];
  mkdirSync(home);
  mkdirSync(join(project, ".git"), { recursive: true });
  writeFileSync(join(project, ".git/HEAD"), "ref: refs/heads/main\n");
  if (config !== undefined) {
    writeFileSync(join(home, "config.toml"), config);
  }
  const servers = Object.entries(ports).map(([port, spec]) => ({
    port: Number(port),
    ...(spec === "dead"
      ? {}
      : typeof spec === "string"
        ? { fixture: fixtureOf(spec) }
        : { fixture: fixtureOf(spec.fixture), key: spec.key }),
  }));
  const world = join(folder, "world.json");
  writeFileSync(world, JSON.stringify({ servers, log }));
  return {
    async leat(...args) {
      rmSync(log, { force: true });
      const [command = "", ...words] = [
        ...cutOff(folder),
        process.execPath,
        ON_PORTS,
        world,
        process.execPath,
        program,
        ...args,
      ];
      const child = spawn(command, words, {
        cwd: project,
        env: { PATH: process.env["PATH"], HOME: home, CODEX_HOME: home, LANG: "C.UTF-8", ...env },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 18_000,
        killSignal: "SIGKILL",
      });
      const texts = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (text: string) => {
          texts[name] += text;
        });
      }
      const code = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
      });
      const asked: { port: number; asked: string; model?: string }[] = JSON.parse(readFileSync(log, "utf8"));
      return {
        code,
        ...texts,
        said: texts.stderr.replace(/^leat \d[\s\S]*/m, ""),
        models: asked.flatMap(({ port, model }) => (model === undefined ? [] : [{ port, model }])),
        asked: asked.map(({ port, asked: name }) => `${port} ${name}`),
      };
    },
  };
}

describe.skipIf(noNamespaces !== undefined)(`nothing is configured (${noNamespaces ?? "any port"})`, () => {
  test.each([
    {
      name: "one server, and it is that one",
      ports: { 11434: "ollama" },
      said: "using gpt-oss:20b on Ollama (localhost:11434)\n",
      models: [{ port: 11434, model: "gpt-oss:20b" }],
    },
    {
      name: "each on another's port, one without a loaded model, one dead: what is loaded, in the order of ports",
      ports: { 1234: "mlx", 8080: "ollama", 5000: "dead", 8000: "lmstudio", 11434: "vllm" },
      said: "using Qwen/Qwen3-Coder-30B-A3B-Instruct on vLLM (localhost:11434); also found: Ollama (localhost:8080), LM Studio (localhost:8000), MLX-LM (localhost:1234)\n",
      models: [{ port: 11434, model: "Qwen/Qwen3-Coder-30B-A3B-Instruct" }],
    },
    {
      name: "a key is there, too, but nobody has written a configuration",
      ports: { 8080: "llamacpp" },
      env: { OPENAI_API_KEY: "sk-test" },
      said: "using /models/Qwen3-8B-Q4_K_M.gguf on llama.cpp (localhost:8080); for OpenAI: -c model_provider=openai\n",
      models: [{ port: 8080, model: "/models/Qwen3-8B-Q4_K_M.gguf" }],
    },
    {
      name: "one that is shut is named beside one that is open",
      ports: { 8000: { fixture: "vllm", key: "sesame" }, 5001: "koboldcpp" },
      said: "using koboldcpp/Qwen3-8B-Q4_K_M on KoboldCpp (localhost:5001); also found: a server that wants a key (localhost:8000)\n",
      models: [{ port: 5001, model: "koboldcpp/Qwen3-8B-Q4_K_M" }],
    },
    {
      name: "a part of a name",
      ports: { 8080: "vllm", 11434: "ollama" },
      args: ["-m", "gpt-oss"],
      said: "using gpt-oss:20b on Ollama (localhost:11434) for gpt-oss; also found: vLLM (localhost:8080)\n",
      models: [{ port: 11434, model: "gpt-oss:20b" }],
    },
    {
      name: "a model of the configuration that is not there",
      ports: { 8080: "vllm" },
      config: 'model = "gpt-5-codex"\n',
      said: "using Qwen/Qwen3-Coder-30B-A3B-Instruct on vLLM (localhost:8080), since gpt-5-codex is not there\n",
      models: [{ port: 8080, model: "Qwen/Qwen3-Coder-30B-A3B-Instruct" }],
    },
    {
      name: "a provider of the configuration is at that address: its key goes along",
      ports: { 8080: "vllm" },
      config: '[model_providers.box]\nbase_url = "http://127.0.0.1:8080/v1"\nname = "The box"\n',
      said: "using Qwen/Qwen3-Coder-30B-A3B-Instruct on vLLM (localhost:8080)\n",
      models: [{ port: 8080, model: "Qwen/Qwen3-Coder-30B-A3B-Instruct" }],
    },
  ] as const)("$name", async ({ said, models, ...world }) => {
    const run = await createUser(world as World).leat("exec", ...("args" in world ? world.args : []), "hi");
    expect({ code: run.code, said: run.said, models: run.models }).toEqual({ code: 0, said, models });
    expect(run.stdout).toBe(`I am ${models[0].model}.\n`);
  });

  test("the header, the window and the dialect are those of the server", async () => {
    const user = createUser({ ports: { 5000: "ollama" } });
    const run = await user.leat("exec", "-v", "hi");
    expect(run.stderr).toContain("· gpt-oss:20b · Ollama at localhost:5000 · context 4,096\n");
    expect(run.stderr).toMatch(/hosts contacted:\n(.*\n)* {2}localhost:5000: \d+ requests/);
  });

  test.each([
    {
      name: "nothing runs",
      ports: {},
      says: [
        "no model server was found on this machine",
        "lms server start",
        "ollama serve",
        "llama-server -hf",
        "leat demo",
        "OPENAI_API_KEY",
      ],
    },
    {
      name: "only one that says nothing",
      ports: { 8080: "dead" },
      says: ["localhost:8080 takes connections"],
    },
    {
      name: "only one that wants a key",
      ports: { 8000: { fixture: "vllm", key: "sesame" } },
      says: ["a server at localhost:8000 wants a key", 'env_key="LOCAL_KEY"'],
    },
    {
      name: "no model",
      ports: { 11434: "ollama-cloud" },
      says: ["Ollama (localhost:11434) runs but has no model to talk to", "leat models pull gpt-oss:20b"],
    },
    {
      name: "not the one that was typed",
      ports: { 11434: "ollama" },
      args: ["-m", "mistral"],
      says: [
        "there is no model mistral on Ollama (localhost:11434).",
        "qwen3:latest",
        "leat models pull mistral",
      ],
    },
  ] as const)("what there is to do: $name", async ({ says, ...world }) => {
    const run = await createUser(world as World).leat("exec", ...("args" in world ? world.args : []), "hi");
    expect([run.code, run.stdout, run.models]).toEqual([1, "", []]);
    for (const text of says) {
      expect(run.stderr).toContain(text);
    }
  });

  test("the command for a key works as it is told", async () => {
    const user = createUser({
      ports: { 8000: { fixture: "vllm", key: "sesame" } },
      env: { LOCAL_KEY: "sesame" },
    });
    const told = (await user.leat("exec", "hi")).stderr;
    const table = /-c '(model_providers\.local=.*)' -m/.exec(told)?.[1] ?? "";
    const run = await user.leat("exec", "-c", "model_provider=local", "-c", table, "-m", "qwen3-coder", "hi");
    expect(run.stdout).toBe("I am Qwen/Qwen3-Coder-30B-A3B-Instruct.\n");
  });

  test.each([
    { name: "a provider is named", config: 'model_provider = "ollama"\nmodel = "qwen3"\n', env: {} },
    {
      name: "OpenAI with a key is configured",
      config: 'model = "gpt-5"\n',
      env: { OPENAI_API_KEY: "sk-test" },
    },
    { name: "the environment names a place", env: { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" } },
  ])("nobody is looked for: $name", async ({ name: _, ...world }) => {
    const run = await createUser({ ports: { 8080: "vllm" }, ...world }).leat("exec", "hi");
    expect([run.code, run.asked]).toEqual([1, []]);
  });
});

describe.skipIf(noNamespaces !== undefined)(`--oss (${noNamespaces ?? "any port"})`, () => {
  test.each([
    { name: "Ollama", ports: { 11434: "ollama" }, args: ["--oss"], model: "gpt-oss:20b", port: 11434 },
    {
      name: "another model of it",
      ports: { 11434: "ollama" },
      args: ["--oss", "-m", "qwen3"],
      model: "qwen3",
      port: 11434,
    },
    {
      name: "where the environment says",
      ports: { 5328: "ollama" },
      env: { CODEX_OSS_PORT: "5328" },
      args: ["--oss"],
      model: "gpt-oss:20b",
      port: 5328,
    },
    {
      name: "LM Studio by option, which goes before the configuration",
      ports: { 11434: "ollama", 1234: "lmstudio" },
      config: 'oss_provider = "ollama"\n',
      args: ["--local-provider", "lmstudio", "-m", "gpt-oss-20b"],
      model: "openai/gpt-oss-20b",
      port: 1234,
    },
    {
      name: "llama.cpp by configuration: what it serves",
      ports: { 11434: "ollama", 8080: "llamacpp" },
      config: 'oss_provider = "llamacpp"\nmodel_provider = "openai"\n',
      args: ["--oss"],
      said: "using /models/Qwen3-8B-Q4_K_M.gguf on llama.cpp (localhost:8080)\n",
      model: "/models/Qwen3-8B-Q4_K_M.gguf",
      port: 8080,
    },
    {
      name: "no choice, and only another one runs",
      ports: { 1234: "lmstudio" },
      args: ["--oss"],
      said: "using LM Studio (localhost:1234), since Ollama does not run\n",
      model: "openai/gpt-oss-20b",
      port: 1234,
    },
  ] as const)("$name", async ({ name: _, args, model, port, said = "", ...world }: OssCase) => {
    const run = await createUser(world).leat("exec", ...args, "hi");
    expect({ code: run.code, said: run.said, models: run.models }).toEqual({
      code: 0,
      said,
      models: [{ port, model }],
    });
  });

  test.each([
    {
      name: "Ollama does not run",
      ports: {},
      args: ["--oss"],
      said: "OSS setup failed: No running Ollama server detected. Start it with: `ollama serve` (after installing). Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama\n",
    },
    {
      name: "Ollama was chosen, and another one runs",
      ports: { 1234: "lmstudio" },
      config: 'oss_provider = "ollama"\n',
      args: ["--oss"],
      said: "OSS setup failed: No running Ollama server detected.",
    },
    {
      name: "LM Studio does not run",
      ports: {},
      args: ["--local-provider=lmstudio"],
      said: "OSS setup failed: LM Studio is not responding. Install from https://lmstudio.ai/download and run 'lms server start'.\n",
    },
    {
      name: "two others run",
      ports: { 1234: "lmstudio", 8080: "llamacpp" },
      args: ["--oss"],
      said: "No default OSS provider configured. Use --local-provider=provider or set oss_provider to one of: lmstudio, ollama, llamacpp in config.toml\n",
    },
    {
      name: "a model can't be fetched",
      ports: { 11434: "ollama" },
      args: ["--oss", "-m", "mistral"],
      said: "mistral",
    },
    {
      name: "offline, nothing is fetched",
      ports: { 11434: "ollama" },
      args: ["--oss", "--offline", "-m", "mistral"],
      said: "there is no model mistral on Ollama (localhost:11434).",
    },
  ])("$name", async ({ name: _, args, said, ...world }: Omit<OssCase, "model" | "port">) => {
    const run = await createUser(world).leat("exec", ...args, "hi");
    expect([run.code, run.models]).toEqual([1, []]);
    expect(run.stderr).toContain(said);
  });
});

interface OssCase extends World {
  readonly name: string;
  readonly args: readonly string[];
  readonly model: string;
  readonly port: number;
  readonly said?: string;
}

describe.skipIf(noNamespaces !== undefined)(`-m (${noNamespaces ?? "any port"})`, () => {
  const config = 'model_provider = "ollama"\nmodel_context_window = 8192\nkeep_model_loaded_minutes = 0\n';

  test("a server that is silent, or not there, does not hold it up: it is sent as typed", async () => {
    const user = createUser({ ports: {}, config });
    const run = await user.leat("exec", "-m", "gpt", "hi");
    expect(run.stderr).toContain("nothing listens at http://localhost:11434/v1");
    expect(run.stderr).toContain("· gpt · Ollama at localhost:11434");
  });

  test("is completed, and a name that is known is not asked about again", async () => {
    const user = createUser({ ports: { 11434: "ollama" }, config });
    const first = await user.leat("exec", "-m", "gpt", "hi");
    expect([first.said, first.models]).toEqual([
      "using gpt-oss:20b on Ollama (localhost:11434) for gpt\n",
      [{ port: 11434, model: "gpt-oss:20b" }],
    ]);
    const second = await user.leat("exec", "-m", "gpt-oss:20b", "hi");
    expect([second.said, second.asked]).toEqual(["", ["11434 POST /v1/chat/completions"]]);
  });

  test.each([
    ["small or large", "lmstudio", "-", "several models of LM Studio"],
    ["none", "lmstudio", "mistral", "there is no model mistral on LM Studio (localhost:11434)."],
  ])("%s", async (_name, fixture, model, text) => {
    const run = await createUser({ ports: { 11434: fixture }, config }).leat("exec", "-m", model, "hi");
    expect([run.code, run.models]).toEqual([1, []]);
    expect(run.stderr).toContain(text);
  });

  test.each([
    ["a server that takes any name", "llamacpp", "whatever", "whatever"],
    ["one that may have more than it lists", "litellm", "openai/other", "openai/other"],
    ["one that fetches what is not there", "mlx", "mlx-community/Qwen3-8B", "mlx-community/Qwen3-8B"],
  ])("as typed: %s", async (_name, fixture, typed, model) => {
    const run = await createUser({ ports: { 11434: fixture }, config }).leat("exec", "-m", typed, "hi");
    expect([run.code, run.said, run.models]).toEqual([0, "", [{ port: 11434, model }]]);
  });

  test("a provider is named, and no model: what is loaded", async () => {
    const run = await createUser({ ports: { 11434: "ollama" }, config }).leat("exec", "hi");
    expect([run.said, run.models]).toEqual([
      "using gpt-oss:20b on Ollama (localhost:11434), since no model is named\n",
      [{ port: 11434, model: "gpt-oss:20b" }],
    ]);
  });
});

describe.skipIf(noNamespaces !== undefined)(`leat alone (${noNamespaces ?? "any port"})`, () => {
  test("tells what runs, and a command that works", async () => {
    const user = createUser({
      ports: { 1234: "lmstudio", 11434: "ollama", 8000: { fixture: "vllm", key: "sesame" }, 5000: "dead" },
    });
    const run = await user.leat();
    expect(run.stdout).toContain(`Running on this machine:
  LM Studio (localhost:1234): openai/gpt-oss-20b is loaded, window 32,768, and 2 more
  Ollama 0.13.4 (localhost:11434): gpt-oss:20b is loaded, window 4,096
  A server (localhost:8000) wants a key. `);
    expect(run.stdout).toContain("localhost:5000 takes connections, but does not answer.");
    expect(run.stdout).toContain('\nNext:\n  leat exec "explain this project"\n');
    expect(run.code).toBe(0);
    expect((await user.leat("exec", "explain this project")).models).toEqual([
      { port: 1234, model: "openai/gpt-oss-20b" },
    ]);
  });

  test.each([
    ["its own port", 11434, "-c model_provider=ollama -m gpt-oss:20b"],
    [
      "another",
      8000,
      "-c model_provider=ollama -c model_providers.ollama.base_url=http://localhost:8000/v1 -m gpt-oss:20b",
    ],
  ])("something else is configured; the command for what runs, on %s", async (_name, port, options) => {
    const config = 'model_provider = "box"\n[model_providers.box]\nbase_url = "http://127.0.0.1:9/v1"\n';
    const user = createUser({ ports: { [port]: "ollama" }, config });
    const run = await user.leat();
    expect(run.stdout).toContain(`leat exec ${options} "explain this project"\n`);
    const asked = await user.leat("exec", ...options.split(" "), "hi");
    expect(asked.models).toEqual([{ port, model: "gpt-oss:20b" }]);
  });

  test("what is configured is not offered twice", async () => {
    const config = 'model_provider = "ollama"\nmodel = "qwen3"\n';
    const here = await createUser({ ports: { 11434: "ollama" }, config }).leat();
    expect(here.stdout).toContain('Next, with qwen3 of Ollama, as configured:\n  leat exec "explain');
    expect(here.stdout).not.toContain("Or with what runs here");
    const elsewhere = await createUser({ ports: { 5000: "ollama" }, config }).leat();
    expect(elsewhere.stdout).toContain(
      "-c model_provider=ollama -c model_providers.ollama.base_url=http://localhost:5000/v1",
    );
  });

  test("a configuration with a mistake is told, and what runs nevertheless", async () => {
    const run = await createUser({ ports: { 8080: "vllm" }, config: "model = \n" }).leat();
    expect(run.stdout).toContain("vLLM 0.18.1 (localhost:8080): Qwen/Qwen3-Coder-30B-A3B-Instruct is loaded");
    expect(run.stdout).toContain("line 1");
    expect(run.code).toBe(0);
  });

  test("nothing runs", async () => {
    const run = await createUser({ ports: {} }).leat();
    expect(run.code).toBe(0);
    for (const text of [
      "No model server runs",
      "lms server start",
      "ollama serve",
      "llama-server",
      "leat demo",
    ]) {
      expect(run.stdout).toContain(text);
    }
  });
});

describe.skipIf(noNamespaces !== undefined)(
  `commands about servers, nothing configured (${noNamespaces ?? "any port"})`,
  () => {
    test("leat doctor puts the model to the proof that exec would ask", async () => {
      const run = await createUser({ ports: { 8000: "ollama" } }).leat("doctor");
      expect(run.stdout).toContain("localhost:8000");
      expect(run.models.length).toBeGreaterThan(0);
      expect(run.models.every(({ port, model }) => port === 8000 && model === "gpt-oss:20b")).toBe(true);
    });

    test("leat models lists it, though its port is another server's", async () => {
      const run = await createUser({ ports: { 8000: "ollama" } }).leat("models");
      expect(run.code).toBe(0);
      expect(run.stdout).toContain("localhost:8000");
      expect(run.stdout).toContain("gpt-oss:20b");
    });
  },
);
