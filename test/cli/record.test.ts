import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecording } from "../../src/cli/debug-replay.ts";
import { prepareFolder, recordingClient } from "../../src/cli/record.ts";
import { toVector } from "../../src/cli/record-vector.ts";
import type { HttpRequest } from "../../src/net/index.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { type Reply, scriptedHttp } from "../support/scripted-http.ts";
import { tempFolder } from "../support/temp-folder.ts";

const KEY = "sk-very/secret+key";

const endpoint = {
  providerId: "some-server",
  baseUrl: "http://user:pass%20word@127.0.0.1/v1",
  queryParams: { token: "query-token-1" },
  headers: { authorization: `Bearer ${KEY}`, "user-agent": "leat/0.1.0" },
  wireApi: "chat" as const,
  dialect: generic,
  requestMaxRetries: 0,
  streamMaxRetries: 0,
  idleTimeoutMs: undefined,
};

const tool = { type: "function", function: { name: "look", parameters: {} } };
const body = JSON.stringify({
  model: "m",
  stream: true,
  tools: [tool],
  messages: [{ content: `my ${KEY}` }],
});

const request: HttpRequest = {
  url: "http://127.0.0.1/v1/chat/completions?token=query-token-1",
  headers: endpoint.headers,
  body,
  signal: new AbortController().signal,
  idleTimeoutMs: undefined,
};

interface Recorded {
  readonly http: object;
  readonly chunks: readonly string[];
  readonly times_ms: readonly number[];
  readonly ended: string;
  readonly request: object;
}

const masked = "*".repeat(KEY.length);

interface Row {
  readonly what: string;
  readonly reply: Reply;
  readonly take?: "enough";
  readonly http: object;
  readonly chunks: readonly string[];
  readonly ended: string;
}

test.each<Row>([
  {
    what: "a whole answer",
    reply: { headers: { "content-type": "text/event-stream" }, chunks: ["one", "two"] },
    http: { status: 200, headers: { "content-type": "text/event-stream" } },
    chunks: ["one", "two"],
    ended: "complete",
  },
  {
    what: "one that is left",
    reply: { chunks: ["one", "two"] },
    take: "enough",
    http: { status: 200, headers: {} },
    chunks: ["one"],
    ended: "left: leat had read enough",
  },
  {
    what: "one that breaks",
    reply: { chunks: ["one", { break: "disconnected" }] },
    http: { status: 200, headers: {} },
    chunks: ["one"],
    ended: "broken: played: disconnected",
  },
  {
    what: "none at all",
    reply: { refuse: "connection_refused" },
    http: { status: 0, headers: {} },
    chunks: [],
    ended: "no answer: played: connection_refused",
  },
  {
    what: "an error that quotes the key, over a seam",
    reply: { status: 401, chunks: [`bad ${KEY.slice(0, 7)}`, `${KEY.slice(7)}, no`] },
    http: { status: 401, headers: {} },
    chunks: [`bad ${masked.slice(0, 7)}`, `${masked.slice(7)}, no`],
    ended: "complete",
  },
  {
    what: "headers that are private, or no longer true",
    reply: {
      headers: {
        "content-type": `text/plain; ${KEY}`,
        "set-cookie": "a=b",
        "openai-organization": "us",
        "content-encoding": "gzip",
        "content-length": "3",
        "retry-after": "2",
      },
      chunks: [],
    },
    http: { status: 200, headers: { "content-type": `text/plain; ${masked}`, "retry-after": "2" } },
    chunks: [],
    ended: "complete",
  },
])("$what is written down", async ({ reply, take, http, chunks, ended }) => {
  const folder = tempFolder();
  const seen: string[] = [];
  const client = recordingClient(scriptedHttp([reply]), { folder, endpoint, warn: fail });
  await client
    .post(request)
    .then((response) =>
      response.read((bytes) => {
        seen.push(Buffer.from(bytes).toString());
        return take ?? "more";
      }),
    )
    .catch(() => undefined);
  const [recorded] = recordings(folder);
  expect(recorded).toEqual({
    name: expect.stringMatching(/^recorded-.*-1$/),
    family: "recorded",
    server: "some-server",
    source: expect.stringMatching(/^leat .*, exec --record$/),
    provenance: "capture",
    api: "chat",
    request: {
      stream: true,
      tools: [tool],
      hints: { model: "m" },
      url: "/v1/chat/completions",
      body: { model: "m", stream: true, tools: [tool], messages: [{ content: `my ${masked}` }] },
    },
    http,
    encoding: "base64",
    chunks: chunks.map((chunk) => Buffer.from(chunk).toString("base64")),
    times_ms: chunks.map(() => expect.any(Number)),
    ended,
  });
  // The decoder gets what came, the key included: only the copy is masked.
  expect(seen.map((text) => text.length)).toEqual(chunks.map((text) => text.length));
});

