import { setMaxListeners } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/net/index.ts";
import { chatModels, type Discovery, discoverServers } from "../../src/servers/index.ts";
import { fixtureOf, type ServerFixture, serverFixtures, startFakeServer } from "../support/fake-server.ts";
import { findFreePort, listen, startLoopback } from "../support/loopback.ts";

function discover(ports: readonly number[], timeoutMs = 5_000, signal = new AbortController().signal) {
  // One a port, and here are more than there are in earnest.
  setMaxListeners(0, signal);
  const http = createHttpClient(new Set());
  onTestFinished(() => http.close());
  return discoverServers({ http, signal, ports, timeoutMs });
}

const portOf = ({ url }: { readonly url: string }) => Number(new URL(url).port);

/** Takes connections and never says a word. */
async function startDead(): Promise<number> {
  const sockets: { destroy(): void }[] = [];
  const server = createServer((socket) => sockets.push(socket));
  const port = await listen(server);
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => resolve());
      }),
  );
  return port;
}

test("every kind is found, whatever its port; those with a loaded model first", async () => {
  const servers: { fixture: ServerFixture; port: number }[] = [];
  for (const fixture of serverFixtures) {
    servers.push({ fixture, port: portOf(await startFakeServer(fixture)) });
  }
  const isLoaded = ({ fixture }: (typeof servers)[number]) =>
    chatModels(fixture.identity).some(({ state }) => state === "loaded");
  const expected = [...servers.filter(isLoaded), ...servers.filter((one) => !isLoaded(one))];
  expect(await discover(servers.map(({ port }) => port))).toEqual({
    found: expected.map(({ fixture, port }) => ({
      port,
      baseUrl: `http://localhost:${port}/v1`,
      server: fixture.identity,
    })),
    wantKey: [],
    silent: [],
  });
  expect(expected.map(({ fixture }) => fixture.name)).not.toEqual(serverFixtures.map(({ name }) => name));
});

const found = ({ found }: Discovery) => found.map(({ port, server }) => [port, server.kind]);

describe("among others", () => {
  test("two of one kind, and a kind on another's port: each is what it says it is", async () => {
    const servers = [];
    for (const name of ["mlx", "ollama", "llamacpp", "ollama", "koboldcpp"]) {
      servers.push([portOf(await startFakeServer(fixtureOf(name))), name] as const);
    }
    const ports = servers.map(([port]) => port);
    const [mlx, ...loaded] = servers;
    expect(found(await discover(ports))).toEqual([...loaded, mlx]);
  });

  test("one that wants a key is told apart from other software that refuses", async () => {
    const shut = portOf(await startFakeServer(fixtureOf("vllm"), { key: "sesame" }));
    const refusing = await startLoopback((response) => response.writeHead(403).end(), { takesGet: true });
    const web = await startLoopback((response) => response.writeHead(200).end("<html>"), { takesGet: true });
    onTestFinished(async () => {
      await refusing.close();
      await web.close();
    });
    const nobody = await findFreePort();
    expect(await discover([portOf(refusing), nobody, shut, portOf(web)])).toEqual({
      found: [],
      wantKey: [shut],
      silent: [],
    });
    expect([refusing.bodies.length, web.bodies.length]).toEqual([1, 1]);
  });

  test("a dead one is given up, and the others are there", async () => {
    const dead = await startDead();
    const alive = portOf(await startFakeServer(fixtureOf("ollama")));
    const discovery = await discover([dead, alive], 150);
    expect([found(discovery), discovery.silent]).toEqual([[[alive, "ollama"]], [dead]]);
  });

  test("one that dies while it is asked is what it was known as by then", async () => {
    const { routes } = fixtureOf("ollama");
    const server = await startLoopback(
      (response, request) => {
        const body = routes[`${request.method} ${request.url}`];
        if (body !== undefined && request.url !== "/api/tags") {
          response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
        }
      },
      { takesGet: true },
    );
    onTestFinished(() => server.close());
    expect(found(await discover([portOf(server)], 150))).toEqual([[portOf(server), "ollama"]]);
  });

  test("one that dies after its list is known by the list", async () => {
    const { routes } = fixtureOf("ollama");
    const server = await startLoopback(
      (response, request) => {
        if (request.url === "/v1/models") {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify(routes["GET /v1/models"]));
        }
      },
      { takesGet: true },
    );
    onTestFinished(() => server.close());
    expect(await discover([portOf(server)], 150)).toMatchObject({
      found: [{ server: { kind: "ollama", models: [{ id: "gpt-oss:20b" }, {}, {}] } }],
    });
  });

  test("what ends the wait is the signal, too", async () => {
    const dead = await startDead();
    const stop = new AbortController();
    const discovery = discover([dead], 600_000, stop.signal);
    stop.abort();
    expect(await discovery).toEqual({ found: [], wantKey: [], silent: [dead] });
  });
});

test("no key is sent, and nothing but questions", async () => {
  const server = await startFakeServer(fixtureOf("ollama"));
  await discover([portOf(server)]);
  expect(new Set(server.keys)).toEqual(new Set([undefined]));
  expect(server.asked.filter((name) => !/^GET |^POST \/api\/show$/.test(name))).toEqual([]);
});
