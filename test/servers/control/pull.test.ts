import { expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../../src/net/index.ts";
import type { ServerKind } from "../../../src/protocol/index.ts";
import { modelControl, type PullEnd, type PullNews } from "../../../src/servers/index.ts";
import {
  type ControlServer,
  layer,
  lines,
  startControlServer,
  status,
} from "../../support/control-server.ts";
import { findFreePort } from "../../support/loopback.ts";

interface Pulled {
  readonly end: PullEnd;
  readonly news: readonly PullNews[];
}

async function pull(
  { url }: Pick<ControlServer, "url">,
  kind: ServerKind,
  {
    onNews,
    signal = new AbortController().signal,
  }: { onNews?: (news: PullNews) => void; signal?: AbortSignal } = {},
): Promise<Pulled> {
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const news: PullNews[] = [];
  const end = await modelControl(kind).pull?.("qwen3:8b", {
    address: { baseUrl: url, queryParams: {}, headers: { authorization: "Bearer sesame" } },
    http,
    signal,
    onNews: (one) => {
      news.push(one);
      onNews?.(one);
    },
    delayMs: () => 1,
    pollMs: 1,
  });
  if (end === undefined) {
    throw new Error(`${kind} pulls nothing`);
  }
  return { end, news };
}

const doneBytes = (news: readonly PullNews[]) =>
  news.flatMap((one) => (one.type === "progress" ? [one.progress.doneBytes] : []));
const retries = (news: readonly PullNews[]) =>
  news.flatMap((one) => (one.type === "retry" ? [[one.attempt, one.most]] : []));

const BODY = '{"model":"qwen3:8b","stream":true}';

test("Ollama: from the manifest to success", async () => {
  const server = await startControlServer({
    "POST /api/pull": [
      lines([{ status: "pulling manifest" }, layer("a", 100), layer("a", 100, 100), { status: "success" }]),
    ],
  });
  expect(await pull(server, "ollama")).toEqual({
    end: { type: "pulled" },
    news: [
      { type: "stage", text: "pulling manifest" },
      { type: "progress", progress: { doneBytes: 0, totalBytes: 100 } },
      { type: "progress", progress: { doneBytes: 100, totalBytes: 100 } },
    ],
  });
  expect(server.asked).toEqual([`POST /api/pull ${BODY}`]);
});

test("Ollama: a connection that breaks in the middle is made anew, and goes on", async () => {
  const server = await startControlServer({
    "POST /api/pull": [
      lines([layer("a", 100, 10), layer("a", 100, 40)], "cut"),
      lines([layer("a", 100, 40), layer("a", 100, 70)], "cut"),
      lines([layer("a", 100, 70), layer("a", 100, 100), { status: "success" }]),
    ],
  });
  const { end, news } = await pull(server, "ollama");
  expect({ end, done: doneBytes(news), retries: retries(news) }).toEqual({
    end: { type: "pulled" },
    done: [10, 40, 40, 70, 70, 100],
    // What got further counts from one again.
    retries: [
      [1, 4],
      [1, 4],
    ],
  });
});

test("Ollama: a stream that ends without success is tried again, and given up when nothing moves", async () => {
  const server = await startControlServer({ "POST /api/pull": [lines([layer("a", 100, 40)])] });
  const { end, news } = await pull(server, "ollama");
  expect({ end, retries: retries(news), asked: server.asked.length }).toEqual({
    end: {
      type: "broken",
      error: {
        kind: "incomplete",
        message: "the stream ended without success",
        url: server.url.replace("/v1", "/api/pull"),
      },
    },
    retries: [
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ],
    asked: 5,
  });
});

test("Ollama: what its registry stopped sending is asked for again", async () => {
  const server = await startControlServer({
    "POST /api/pull": [
      lines([layer("a", 100, 40), { error: "max retries exceeded: unexpected EOF" }]),
      lines([layer("a", 100, 100), { status: "success" }]),
    ],
  });
  expect((await pull(server, "ollama")).end).toEqual({ type: "pulled" });
});

test.each<[name: string, reply: Parameters<typeof startControlServer>[0][string][number], end: object]>([
  [
    "a full disk",
    lines([layer("a", 100, 40), { error: "write /m/blobs/sha256-a-partial-0: no space left on device" }]),
    { reason: "disk-full", message: "write /m/blobs/sha256-a-partial-0: no space left on device" },
  ],
  [
    "no such model",
    lines([{ status: "pulling manifest" }, { error: "pull model manifest: file does not exist" }]),
    { reason: "no-such-model", message: "pull model manifest: file does not exist" },
  ],
  [
    "a bad name",
    status(400, { error: "invalid model name" }),
    { reason: "bad-name", message: "invalid model name", status: 400 },
  ],
  ["HTTP 500", status(500, { error: "boom" }), { reason: "other", message: "boom", status: 500 }],
  [
    "a page of a proxy",
    (response) => void response.writeHead(403).end("<html>"),
    { reason: "wants-key", message: "HTTP 403", status: 403 },
  ],
])("Ollama: %s is told, and not tried again", async (_name, reply, refusal) => {
  const server = await startControlServer({ "POST /api/pull": [reply] });
  const { end, news } = await pull(server, "ollama");
  expect([end, retries(news)]).toEqual([{ type: "refused", refusal }, []]);
});

test.each(["ollama", "lmstudio"] as const)("%s: one that was never there is not waited for", async (kind) => {
  const { end, news } = await pull({ url: `http://127.0.0.1:${await findFreePort()}/v1` }, kind);
  expect([end, news]).toMatchObject([{ type: "broken", error: { kind: "connection_refused" } }, []]);
});

test("Ollama: one that is stopped in the middle is waited for a while", async () => {
  const server = await startControlServer({ "POST /api/pull": [lines([layer("a", 100, 40)], "hold")] });
  const { end, news } = await pull(server, "ollama", {
    onNews: ({ type }) => {
      if (type === "progress") {
        void server.stop();
      }
    },
  });
  expect([end, retries(news).length]).toMatchObject([
    { type: "broken", error: { kind: "connection_refused" } },
    4,
  ]);
});

test("Ollama: an interrupt closes the connection at once", async () => {
  const stop = new AbortController();
  let closed: Promise<void> | undefined;
  const server = await startControlServer({
    "POST /api/pull": [
      (response, request) => {
        closed = new Promise((resolve) => request.socket.once("close", () => resolve()));
        response.writeHead(200).write(`${JSON.stringify(layer("a", 100, 40))}\n`);
      },
    ],
  });
  const { end } = await pull(server, "ollama", {
    signal: stop.signal,
    onNews: () => stop.abort(),
  });
  expect(end).toEqual({ type: "interrupted" });
  await closed;
});

test("an interrupt between two attempts ends the waiting", async () => {
  const stop = new AbortController();
  const server = await startControlServer({ "POST /api/pull": [lines([layer("a", 100, 40)], "cut")] });
  const { end } = await pull(server, "ollama", {
    signal: stop.signal,
    onNews: ({ type }) => type === "retry" && stop.abort(),
  });
  expect([end, server.asked.length]).toEqual([{ type: "interrupted" }, 1]);
});

const DOWNLOAD = "POST /api/v1/models/download";
const STATUS = "GET /api/v1/models/download/status/job%2F1";
const job = (downloaded: number, more: object = {}) => ({
  job_id: "job/1",
  status: "downloading",
  total_size_bytes: 100,
  downloaded_bytes: downloaded,
  ...more,
});

test("LM Studio: the download is watched until it is over", async () => {
  const server = await startControlServer({
    [DOWNLOAD]: [job(0)],
    [STATUS]: [
      job(40, { bytes_per_second: 12 }),
      job(60, { status: "paused" }),
      job(80),
      job(100, { status: "completed" }),
    ],
  });
  expect(await pull(server, "lmstudio")).toEqual({
    end: { type: "pulled" },
    news: [
      { type: "progress", progress: { doneBytes: 0, totalBytes: 100 } },
      { type: "progress", progress: { doneBytes: 40, totalBytes: 100, bytesPerSecond: 12 } },
      { type: "paused" },
      { type: "progress", progress: { doneBytes: 80, totalBytes: 100 } },
    ],
  });
  expect(server.asked).toEqual([`${DOWNLOAD} {"model":"qwen3:8b"}`, STATUS, STATUS, STATUS, STATUS]);
});

test("LM Studio: what is there is not fetched", async () => {
  const server = await startControlServer({ [DOWNLOAD]: [{ status: "already_downloaded" }] });
  expect((await pull(server, "lmstudio")).end).toEqual({ type: "there-already" });
});

test("LM Studio: a broken connection only means asking again", async () => {
  const server = await startControlServer({
    [DOWNLOAD]: [job(0)],
    // The first break of a connection that was kept alive is mended below.
    [STATUS]: [
      job(40),
      (response) => response.destroy(),
      (response) => response.destroy(),
      job(100, { status: "completed" }),
    ],
  });
  const { end, news } = await pull(server, "lmstudio");
  expect([end, retries(news), server.asked.filter((one) => one.startsWith(DOWNLOAD)).length]).toEqual([
    { type: "pulled" },
    [[1, 4]],
    1,
  ]);
});

test("LM Studio: one that was restarted, and has forgotten, is asked for the download anew", async () => {
  const server = await startControlServer({
    [DOWNLOAD]: [job(0), job(50, { status: "completed" })],
    [STATUS]: [job(40), status(404, { error: { message: "job not found" } })],
  });
  expect((await pull(server, "lmstudio")).end).toEqual({ type: "pulled" });
});

test("LM Studio: one that fails is told", async () => {
  const server = await startControlServer({
    [DOWNLOAD]: [job(0)],
    [STATUS]: [job(40, { status: "failed", error: { message: "ENOSPC: no space left on device, write" } })],
  });
  expect((await pull(server, "lmstudio")).end).toEqual({
    type: "refused",
    refusal: { reason: "disk-full", message: "ENOSPC: no space left on device, write" },
  });
});
