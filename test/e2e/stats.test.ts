import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorkbench, localConfig } from "./support.ts";

const ANSWER = {
  text: "It is a project of ten files or so, and they do what their names say.",
  pace: { tokens_per_second: 200 },
};

async function bench(replies: number, more = "") {
  const made = await createWorkbench(Array.from({ length: replies }, () => ANSWER));
  made.writeConfig(localConfig(made.server.url, `model_context_window = 32768\n${more}`));
  const file = join(made.home, "leat/stats.jsonl");
  return { ...made, file };
}

test("each answer leaves a line, and leat stats shows them", async () => {
  const user = await bench(3);
  for (const _ of [1, 2, 3]) {
    expect((await user.leat(["exec", "secret question"])).code).toBe(0);
  }
  const text = readFileSync(user.file, "utf8");
  expect(statSync(user.file).mode & 0o777).toBe(0o600);
  expect(text).not.toContain("secret");
  expect(text).not.toContain("ten files");
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({
    provider: "local-oss",
    host: `127.0.0.1:${user.server.port}`,
    model: "openai/gpt-oss-20b",
    request: 1,
    context_window: 32_768,
    decode_by: "server",
  });

  const shown = await user.leat(["stats"]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("openai/gpt-oss-20b · local-oss · 127.0.0.1");
  expect(shown.stdout).toContain("3 answers in 3 sessions");
  expect(shown.stdout).toContain("by session");
  const json = JSON.parse((await user.leat(["stats", "--json"])).stdout);
  expect(json.models[0]).toMatchObject({ responses: 3, sessions: 3 });
  const page = join(user.project, "stats.html");
  expect((await user.leat(["stats", "--html", "stats.html"])).stdout).toBe(`${page}\n`);
  expect(readFileSync(page, "utf8")).toContain("<svg");

  appendFileSync(user.file, '{"at":"2026-\n');
  const mended = await user.leat(["stats", "--model", "another"]);
  expect(mended.stderr).toContain("1 lines of leat/stats.jsonl are no figures");
  expect(mended.stdout).toContain('There are figures of: "openai/gpt-oss-20b"');
  const nowhere = await user.leat(["stats", "--html", "no/such/folder.html"]);
  expect(nowhere.code).toBe(1);
  expect(nowhere.stderr).toContain("can't be written");
});

test("several at a time: no line is lost or broken", async () => {
  const user = await bench(6);
  await Promise.all([1, 2, 3, 4, 5, 6].map(() => user.leat(["exec", "hi"])));
  const lines = readFileSync(user.file, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).model)).toEqual(Array(6).fill("openai/gpt-oss-20b"));
});

test("off by a key, and silent where there is none yet", async () => {
  const user = await bench(1, "stats = false\n");
  expect((await user.leat(["exec", "hi"])).code).toBe(0);
  expect(existsSync(user.file)).toBe(false);
  const shown = await user.leat(["stats"]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("No figures yet");
});

test("a file that can't be written is no trouble for the turn", async () => {
  const user = await bench(1);
  mkdirSync(user.file, { recursive: true });
  chmodSync(user.file, 0o500);
  const run = await user.leat(["exec", "hi"]);
  expect({ code: run.code, stderr: run.stderr.includes("stats") }).toEqual({ code: 0, stderr: false });
  const shown = await user.leat(["stats"]);
  expect(shown.code).toBe(1);
  expect(shown.stderr).toContain("can't be read");
});

test("the speed of reading is learnt of a prompt that is long enough", async () => {
  const user = await createWorkbench([{ ...ANSWER, prefill: { tokens: 900, ms: 300 } }]);
  user.writeConfig(localConfig(user.server.url, "model_context_window = 32768"));
  expect((await user.leat(["exec", "hi"])).code).toBe(0);
  const stored = JSON.parse(readFileSync(join(user.home, "leat/endpoints.json"), "utf8"));
  const [place] = Object.values(stored.endpoints) as {
    models: Record<string, { prefillTokensPerSecond: number }>;
  }[];
  const speed = place?.models["openai/gpt-oss-20b"]?.prefillTokensPerSecond ?? 0;
  expect(speed).toBeGreaterThan(500);
  expect(speed).toBeLessThan(3100);
});
