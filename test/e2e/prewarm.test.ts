import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type PracticeOptions, type PracticeServer, startPracticeServer } from "../../src/practice/server.ts";
import { listen } from "../support/loopback.ts";
import { delta, sse } from "../support/scripted-http.ts";
import { createBench, localConfig } from "./support.ts";

const QUIET = "model_context_window = 32768\nstats = false";

async function warmBench(options: PracticeOptions = {}, more = "") {
  const server = await startPracticeServer({ pace: "full", face: "llamacpp", slots: 2, ...options });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(localConfig(server.url, `${QUIET}\n${more}`));
  remember(bench.home, server.url, { kind: "llamacpp", slots: options.slots ?? 2 });
  return { ...bench, server };
}

/** As an earlier session would have left it. */
function remember(home: string, url: string, facts: object): void {
  mkdirSync(join(home, "leat"));
  writeFileSync(join(home, "leat", "endpoints.json"), JSON.stringify({ endpoints: { [url]: facts } }));
}

function logOf(home: string): string {
  const path = join(home, "log", "leat.log");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function bodyOf(server: PracticeServer, index: number) {
  return server.requests[index]?.json as { messages: { role: string; content: string }[] } & Record<
    string,
    unknown
  >;
}

describe("while the prompt is typed into stdin", () => {
  test("the server reads what is sure of it, and the real request finds that in the cache", async () => {
    const { server, start, sessionLines, home } = await warmBench();
    const running = start(["exec", "-v"], { stdin: "open", env: { LEAT_LOG: "info" } });
    await expect.poll(() => logOf(home), { timeout: 10_000 }).toContain('"event":"prewarmed"');
    running.child.stdin.end("Go.");
    const run = await running.ended;
    expect(run.code, run.stderr).toBe(0);
    expect(server.requests).toHaveLength(2);
    const [warmed, real] = [bodyOf(server, 0), bodyOf(server, 1)];
    expect(warmed).toMatchObject({ max_tokens: 1, id_slot: 0 });
    expect(real).toMatchObject({ id_slot: 0 });
    expect(real).not.toHaveProperty("max_tokens");
    expect(real.messages[1]?.content).toBe(`${warmed.messages[1]?.content}\n\nGo.`);
    const [, read] = /prewarmed ([\d,]+) tokens in \d\.\d s\n/.exec(run.stderr) ?? [];
    const [, cached] = /\(([\d,]+) cached\)/.exec(run.stderr) ?? [];
    expect(number(cached)).toBeGreaterThanOrEqual(number(read) - 2);
    expect(run.stderr).toMatch(/^Reading prompt from stdin\.\.\.\nprewarmed .*\nleat /);
    // As if it had been opened when the prompt was there.
    expect(
      sessionLines()
        .map(({ type }) => type)
        .slice(0, 2),
    ).toEqual(["session_meta", "response_item"]);
  });

  test("the real request ends the other at once, and what was read stays", async () => {
    const { server, start } = await warmBench({ prefillTokensPerSecond: 1000 });
    const running = start(["exec", "-v", "-"], { stdin: "open" });
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
    const began = Date.now();
    await expect.poll(() => Date.now() - began).toBeGreaterThan(200);
    running.child.stdin.end("Go.");
    const run = await running.ended;
    expect(run.code, run.stderr).toBe(0);
    expect(server.requests[0]?.abortedAtMs).toBeGreaterThan(0);
    expect(server.requests[0]?.writes).toEqual([]);
    expect(run.stderr).toMatch(
      /prewarming was cut short by the prompt after \d\.\d s: [\d,]+ of 1,\d\d\d tokens are read\n/,
    );
    const [, cached] = /\(([\d,]+) cached\)/.exec(run.stderr) ?? [];
    expect(number(cached)).toBeGreaterThan(100);
  });

  test("no prompt: nothing is left of it, and the server is let go", async () => {
    const { server, start, home } = await warmBench({ prefillTokensPerSecond: 10 });
    const running = start(["exec"], { stdin: "open" });
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
    running.child.stdin.end("\n");
    expect(await running.ended).toEqual({
      code: 1,
      stdout: "",
      stderr: "Reading prompt from stdin...\nNo prompt provided via stdin.\n",
    });
    expect(existsSync(join(home, "sessions"))).toBe(false);
    await expect.poll(() => server.requests[0]?.abortedAtMs).toBeGreaterThan(0);
  });

  test("Ctrl-C: the same", async () => {
    const { server, start, home } = await warmBench({ prefillTokensPerSecond: 10 });
    const running = start(["exec"], { stdin: "open" });
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 130, stdout: "", stderr: "Reading prompt from stdin...\n" });
    expect(existsSync(join(home, "sessions"))).toBe(false);
    await expect.poll(() => server.requests[0]?.abortedAtMs).toBeGreaterThan(0);
  });

  test("a failure stands in the log alone, and the real request is the first that counts", async () => {
    const script = {
      replies: [{ when: { body_has: "max_tokens" }, status: 500, body: "no" }, { text: "Done." }],
    };
    const { server, start, home } = await warmBench({ script });
    const running = start(["exec", "-v"], { stdin: "open", env: { LEAT_LOG: "info" } });
    await expect.poll(() => logOf(home), { timeout: 10_000 }).toContain('"event":"prewarmed"');
    expect(logOf(home)).toMatch(/"level":"warn".*"event":"prewarmed".*"end":"failed"/);
    running.child.stdin.end("Go.");
    const run = await running.ended;
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: "Done.\n" });
    expect(run.stderr).not.toMatch(/prewarm/);
    expect(server.requests).toHaveLength(2);
  });

  test("a mistake in the configuration is told after the prompt, as without", async () => {
    const { server, start, writeConfig } = await warmBench();
    writeConfig("model = 1\n");
    const [empty, whole] = [start(["exec"], { stdin: "open" }), start(["exec"], { stdin: "open" })];
    await Promise.all([empty.sees("Reading"), whole.sees("Reading")]);
    empty.child.stdin.end();
    expect((await empty.ended).stderr).toBe("Reading prompt from stdin...\nNo prompt provided via stdin.\n");
    whole.child.stdin.end("Go.");
    const run = await whole.ended;
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^Reading prompt from stdin\.\.\.\n.*model/);
    expect(server.requests).toEqual([]);
  });
});

