import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type PracticeServer,
  type Reply,
  type Script,
  startPracticeServer,
} from "../../src/practice/index.ts";
import { createBench, localConfig, messagesOf } from "./support.ts";

/** Models that go round in circles, against the built program. */

interface Played {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly server: PracticeServer;
  /** Lines that the model's command has written, one a run. */
  readonly runs: number;
}

async function play(script: Script, config = ""): Promise<Played> {
  const server = await startPracticeServer({ pace: "full", script });
  onTestFinished(() => server.stop());
  const bench = createBench(server.url);
  bench.writeConfig(localConfig(server.url, config));
  const run = await bench.leat(["exec", "--yolo", "fix it"]);
  const log = join(bench.project, "runs.txt");
  const runs = existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0;
  // The prompt only ever grows.
  const prompts = messagesOf(server).map((messages) => JSON.stringify(messages).slice(0, -1));
  for (const [index, prompt] of prompts.slice(1).entries()) {
    expect(prompt.startsWith(withoutLastUser(prompts[index] ?? ""))).toBe(true);
  }
  return { ...run, server, runs };
}

/** The last user message, while unanswered, may be extended. */
function withoutLastUser(prompt: string): string {
  const messages = JSON.parse(`${prompt}]`);
  return messages.at(-1)?.role === "user" ? JSON.stringify(messages.slice(0, -1)).slice(0, -1) : prompt;
}

describe("calls", () => {
  const failing: Reply = {
    calls: [{ name: "shell", arguments: { command: "echo run >> runs.txt; echo it failed; exit 3" } }],
  };

  test("the same failing call for ever: six requests, four runs, exit code 1 and the way out", async () => {
    const { code, stdout, stderr, server, runs } = await play({ replies: [failing], after: "repeat-last" });
    expect({ code, stdout, runs, requests: server.requests.length }).toEqual({
      code: 1,
      stdout: "",
      runs: 4,
      requests: 6,
    });
    expect(stderr).toContain("the same call of shell, with the same result, for the 3rd time\n");
    expect(stderr).toContain("for the 4th time; the model is told to do something else\n");
    expect(stderr).toContain("for the 5th time: not run\n");
    expect(stderr).toContain(
      "error: the model goes round in circles: it asked for the same call of shell (echo run >> runs.txt; echo it failed; exit 3) 6 times",
    );
    expect(stderr).toContain("To let it go on: -c loop_guard.repeated_calls=false.\n");
    const results = messagesOf(server)
      .at(-1)
      ?.flatMap((message) => (message["role"] === "tool" ? [String(message["content"])] : []));
    expect(results?.map((result) => /loop guard|not run/.exec(result)?.[0])).toEqual([
      undefined,
      undefined,
      undefined,
      "loop guard",
      "not run",
    ]);
  });

  test("a model that takes the hint comes to a good end", async () => {
    const { code, stdout, runs } = await play({
      replies: [failing, failing, failing, failing, { text: "The command fails whatever I do." }],
    });
    expect({ code, stdout, runs }).toEqual({
      code: 0,
      stdout: "The command fails whatever I do.\n",
      runs: 4,
    });
  });

  test("switched off, it runs as often as it is asked for", async () => {
    const { code, runs } = await play(
      { replies: [...Array.from({ length: 9 }, () => failing), { text: "Enough." }] },
      "loop_guard.repeated_calls = false",
    );
    expect({ code, runs }).toEqual({ code: 0, runs: 9 });
  });
});

