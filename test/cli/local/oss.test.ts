import { expect, onTestFinished, test, vi } from "vitest";
import type { Io } from "../../../src/cli/io.ts";
import { useOssProvider } from "../../../src/cli/local/oss.ts";
import { pullModel } from "../../../src/cli/models/pull-model.ts";
import { loadConfig } from "../../../src/config/index.ts";
import { openEndpointMemory } from "../../../src/home/index.ts";
import { fixtureOf, startFakeServer } from "../../support/fake-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";

// Fetching has tests of its own; here is shown when it is asked for, and what its end means.
vi.mock(import("../../../src/cli/models/pull-model.ts"), () => ({ pullModel: vi.fn() }));

test.each([
  { fixture: "ollama", model: undefined, asked: [], end: { model: "gpt-oss:20b" } },
  { fixture: "ollama-empty", model: undefined, asked: ["ollama gpt-oss:20b"], end: { model: "gpt-oss:20b" } },
  // A longer name is another model: it is fetched, not completed.
  { fixture: "ollama", model: "gpt-oss", asked: ["ollama gpt-oss"], end: { model: "gpt-oss" } },
  { fixture: "lmstudio", model: "qwen/other", asked: ["lmstudio qwen/other"], end: { model: "qwen/other" } },
  { fixture: "ollama", model: "x", outcome: "failed", asked: ["ollama x"], end: { code: 1 } },
  { fixture: "ollama", model: "x", outcome: "interrupted", asked: ["ollama x"], end: { code: 130 } },
  { fixture: "vllm", model: "x", asked: [], end: { code: 1 } },
  { fixture: "llamacpp", model: "x", asked: [], end: { model: "x" } },
  { fixture: "ollama", model: "x", offline: true, asked: [], end: { code: 1 } },
] as const)("$fixture, -m $model, $outcome: $asked, $end", async (row) => {
  const { fixture, model, asked, end } = row;
  const server = await startFakeServer(fixtureOf(fixture));
  const home = tempFolder();
  const pull = vi.mocked(pullModel);
  pull.mockResolvedValue("outcome" in row ? row.outcome : "pulled");
  onTestFinished(() => void pull.mockReset());
  const env = { CODEX_OSS_BASE_URL: server.url };
  const reload = (flags: object) => {
    const all = { ...(model === undefined ? {} : { model }), ...flags };
    const loaded = loadConfig({ codexHome: home, cwd: home, env, overrides: [], flags: all });
    return loaded.ok ? { ...loaded, home } : loaded;
  };
  const loaded = reload({});
  if (!loaded.ok) {
    throw new Error("no configuration");
  }
  const io: Io = {
    env,
    cwd: home,
    userHome: home,
    stdin: () => process.stdin,
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    interrupt: new AbortController().signal,
  };
  const choice = await useOssProvider(
    {
      wanted: { oss: true, offline: "offline" in row, ...(model === undefined ? {} : { model }) },
      config: loaded.config,
      home,
      memory: openEndpointMemory(home),
      traffic: undefined,
      reload,
    },
    io,
  );
  expect(choice.ok ? { model: choice.config.model } : { code: choice.code }).toEqual(end);
  expect(pull.mock.calls.map(([{ kind, name }]) => `${kind} ${name}`)).toEqual(asked);
  if (choice.ok) {
    expect([choice.config.provider.id, choice.config.showRawAgentReasoning]).toEqual(["oss", true]);
  }
});
