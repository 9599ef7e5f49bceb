import dns from "node:dns";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openConversation } from "../../src/cli/conversation.ts";
import type { Io } from "../../src/cli/io.ts";
import { loadConfig } from "../../src/config/index.ts";
import { openEndpointMemory } from "../../src/home/index.ts";
// Loaded beforehand: the client loads it while it waits for the server, which here fails before that is done.
import "../../src/wire/chat/decode.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { tempFolder, writeFiles } from "../support/temp-folder.ts";

test.each([
  { offline: true, kind: "host_not_allowed", lookups: 0 },
  { offline: false, kind: "host_not_found", lookups: 1 },
])(
  "a host elsewhere, offline $offline: $kind, whatever was checked before",
  async ({ offline, kind, lookups }) => {
    const lookup = vi
      .spyOn(dns, "lookup")
      .mockImplementation(((_name: string, _options: unknown, done: (error: Error) => void) =>
        done(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }))) as never);
    onTestFinished(() => lookup.mockRestore());
    const folder = tempFolder();
    const [home, cwd] = [join(folder, "home"), join(folder, "project")];
    mkdirSync(cwd);
    const url = "http://models.invalid/v1";
    writeFiles(home, {
      "config.toml": `model_provider = "far"\n[model_providers.far]\nbase_url = "${url}"\n`,
    });
    const loaded = loadConfig({ codexHome: home, cwd, env: {}, overrides: [], flags: {} });
    if (!loaded.ok) {
      throw new Error(JSON.stringify(loaded.error));
    }
    const endpoint = {
      providerId: "far",
      baseUrl: url,
      queryParams: {},
      headers: {},
      wireApi: "chat" as const,
      dialect: generic,
      requestMaxRetries: 0,
      streamMaxRetries: 0,
      idleTimeoutMs: undefined,
    };
    const io: Io = {
      env: {},
      cwd,
      userHome: folder,
      stdin: () => process.stdin,
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      interrupt: new AbortController().signal,
    };
    const conversation = openConversation(
      {
        config: loaded.config,
        home,
        memory: openEndpointMemory(home),
        cwd,
        repositoryRoot: undefined,
        endpoint,
        offline,
      },
      io,
    );
    if (!conversation.ok) {
      throw new Error(JSON.stringify(conversation.error));
    }
    onTestFinished(() => conversation.close());
    const { askModel, model, tools } = conversation.dependencies;
    const end = await askModel(
      { model, instructions: "", items: [], tools: tools.specs },
      { signal: io.interrupt, emit: () => {} },
    );
    expect({ end, lookups: lookup.mock.calls.length }).toMatchObject({
      end: { type: "failed", error: { kind } },
      lookups,
    });
  },
);