describe("nothing is read ahead", () => {
  test.each([
    { name: "where it is switched off", more: "prewarm = false", fields: "" },
    { name: "of a provider for which it is switched off", more: "", fields: "prewarm = false\n" },
    { name: "where a model's name has to be looked up first", more: "", fields: "", args: ["-m", "new"] },
    { name: "where the answer is recorded", more: "", fields: "", args: ["--record", "seen"] },
  ])("$name", async ({ more, fields, args = [] }) => {
    const [off, on] = [await warmBench({}, more), await warmBench()];
    off.writeConfig(localConfig(off.server.url, `${QUIET}\n${more}`) + fields);
    const runs = [off.start(["exec", ...args], { stdin: "open" }), on.start(["exec"], { stdin: "open" })];
    // By the time the one that may has done it, the other would have.
    await expect.poll(() => on.server.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
    for (const { child } of runs) {
      child.stdin.end("Go.");
    }
    const [run] = await Promise.all(runs.map(({ ended }) => ended));
    expect(run?.code, run?.stderr).toBe(0);
    expect(off.server.requests).toHaveLength(1);
    expect(bodyOf(off.server, 0)).not.toHaveProperty("max_tokens");
  });

  test("for a prompt that is there: an argument, or a pipe that has it at once", async () => {
    const { server, leat } = await warmBench();
    const runs = [await leat(["exec", "Go."]), await leat(["exec"], { stdin: "Go." })];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(server.requests.map(({ json }) => (json as object) && "max_tokens" in (json as object))).toEqual([
      false,
      false,
    ]);
  });
});

const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

describe.skipIf(ownAddress === undefined)("a server elsewhere (needs a network)", () => {
  test("is warmed only where its table says so", async () => {
    const far = [await startFar(), await startFar()];
    const [plain, wanted] = far.map(({ url }, index) => {
      const bench = createBench(url);
      bench.writeConfig(localConfig(url, QUIET) + (index === 1 ? "prewarm = true\n" : ""));
      return bench.start(["exec"], { stdin: "open" });
    });
    await expect.poll(() => far[1]?.limits.length, { timeout: 10_000 }).toBe(1);
    for (const run of [plain, wanted]) {
      run?.child.stdin.end("Go.");
      expect((await run?.ended)?.code).toBe(0);
    }
    expect(far.map(({ limits }) => limits)).toEqual([[undefined], [1, undefined]]);
  });
});

/** Not on loopback; `limits`: how long the answer to each request may be. */
async function startFar() {
  const limits: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    limits.push(JSON.parse(Buffer.concat(chunks).toString()).max_tokens);
    response.end([delta({ content: "Yes." }), delta({}, "stop"), sse("[DONE]")].join(""));
  });
  const port = await listen(server, ownAddress);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://${ownAddress}:${port}/v1`, limits };
}

function number(text: string | undefined): number {
  return Number((text ?? "").replaceAll(",", "") || Number.NaN);
}