test("an aborted call is written, and the abort goes on", async () => {
  const folder = tempFolder();
  const abort = new AbortController();
  const http = scriptedHttp([{ chunks: ["one", { run: () => abort.abort() }] }]);
  const client = recordingClient(http, { folder, endpoint, warn: fail });
  const response = await client.post({ ...request, signal: abort.signal });
  await expect(response.read(() => "more")).rejects.toBe(abort.signal.reason);
  expect(recordings(folder)).toMatchObject([{ ended: "broken: aborted", chunks: ["b25l"] }]);
});

test("each call has a file of its own, for its owner alone, and can be replayed", async () => {
  const folder = tempFolder();
  const client = recordingClient(scriptedHttp([{ chunks: ["a"] }]), { folder, endpoint, warn: fail });
  for (let count = 0; count < 2; count += 1) {
    await (await client.post(request)).read(() => "more");
  }
  const paths = readdirSync(folder).map((name) => join(folder, name));
  expect(paths).toHaveLength(2);
  for (const path of paths) {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readRecording(readFileSync(path))).toMatchObject({
      ok: true,
      recording: { status: 200, chunks: [Buffer.from("a")], tools: [{ name: "look" }], model: "m" },
    });
  }
});

test("a recording that can't be written is told, and ends nothing", async () => {
  const folder = join(tempFolder(), "gone");
  const warnings: string[] = [];
  const client = recordingClient(scriptedHttp([{ chunks: ["a"] }]), {
    folder,
    endpoint,
    warn: (sentence) => warnings.push(sentence),
  });
  await (await client.post(request)).read(() => "more");
  expect(warnings).toEqual([expect.stringMatching(/^the recording .*gone.* can't be written: ENOENT/)]);
});

test.each([
  { what: "as it is", secret: 'abc"def\\ghi', text: 'x abc"def\\ghi y' },
  { what: "in JSON", secret: 'abc"def\\ghi', text: String.raw`x abc\"def\\ghi y` },
  { what: "in a query", secret: "abc/def ghi", text: "x abc%2Fdef%20ghi y" },
  { what: "outside ASCII", secret: "schlüssel", text: "x schlüssel y" },
])("a key is found $what", ({ secret, text }) => {
  const vector = toVector({
    name: "n",
    program: "p",
    providerId: "s",
    url: "http://127.0.0.1/v1/responses",
    body: "no JSON",
    secrets: [secret],
    answer: undefined,
    chunks: [{ bytes: Buffer.from(text), atMs: 1.26 }],
    ended: text,
  }) as Recorded;
  expect(vector).toMatchObject({ api: "responses", times_ms: [1.3] });
  expect(vector.request).toMatchObject({ body: "no JSON", stream: false, tools: [] });
  expect(vector.ended).toMatch(/^x \*+ y$/);
  expect(Buffer.from(vector.chunks[0] ?? "", "base64").toString()).toMatch(/^x \*+ y$/);
});

test("a folder is made, with those above it", () => {
  const folder = join(tempFolder(), "a/b");
  expect(prepareFolder(folder)).toBe(undefined);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a folder that can't be had is told before anything is sent", () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  for (const path of [file, join(file, "below")]) {
    expect(prepareFolder(path)).toMatchObject({
      message: expect.stringContaining(`nothing can be recorded in ${path}: `),
      hint: expect.stringContaining("--record"),
    });
  }
});

test.skipIf(process.platform !== "linux")(
  "a folder that can't come into being (/proc of Linux) is no endless try",
  () => {
    expect(prepareFolder("/proc/leat/recordings")?.message).toContain("ENOENT");
  },
);

test.skipIf(process.getuid?.() === 0)("a folder that can't be written to (not asked of root)", () => {
  const folder = tempFolder();
  chmodSync(folder, 0o500);
  expect(prepareFolder(folder)?.message).toContain("EACCES");
});

function recordings(folder: string): Recorded[] {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

function fail(sentence: string): never {
  throw new Error(sentence);
}
