import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startPracticeServer } from "../../src/practice/server.ts";
import { createBench, localConfig } from "./support.ts";

const CALL = { calls: [{ name: "shell", arguments: { command: "sleep 1" } }] };

/** What the server was asked in a session of two requests, and how long the model stays afterwards, in minutes. */
async function session(face: "ollama" | "lmstudio", more: string) {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const server = await startPracticeServer({
    pace: "full",
    face,
    // One that was there before anybody asked stays for ever.
    loadMs: 1,
    script: { model: "m", replies: [CALL, { text: "Done." }] },
    onRequest({ method, path, json }) {
      asked.push(`${method} ${path}`);
      bodies.push(json);
    },
  });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(
    localConfig(server.url, `model_context_window = 32768\nsandbox_mode = "danger-full-access"\n${more}`),
  );
  mkdirSync(join(bench.home, "leat"));
  const facts = { endpoints: { [server.url]: { kind: face } } };
  writeFileSync(join(bench.home, "leat", "endpoints.json"), JSON.stringify(facts));
  const run = await bench.leat(["exec", "Go.", "-c", 'model="m"']);
  expect(run.code, run.stderr).toBe(0);
  const leftMinutes = async () => {
    const response = await fetch(new URL("/api/ps", server.url));
    const { models } = (await response.json()) as { models: { expires_at: string }[] };
    return Math.round((Date.parse(models[0]?.expires_at ?? "") - Date.now()) / 60_000);
  };
  return { asked, bodies, leftMinutes };
}

const CHAT = "POST /v1/chat/completions";

test("Ollama keeps the model for an hour after a session, asked once and without a prompt", async () => {
  const { asked, bodies, leftMinutes } = await session("ollama", "");
  expect(asked.filter((name) => name === CHAT)).toHaveLength(2);
  expect(asked.filter((name) => name !== CHAT)).toEqual(["GET /api/ps", "POST /api/generate"]);
  expect(bodies[asked.indexOf("POST /api/generate")]).toEqual({
    model: "m",
    keep_alive: "60m",
    stream: false,
  });
  expect(await leftMinutes()).toBe(60);
});

test("Ollama is asked for nothing where that is switched off", async () => {
  const { asked, leftMinutes } = await session("ollama", "keep_model_loaded_minutes = 0");
  expect(asked).toEqual([CHAT, CHAT]);
  expect(await leftMinutes()).toBe(5);
});

test.each([
  { more: "", ttls: [undefined, undefined] },
  { more: "keep_model_loaded_minutes = 90", ttls: [5400, 5400] },
  { more: "keep_model_loaded_minutes = 0", ttls: [undefined, undefined] },
])("LM Studio is told with each request, where the user has set a time: $more", async ({ more, ttls }) => {
  const { asked, bodies } = await session("lmstudio", more);
  expect(asked).toEqual([CHAT, CHAT]);
  expect(bodies.map((body) => (body as { ttl?: number }).ttl)).toEqual(ttls);
});