describe("the stream", () => {
  const endless = "I should check the file again. ".repeat(40_000);
  const isCut = (server: PracticeServer) =>
    server.requests.map(({ abortedAtMs }) => abortedAtMs !== undefined);

  test("text that repeats itself is cut: the server sees the close, and the model goes on", async () => {
    const { code, stdout, stderr, server } = await play({
      replies: [{ text: `So. ${endless}` }, { text: "All is well." }],
    });
    expect({ code, stdout, cut: isCut(server) }).toEqual({
      code: 0,
      stdout: "All is well.\n",
      cut: [true, false],
    });
    expect(stderr).toContain("the model repeats itself in its answer (");
    const [kept, note] = messagesOf(server)[1]?.slice(-2) ?? [];
    expect(kept?.["role"]).toBe("assistant");
    expect(String(kept?.["content"]).length).toBeLessThan(60);
    expect(note?.["content"]).toMatch(/^Your last reply repeated itself without end/);
  });

  test("for the second time: exit code 1", async () => {
    const { code, stderr, server } = await play({ replies: [{ reasoning: endless }], after: "repeat-last" });
    expect({ code, cut: isCut(server) }).toEqual({ code: 1, cut: [true, true] });
    expect(stderr).toContain("error: the model repeats itself without end, for the second time in this turn");
    // What had been read before the cut is shown; on a busy machine that is more.
    expect(stderr.length).toBeLessThan(endless.length / 2);
  });

  test("a call whose arguments never end is not run", async () => {
    const content = `x = [${"0, ".repeat(40_000)}]`;
    const { code, stdout, server, runs } = await play({
      replies: [
        { text: "I write it.", calls: [{ name: "write_file", arguments: { path: "runs.txt", content } }] },
        { text: "Then not." },
      ],
    });
    expect({ code, stdout, cut: isCut(server), runs }).toEqual({
      code: 0,
      stdout: "Then not.\n",
      cut: [true, false],
      runs: 0,
    });
    expect(messagesOf(server)[1]?.at(-1)?.["content"]).toMatch(/^The arguments of your last call/);
  });

  test("switched off, all of it is read", async () => {
    const { code, stdout, server } = await play(
      { replies: [{ text: "over and over ".repeat(1000) }] },
      "loop_guard.repeated_text = false",
    );
    expect({ code, length: stdout.length, cut: isCut(server) }).toEqual({
      code: 0,
      length: 14_001,
      cut: [false],
    });
  });

  const thoughts = Array.from({ length: 30_000 }, (_, index) => `thought ${index} `).join("");
  const budget = "model_reasoning_budget = 500";

  test("thinking beyond its budget is cut, and the model is asked to answer", async () => {
    const { code, stdout, stderr, server } = await play(
      { replies: [{ reasoning: thoughts }, { reasoning: "Well.", text: "42" }] },
      budget,
    );
    expect({ code, stdout, cut: isCut(server) }).toEqual({ code: 0, stdout: "42\n", cut: [true, false] });
    expect(stderr).toMatch(
      /the model has thought for about [\d,]+ tokens: cut off, and it is told to answer now/,
    );
    expect(messagesOf(server)[1]?.at(-1)?.["content"]).toMatch(
      /fix it\n\nYou have thought for about [\d,]+ tokens.*\n\nYour thinking ended like this:\n.*thought( \d+)?$/,
    );
  });

  test("thinking and nothing else ends the turn", async () => {
    const { code, stderr, server } = await play(
      { replies: [{ reasoning: thoughts }], after: "repeat-last" },
      budget,
    );
    expect({ code, cut: isCut(server) }).toEqual({ code: 1, cut: [true, true] });
    expect(stderr).toContain("error: the model thinks without end: cut off after about ");
    expect(stderr).toContain("Raise model_reasoning_budget");
  });

  test("without a budget it thinks as long as it likes", async () => {
    const { code, server } = await play({ replies: [{ reasoning: thoughts.slice(0, 60_000), text: "42" }] });
    expect({ code, cut: isCut(server) }).toEqual({ code: 0, cut: [false] });
  });
});

describe("an answer that only announces a step", () => {
  test("gets one nudge, and the work goes on", async () => {
    const { code, stdout, stderr, server, runs } = await play({
      replies: [
        { text: "I found it. Let me run the tests:" },
        { calls: [{ name: "shell", arguments: { command: "echo run >> runs.txt" } }] },
        { text: "All tests pass." },
      ],
    });
    expect({ code, stdout, runs }).toEqual({ code: 0, stdout: "All tests pass.\n", runs: 1 });
    expect(stderr).toContain("the model announced a step and did not take it; it is told to go on");
    expect(messagesOf(server)[1]?.at(-1)).toMatchObject({
      role: "user",
      content: expect.stringMatching(/^You announced a step/),
    });
  });

  test("twice is its last word", async () => {
    const { code, stdout, server } = await play({
      replies: [{ text: "Let me run the tests." }],
      after: "repeat-last",
    });
    expect({ code, stdout, requests: server.requests.length }).toEqual({
      code: 0,
      stdout: "Let me run the tests.\n",
      requests: 2,
    });
  });
});
