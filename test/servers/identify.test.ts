import { describe, expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/net/index.ts";
import type { ServerKind } from "../../src/protocol/index.ts";
import {
  type Identification,
  type IdentifyOptions,
  identifyServer,
  modelNamed,
} from "../../src/servers/index.ts";
import { fixtureOf, serverFixtures, startFakeServer } from "../support/fake-server.ts";
import { findFreePort, startLoopback } from "../support/loopback.ts";

interface Question {
  readonly about?: IdentifyOptions["about"];
  readonly expected?: ServerKind;
  readonly key?: string;
  readonly timeoutMs?: number;
  readonly triesRoutes?: boolean;
}

function identify(baseUrl: string, question: Question = {}): Promise<Identification> {
  const { key, ...others } = question;
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return identifyServer(
    { baseUrl, queryParams: {}, headers },
    {
      http,
      signal: new AbortController().signal,
      timeoutMs: 5_000,
      about: "all",
      triesRoutes: true,
      ...others,
    },
  );
}

describe.each(serverFixtures)("$name", (fixture) => {
  const [anyModel = ""] = Object.keys(fixture.windows);
  const about = { model: fixture.asked_about ?? anyModel, whenLoaded: true } as const;

  test("all that it tells is understood", async () => {
    const server = await startFakeServer(fixture);
    expect(await identify(server.url)).toEqual({ type: "identified", server: fixture.identity });
  });

  test("the window of a model as it runs", async () => {
    const windows: Record<string, number | null> = {};
    for (const model of Object.keys(fixture.windows)) {
      const server = await startFakeServer(fixture);
      const found = await identify(server.url, { about: { model, whenLoaded: true } });
      windows[model] =
        found.type === "identified" ? (modelNamed(found.server, model)?.contextWindow ?? null) : null;
    }
    expect(windows).toEqual(fixture.windows);
  });

  test("no more is asked for it than needed", async () => {
    const server = await startFakeServer(fixture);
    await identify(server.url, { about });
    expect(fixture.asked === undefined ? undefined : server.asked).toEqual(fixture.asked);
    expect(new Set(server.asked).size).toBe(server.asked.length);
  });

  test("one that is known is asked in its own way at once", async () => {
    const server = await startFakeServer(fixture);
    const found = await identify(server.url, { about, expected: fixture.identity.kind });
    expect(found).toMatchObject({ type: "identified", server: { kind: fixture.identity.kind } });
    expect(server.asked).toEqual(fixture.asked_again);
  });

  test("with a key, and never without", async () => {
    const server = await startFakeServer(fixture, { key: "sesame" });
    expect(await identify(server.url)).toEqual({ type: "refused", status: 401 });
    expect(await identify(server.url, { key: "sesame" })).toEqual({
      type: "identified",
      server: fixture.identity,
    });
  });
});

describe("another server than before", () => {
  const kinds = ["lmstudio", "ollama", "llamacpp", "vllm", "koboldcpp", "openai-like"];
  const pairs = kinds.flatMap((expected) => kinds.map((name) => [expected, name] as const));
  test.each(pairs.filter(([expected, name]) => expected !== name && name !== "openai-like"))(
    "%s was here, and now it is %s",
    async (expected, name) => {
      const server = await startFakeServer(fixtureOf(name));
      const found = await identify(server.url, { expected: expected as ServerKind });
      expect(found).toEqual({ type: "identified", server: fixtureOf(name).identity });
    },
  );
});

test("a server of others is asked for its list alone where routes are not tried", async () => {
  const server = await startFakeServer(fixtureOf("openai-like"));
  await identify(server.url, { triesRoutes: false });
  expect(server.asked).toEqual(["GET /v1/models"]);
});

describe("what is no model server, or a hostile one", () => {
  const html = "<!doctype html><title>It works!</title>";
  const deep = "[".repeat(200_000);
  test.each([
    { name: "HTML", status: 200, body: html, type: "foreign" },
    { name: "JSON of another kind", status: 200, body: '{"data": "none", "models": 7}', type: "foreign" },
    {
      name: "a list of nonsense",
      status: 200,
      body: '{"object":"list","data":[null,7,{"id":5}]}',
      type: "identified",
    },
    { name: "deep JSON", status: 200, body: deep, type: "foreign" },
    { name: "nothing", status: 204, body: "", type: "foreign" },
    { name: "404", status: 404, body: "", type: "foreign" },
    { name: "500", status: 500, body: "{}", type: "foreign" },
    { name: "403", status: 403, body: "{}", type: "refused" },
  ])("$name", async ({ status, body, type }) => {
    const server = await startLoopback(
      (response) => {
        response.writeHead(status, { "content-type": "text/html" }).end(body);
      },
      { takesGet: true },
    );
    onTestFinished(() => server.close());
    expect(await identify(server.url)).toMatchObject(
      type === "identified" ? { type, server: { models: [] } } : { type },
    );
  });

  test("a redirect is not followed, and the key stays here", async () => {
    const target = await startFakeServer(fixtureOf("vllm"));
    const server = await startLoopback(
      (response, request) => {
        response.writeHead(307, { location: new URL(request.url ?? "", target.url).href }).end();
      },
      { takesGet: true },
    );
    onTestFinished(() => server.close());
    expect(await identify(server.url, { key: "sesame" })).toEqual({ type: "foreign", status: 307 });
    expect(target.asked).toEqual([]);
  });

  test("a body without end is left", async () => {
    const server = await startLoopback(
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const more = () => {
          while (response.write("[".repeat(65_536))) {}
        };
        response.on("drain", more);
        more();
      },
      { takesGet: true },
    );
    onTestFinished(() => server.close());
    expect(await identify(server.url)).toEqual({ type: "foreign", status: 200 });
  });

  test("one that says nothing is given up in time", async () => {
    const server = await startLoopback(() => {}, { takesGet: true });
    onTestFinished(() => server.close());
    expect(await identify(server.url, { timeoutMs: 80 })).toEqual({ type: "silent" });
  });

  test("nobody there", async () => {
    const port = await findFreePort();
    expect(await identify(`http://127.0.0.1:${port}/v1`)).toMatchObject({
      type: "unreachable",
      error: { kind: "connection_refused" },
    });
  });

  test("who aborts gets an answer at once", async () => {
    const server = await startLoopback(() => {}, { takesGet: true });
    onTestFinished(() => server.close());
    const http = createHttpClient(new Set());
    const stop = new AbortController();
    const found = identifyServer(
      { baseUrl: server.url, queryParams: {}, headers: {} },
      { http, signal: stop.signal, timeoutMs: 60_000, about: "all", triesRoutes: true },
    );
    stop.abort();
    expect(await found).toEqual({ type: "silent" });
  });
});
