import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { ServerIdentity } from "../../src/servers/index.ts";
import { listen } from "./loopback.ts";

/** One kind of server: what each route answers, and what is to be understood from it. */
export interface ServerFixture {
  readonly name: string;
  readonly about: string;
  /** The header `server`. */
  readonly software?: string;
  /** Bodies, by method and path. */
  readonly routes: Readonly<Record<string, unknown>>;
  /** What any other route answers. */
  readonly fallback: { readonly status: number; readonly body: unknown };
  readonly identity: ServerIdentity;
  /** What is asked for the window, in order; absent where the list tells nothing and all is tried. */
  readonly asked?: readonly string[];
  /** The same where it is known who answered the last time. */
  readonly asked_again: readonly string[];
  /** The model that both are about; absent: any. */
  readonly asked_about?: string;
  /** The window by the name a request has; null: not told. */
  readonly windows: Readonly<Record<string, number | null>>;
}

const FOLDER = new URL("../../fixtures/servers/", import.meta.url);

export const serverFixtures: readonly ServerFixture[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({
    ...JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")),
    name: file.slice(0, -".json".length),
  }));

export function fixtureOf(name: string): ServerFixture {
  const fixture = serverFixtures.find((one) => one.name === name);
  if (fixture === undefined) {
    throw new Error(`no fixture ${name}`);
  }
  return fixture;
}

export interface FakeServer {
  /** With `/v1`. */
  readonly url: string;
  /** Methods and paths, in order. */
  readonly asked: readonly string[];
  /** The authorization of each. */
  readonly keys: readonly (string | undefined)[];
}

/** Answers like a server of that kind, on a port that is not its own. `key`: nothing is told without it. */
export async function startFakeServer(
  { routes, software, fallback }: Pick<ServerFixture, "routes" | "software" | "fallback">,
  { key }: { readonly key?: string } = {},
): Promise<FakeServer> {
  const asked: string[] = [];
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const name = `${request.method} ${request.url}`;
    asked.push(name);
    keys.push(request.headers.authorization);
    const body = routes[name];
    const isShut = key !== undefined && request.headers.authorization !== `Bearer ${key}`;
    const answer = isShut
      ? { status: 401, body: { error: { message: "invalid key" } } }
      : body === undefined
        ? fallback
        : { status: 200, body };
    response.writeHead(answer.status, {
      ...(software === undefined ? {} : { server: software }),
      "content-type": "application/json",
    });
    response.end(answer.body === null ? "404 page not found" : JSON.stringify(answer.body));
  });
  const port = await listen(server);
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${port}/v1`, asked, keys };
}
