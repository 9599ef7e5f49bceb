import { expect, test } from "vitest";
import type { PracticeServer } from "../../src/practice/index.ts";
import { ask, startServer } from "./support.ts";

interface Line {
  status?: string;
  error?: string;
  total?: number;
  completed?: number;
}

async function pull(server: PracticeServer, model: string) {
  const answer = await ask(server, { path: "/api/pull", body: { model } });
  const lines = answer.body
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));
  return { lines, status: answer.status, end: answer.end };
}

async function tags(server: PracticeServer): Promise<readonly string[]> {
  const answer = await ask(server, { method: "GET", path: "/api/tags" });
  return JSON.parse(answer.body).models.map(({ name }: { name: string }) => name);
}

test("a pull tells how far it is, and then the model is there", async () => {
  const server = await startServer({ face: "ollama" });
  const { lines, status } = await pull(server, "qwen3:8b");
  expect(status).toBe(200);
  expect(lines[0]).toEqual({ status: "pulling manifest" });
  expect(lines.slice(-3)).toEqual([
    { status: "verifying sha256 digest" },
    { status: "writing manifest" },
    { status: "success" },
  ]);
  const layers = lines.filter(({ total }) => total !== undefined);
  const completed = layers.map((line) => line.completed ?? 0);
  expect(completed).toEqual([...completed].sort((left, right) => left - right));
  expect(layers.at(-1)?.completed).toBe(layers[0]?.total);
  expect(layers[0]).toMatchObject({ status: expect.stringMatching(/^pulling [0-9a-f]{12}$/) });
  expect(await tags(server)).toEqual(["leat-practice", "qwen3:8b"]);
});

test.each([
  ["missing-model", "pull model manifest: file does not exist"],
  ["diskfull", "no space left on device"],
])("%s: an error line, and no model", async (name, error) => {
  const server = await startServer({ face: "ollama" });
  const { lines, status } = await pull(server, name);
  expect([status, lines.at(-1)]).toEqual([200, { error: expect.stringContaining(error) }]);
  expect(await tags(server)).toEqual(["leat-practice"]);
});

test("a pull that broke off goes on where it was", async () => {
  const server = await startServer({ face: "ollama" });
  const first = await pull(server, "broken");
  expect(first.end).toBe("broken");
  const reached = first.lines.at(-1)?.completed ?? 0;
  expect(reached).toBeGreaterThan(0);
  const second = await pull(server, "broken");
  const [start] = second.lines.filter(({ total }) => total !== undefined);
  expect(start?.completed).toBe(reached);
  expect(second.lines.at(-1)).toEqual({ status: "success" });
});

test("LM Studio's download is a job that is asked for", async () => {
  const server = await startServer({ face: "lmstudio" });
  const post = async (model: string) => {
    const answer = await ask(server, { path: "/api/v1/models/download", body: { model } });
    return { status: answer.status, ...JSON.parse(answer.body) };
  };
  const get = async (path: string) => JSON.parse((await ask(server, { method: "GET", path })).body);
  expect(await post("leat-practice")).toEqual({ status: "already_downloaded" });
  const job = await post("qwen/qwen3-8b");
  expect(job).toMatchObject({
    job_id: expect.stringMatching(/^job_[0-9a-f]{10}$/),
    total_size_bytes: expect.any(Number),
  });
  let status = await get(`/api/v1/models/download/status/${job.job_id}`);
  while (status.status !== "completed") {
    status = await get(`/api/v1/models/download/status/${job.job_id}`);
  }
  expect(status).toEqual({
    job_id: job.job_id,
    status: "completed",
    total_size_bytes: job.total_size_bytes,
    downloaded_bytes: job.total_size_bytes,
    started_at: expect.any(String),
    completed_at: expect.any(String),
  });
  const { models } = await get("/api/v1/models");
  expect(models.map(({ key }: { key: string }) => key)).toEqual(["leat-practice", "qwen/qwen3-8b"]);
  expect(await post("missing/model")).toMatchObject({ status: 404 });
  expect(await get("/api/v1/models/download/status/job_none")).toMatchObject({
    error: { type: "job_not_found" },
  });
});
