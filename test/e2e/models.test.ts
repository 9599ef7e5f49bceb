import { describe, expect, test } from "vitest";
import { fixtureOf, startFakeServer } from "../support/fake-server.ts";
import { findFreePort } from "../support/loopback.ts";
import { createBench } from "./support.ts";

/** A user whose built-in providers are where the test wants them, so that no real server of this machine is met. */
async function createUser(urls: Readonly<Record<string, string>>, more = "") {
  const nobody = `http://127.0.0.1:${await findFreePort()}/v1`;
  const all = { lmstudio: nobody, ollama: nobody, oss: nobody, llamacpp: nobody, ...urls };
  const bench = createBench(nobody);
  const tables = Object.entries(all).map(([id, url]) => `[model_providers.${id}]\nbase_url = "${url}"\n`);
  bench.writeConfig(`${more}\n${tables.join("\n")}`);
  return { ...bench, nobody: new URL(nobody).host };
}

const host = (url: string) => new URL(url).host;

describe("leat models", () => {
  test("lists every server on this machine, whatever its port and its provider's name, in 80 columns", async () => {
    const lmstudio = await startFakeServer(fixtureOf("lmstudio"));
    const ollama = await startFakeServer(fixtureOf("ollama"));
    const llamacpp = await startFakeServer(fixtureOf("llamacpp"));
    const vllm = await startFakeServer(fixtureOf("vllm"));
    // The names are wrong on purpose.
    const user = await createUser(
      { lmstudio: ollama.url, ollama: lmstudio.url, oss: lmstudio.url, box: vllm.url, other: llamacpp.url },
      'model = "qwen3"\nmodel_provider = "lmstudio"',
    );
    const run = await user.leat(["models"]);
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe(`Ollama 0.13.4 at ${host(ollama.url)} (lmstudio)
  MODEL                    SIZE      CONTEXT  CAN
  gpt-oss:20b   loaded  14.0 GB        4,096  tools, thinking
* qwen3:latest           5.2 GB  max 131,072  tools, thinking

LM Studio at ${host(lmstudio.url)} (oss, ollama)
  MODEL                                      SIZE      CONTEXT  CAN
  openai/gpt-oss-20b              loaded  12.1 GB       32,768  tools, thinking
  small                           loaded   8.2 GB        4,096  no tools, vision
  large                           loaded   8.2 GB       65,536  no tools, vision
  qwen/qwen3-vl-8b                         6.2 GB  max 262,144  tools, vision
  text-embedding-nomic-embed-text-v1.5
                                            84 MB    max 2,048  embeddings

vLLM 0.18.1 at ${host(vllm.url)} (box)
  MODEL                                      CONTEXT
  Qwen/Qwen3-Coder-30B-A3B-Instruct  loaded   65,536
  sql                                loaded

llama.cpp b9014-d4b0c22f9 at ${host(llamacpp.url)} (other), 4 slots
  MODEL                                   SIZE  CONTEXT  CAN
  /models/Qwen3-8B-Q4_K_M.gguf  loaded  5.0 GB   16,384  tools

llamacpp: nothing listens at ${user.nobody}. Start llama.cpp: llama-server -m <model.gguf> --jinja --port 8080.
`);
    expect(run.code).toBe(0);
  });

  test("as JSON, with everything that is told", async () => {
    const server = await startFakeServer(fixtureOf("koboldcpp"));
    const user = await createUser({ box: server.url });
    const run = await user.leat(["models", "--provider", "box", "--json"]);
    expect(JSON.parse(run.stdout)).toEqual({
      providers: [
        {
          providers: ["box"],
          base_url: server.url,
          status: "ready",
          server: "koboldcpp",
          version: "1.98.1",
          models: [
            { id: "koboldcpp/Qwen3-8B-Q4_K_M", state: "loaded", context_window: 12_288, vision: true },
          ],
        },
      ],
    });
  });

  test("a server that wants a key, one that has it, one that is dead: the key goes to its own server only", async () => {
    const shut = await startFakeServer(fixtureOf("vllm"), { key: "sesame" });
    const open = await startFakeServer(fixtureOf("sglang"), { key: "sesame" });
    const user = await createUser({ shut: shut.url, open: open.url });
    const config = `[model_providers.shut]\nbase_url = "${shut.url}"\n[model_providers.open]\nbase_url = "${open.url}"\nenv_key = "OPEN_KEY"\n[model_providers.llamacpp]\nbase_url = "http://${user.nobody}/v1"\n[model_providers.ollama]\nbase_url = "http://${user.nobody}/v1"\n[model_providers.oss]\nbase_url = "http://${user.nobody}/v1"\n[model_providers.lmstudio]\nbase_url = "http://${user.nobody}/v1"\n`;
    user.writeConfig(config);
    const run = await user.leat(["models"], { env: { OPEN_KEY: "sesame" } });
    expect(run.stdout).toContain(`SGLang 0.5.6 at ${host(open.url)} (open), 48 slots`);
    expect(run.stdout).toContain(
      "shut: shut says (HTTP 401): no list of models without a key. The server wants a key: name its variable as env_key in [model_providers.shut].",
    );
    expect(run.stdout).toContain(`nothing listens at ${user.nobody}. `);
    expect(shut.keys.every((key) => key === undefined)).toBe(true);
    expect(new Set(open.keys)).toEqual(new Set(["Bearer sesame"]));
    expect(run.code).toBe(0);

    const without = await user.leat(["models", "--provider", "open"]);
    expect(without.stdout).toContain("open: Missing environment variable: `OPEN_KEY`.");
    expect(without.code).toBe(1);
  });

  test("names from a server steer no terminal", async () => {
    const id = "evil\u001b]0;owned\u0007\u009b31m\u202emodel";
    const server = await startFakeServer({
      routes: { "GET /v1/models": { object: "list", data: [{ id, owned_by: "vllm" }] } },
      fallback: { status: 404, body: {} },
    });
    const user = await createUser({ box: server.url });
    for (const more of [[], ["--json"]]) {
      const run = await user.leat(["models", "--provider", "box", ...more]);
      expect(run.stdout).toContain("model");
      expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(run.code).toBe(0);
    }
    const json = JSON.parse((await user.leat(["models", "--provider", "box", "--json"])).stdout);
    expect(json.providers[0].models[0].id).toBe(id);
  });

  test("nothing runs: a line each with what to do, and at once", async () => {
    const user = await createUser({});
    const run = await user.leat(["models"]);
    expect(run.stdout).toBe(
      `oss, ollama, lmstudio, llamacpp: nothing listens at ${user.nobody}. Start Ollama: ollama serve.\n`,
    );
    expect(run.code).toBe(1);
  });

  test("an unknown provider is a mistake, with the nearest name", async () => {
    const user = await createUser({});
    const run = await user.leat(["models", "--provider", "olama"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("ollama");
    expect(run.stdout).toBe("");
  });
});
