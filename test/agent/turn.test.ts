import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runTurn, type TurnDependencies } from "../../src/agent/index.ts";
import type { AgentEvent, HistoryItem, TurnEnd } from "../../src/protocol/index.ts";
import { createSession, type Session } from "../../src/session/index.ts";
import type { PreparedCall, ToolContext, ToolResult } from "../../src/tools/index.ts";
import { createFileMemory } from "../../src/tools/prepare-call.ts";
import type { Completion, ModelEnd, ModelEvent } from "../../src/wire/index.ts";
import { assistant, call, output, plainCompletion, reasoning, user } from "../support/items.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A turn with a scripted model and scripted tools, over a real session in a temporary home. */

interface Script {
  /** One entry a request: the events of the response, and its end. */
  readonly responses: readonly (readonly [...(ModelEvent | (() => void))[], ModelEnd])[];
  /** By the call's name. */
  readonly tools?: Readonly<Record<string, (context: ToolContext) => ToolResult | Promise<ToolResult>>>;
  readonly controller?: AbortController;
  readonly before?: (session: Session) => void;
}

interface Played {
  readonly end: TurnEnd;
  readonly events: AgentEvent[];
  readonly items: readonly HistoryItem[];
  /** The history each request was made of. */
  readonly requests: HistoryItem[][];
  /** Type and, of events, inner type of each line of the rollout. */
  readonly lines: string[];
}

async function play(input: string, script: Script): Promise<Played> {
  const opened = createSession({
    home: tempFolder(),
    cwd: "/work",
    originator: "test",
    version: "0",
    userInstructions: undefined,
    git: undefined,
    now: () => new Date(0),
  });
  if (!opened.ok) {
    throw new Error(opened.error.reason);
  }
  const { session } = opened;
  script.before?.(session);
  const requests: HistoryItem[][] = [];
  const events: AgentEvent[] = [];
  let clock = 0;
  const dependencies: TurnDependencies = {
    session,
    model: "m",
    instructions: "S",
    settings: {},
    tools: {
      specs: [],
      prepare: async (request, surroundings) =>
        prepare(script, request.name, {
          ...surroundings,
          outputLimit: { bytes: 10_240, lines: 256 },
          files: createFileMemory(),
        }),
    },
    cwd: "/work",
    userHome: "/home/u",
    openSandbox: async () => ({ check: async () => undefined }) as unknown as ToolContext["sandbox"],
    turnFacts: {
      cwd: "/work",
      model: "m",
      approvalPolicy: "never",
      sandboxMode: "read-only",
      workspaceWrite: {
        writableRoots: [],
        networkAccess: false,
        excludeTmpdirEnvVar: false,
        excludeSlashTmp: false,
      },
    },
    contextWindow: 4096,
    askModel: async (request, { signal, emit }) => {
      // The invariant of the session: what the request is made of is on disk before it leaves.
      expect(readItems(session.path)).toEqual(request.items);
      expect(signal).toBe(dependencies.signal);
      requests.push([...request.items]);
      return respond(script.responses[requests.length - 1], emit);
    },
    emit: (event) => events.push(event),
    signal: (script.controller ?? new AbortController()).signal,
    now: () => {
      clock += 10;
      return clock;
    },
  };
  const end = await runTurn(input, dependencies);
  expect(events[0]).toEqual({ type: "turn-started" });
  expect(events.filter((event) => event.type === "turn-ended")).toEqual([{ type: "turn-ended", end }]);
  expect(events.at(-1)).toEqual({ type: "turn-ended", end });
  expect(requests.length).toBe(events.filter((event) => event.type === "request-started").length);
  return { end, events, items: session.items, requests, lines: readLines(session.path).map(lineType) };
}

function prepare(script: Script, name: string, context: ToolContext): PreparedCall {
  const run = script.tools?.[name];
  if (run === undefined) {
    const message = `unsupported call: ${name}`;
    const outcome = { kind: "failed" as const, message };
    return { kind: "invalid", action: { kind: "invalid", name }, output: message, outcome };
  }
  const action = { kind: "command" as const, command: name, cwd: context.cwd };
  return { kind: "ready", action, effect: { kind: "none" }, run: async () => run(context) };
}

function respond(
  response: Script["responses"][number] | undefined,
  emit: (event: ModelEvent) => void,
): ModelEnd {
  if (response === undefined) {
    throw new Error("a request that no response was written for");
  }
  for (const event of response) {
    if (typeof event === "function") {
      event();
    } else if (isEnd(event)) {
      return event;
    } else {
      emit(event);
    }
  }
  throw new Error("a response without an end");
}

function isEnd(event: ModelEvent | ModelEnd): event is ModelEnd {
  return event.type === "completed" || event.type === "interrupted" || event.type === "failed";
}

interface Line {
  readonly type: string;
  readonly payload: { readonly type?: string };
}

function readLines(path: string): Line[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function readItems(path: string): object[] {
  return readLines(path).flatMap((line) => (line.type === "response_item" ? [line.payload] : []));
}

function lineType({ type, payload }: Line): string {
  return payload.type === undefined ? type : payload.type;
}

function completed(items: readonly HistoryItem[], difference: Partial<Completion> = {}): ModelEnd {
  return { type: "completed", items, completion: { ...plainCompletion, ...difference } };
}

function ran(text: string): ToolResult {
  return { output: text, outcome: { kind: "command-exited", exitCode: 0, output: text, timedOut: false } };
}

const withCalls: Partial<Completion> = { finish: "tool_calls" };

describe("a turn", () => {
  test("of text only", async () => {
    const {
      end,
      events,
      items: history,
      lines,
    } = await play("q", {
      responses: [
        [
          { type: "reasoning-delta", text: "hm" },
          { type: "text-delta", text: "hel" },
          { type: "text-delta", text: "lo" },
          completed([reasoning("hm"), assistant("hello")], { usage: { inputTokens: 7, outputTokens: 2 } }),
        ],
      ],
    });
    const usage = { inputTokens: 7, outputTokens: 2 };
    expect(end).toEqual({ type: "completed", lastMessage: "hello", usage });
    expect(events).toEqual([
      { type: "turn-started" },
      { type: "request-started", number: 1 },
      { type: "reasoning-delta", text: "hm" },
      { type: "text-delta", text: "hel" },
      { type: "text-delta", text: "lo" },
      { type: "response-completed", usage, timing: { firstTokenMs: 10, totalMs: 20 } },
      { type: "item-completed", item: reasoning("hm") },
      { type: "item-completed", item: assistant("hello") },
      { type: "turn-ended", end },
    ]);
    expect(history).toEqual([user("q"), reasoning("hm"), assistant("hello")]);
    expect(lines).toEqual([
      "session_meta",
      "message",
      "user_message",
      "turn_context",
      "reasoning",
      "agent_reasoning_raw_content",
      "message",
      "agent_message",
      "token_count",
    ]);
  });

  test("of a call, its output and the answer", async () => {
    const played = await play("q", {
      responses: [
        [completed([assistant("I look."), call("1", "ls")], withCalls)],
        [completed([assistant("done")])],
      ],
      tools: {
        ls: (context) => {
          context.onOutput("file");
          return ran("file");
        },
      },
    });
    const action = { kind: "command", command: "ls", cwd: "/work" };
    const usage = {};
    const { end } = played;
    expect(end).toEqual({ type: "completed", lastMessage: "done", usage });
    expect(played.events).toEqual([
      { type: "turn-started" },
      { type: "request-started", number: 1 },
      { type: "response-completed", usage, timing: { totalMs: 10 } },
      { type: "item-completed", item: assistant("I look.") },
      { type: "item-completed", item: call("1", "ls") },
      { type: "tool-started", callId: "1", action },
      { type: "tool-output-delta", callId: "1", text: "file" },
      { type: "tool-ended", callId: "1", action, result: ran("file").outcome, durationMs: 10 },
      { type: "item-completed", item: output("1", "file") },
      { type: "request-started", number: 2 },
      { type: "response-completed", usage, timing: { totalMs: 10 } },
      { type: "item-completed", item: assistant("done") },
      { type: "turn-ended", end },
    ]);
    expect(played.requests).toEqual([
      [user("q")],
      [user("q"), assistant("I look."), call("1", "ls"), output("1", "file")],
    ]);
  });

  test("of several calls: one after the other, in the model's order", async () => {
    const log: string[] = [];
    const tool = (name: string) => async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      return ran(name);
    };
    const { items: history } = await play("q", {
      responses: [
        [completed([call("1", "a"), call("2", "b"), call("3", "a")], withCalls)],
        [completed([assistant("done")])],
      ],
      tools: { a: tool("a"), b: tool("b") },
    });
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "a begins", "a ends"]);
    expect(history.slice(4, 7)).toEqual([output("1", "a"), output("2", "b"), output("3", "a")]);
  });

  test("with a tool nobody knows: the model is told, and goes on", async () => {
    const {
      events,
      items: history,
      end,
    } = await play("q", {
      responses: [[completed([call("1", "fly")], withCalls)], [completed([assistant("sorry")])]],
    });
    expect(history.slice(2)).toEqual([output("1", "unsupported call: fly"), assistant("sorry")]);
    expect(events.filter((event) => event.type === "tool-started" || event.type === "tool-ended")).toEqual([
      { type: "tool-started", callId: "1", action: { kind: "invalid", name: "fly" } },
      {
        type: "tool-ended",
        callId: "1",
        action: { kind: "invalid", name: "fly" },
        result: { kind: "failed", message: "unsupported call: fly" },
        durationMs: 10,
      },
    ]);
    expect(end.type).toBe("completed");
  });

  test("adds the usage of its responses up", async () => {
    const { end, lines } = await play("q", {
      responses: [
        [
          completed([call("1", "ls")], {
            usage: { inputTokens: 100, outputTokens: 5, cachedInputTokens: 0 },
          }),
        ],
        [completed([call("2", "ls")], withCalls)],
        [
          completed([assistant("done")], {
            usage: { inputTokens: 120, outputTokens: 6, reasoningTokens: 2 },
          }),
        ],
      ],
      tools: { ls: () => ran("") },
    });
    expect(end).toEqual({
      type: "completed",
      lastMessage: "done",
      usage: { inputTokens: 220, outputTokens: 11, cachedInputTokens: 0, reasoningTokens: 2 },
    });
    // Unknown usage is not written down as 0.
    expect(lines.filter((line) => line === "token_count").length).toBe(2);
  });

  test("writes the usage in Codex's terms", async () => {
    let path = "";
    await play("q", {
      responses: [[completed([assistant("a")], { usage: { inputTokens: 7, outputTokens: 2 } })]],
      before: (session) => {
        path = session.path;
      },
    });
    const counts = {
      input_tokens: 7,
      cached_input_tokens: 0,
      output_tokens: 2,
      reasoning_output_tokens: 0,
      total_tokens: 9,
    };
    expect(readLines(path).at(-1)?.payload).toEqual({
      type: "token_count",
      info: { total_token_usage: counts, last_token_usage: counts, model_context_window: 4096 },
      rate_limits: null,
    });
  });
});

describe("an answer that is not as it should be", () => {
  test.each<[string, Partial<Completion>, string]>([
    ["nothing at all", {}, "no text and no tool call"],
    ["the output limit reached in thinking", { finish: "length" }, "output limit reached"],
  ])("empty: %s", async (_, difference, message) => {
    const { end, items: history } = await play("q", {
      responses: [
        [completed([reasoning("hm")], { isEmpty: true })],
        [completed([reasoning("hm")], { isEmpty: true, ...difference })],
      ],
    });
    expect(end).toEqual({ type: "failed", error: { kind: "empty_answer", message }, lastMessage: null });
    // Told to go on once, and no more.
    const nudge = user(
      "Your last reply had neither text nor a tool call. Go on: make the next call, or answer the user.",
    );
    expect(history).toEqual([user("q"), reasoning("hm"), nudge, reasoning("hm")]);
  });

  test("a call cut off at the output limit is not run", async () => {
    const cut = call("1", "rm", '{"path":"/tmp');
    const invalidCalls = [{ id: "1", name: "rm", argumentsText: '{"path":"/tmp' }];
    const { events, items: history } = await play("q", {
      responses: [
        [completed([cut], { finish: "length", isEmpty: true, invalidCalls })],
        [completed([assistant("ok")])],
      ],
      tools: {
        rm: () => {
          throw new Error("it was run");
        },
      },
    });
    const message =
      "not run: the arguments were cut off at the output limit. Send a shorter call, or do the work in smaller steps.";
    expect(history).toEqual([user("q"), cut, output("1", message), assistant("ok")]);
    expect(events.filter((event) => event.type === "notice")).toEqual([
      { type: "notice", notice: { kind: "output-truncated" } },
    ]);
  });

  test("a call that did not arrive whole is not run, though its arguments can be read", async () => {
    const broken = call("1", "rm", "{}");
    const invalidCalls = [{ id: "1", name: "rm", argumentsText: "{}" }];
    const { items: history } = await play("q", {
      responses: [[completed([broken], { isEmpty: true, invalidCalls })], [completed([assistant("ok")])]],
      tools: {
        rm: () => {
          throw new Error("it was run");
        },
      },
    });
    const message = "not run: the call did not arrive whole. Make it again.";
    expect(history).toEqual([user("q"), broken, output("1", message), assistant("ok")]);
  });

  test.each<[string, Partial<Completion>, object]>([
    ["cut off", { finish: "length" }, { kind: "output-truncated" }],
    ["filtered", { finish: "content_filter" }, { kind: "content-filtered" }],
    [
      "mended arguments",
      { repairs: [{ name: "shell", repairs: ["trailing commas"] }] },
      { kind: "arguments-repaired", name: "shell", repairs: ["trailing commas"] },
    ],
    ["unreadable events", { unreadableEvents: 2 }, { kind: "unreadable-events", count: 2 }],
    [
      "a call without a name",
      { invalidCalls: [{ id: "1", name: null, argumentsText: "" }] },
      { kind: "nameless-calls", count: 1 },
    ],
  ])("noticed: %s", async (_, difference, notice) => {
    const { end, events } = await play("q", {
      responses: [[completed([assistant("a")], difference)]],
    });
    expect(events.filter((event) => event.type === "notice")).toEqual([{ type: "notice", notice }]);
    expect(end.type).toBe("completed");
  });

  test("calls are run whatever the finish reason says", async () => {
    const { requests } = await play("q", {
      responses: [[completed([call("1", "ls")], { finish: "stop" })], [completed([assistant("done")])]],
      tools: { ls: () => ran("") },
    });
    expect(requests.length).toBe(2);
  });

  test("a failure keeps what had come", async () => {
    const error = { kind: "disconnected" as const, message: "reset", attempts: 6 };
    const { end, items: history } = await play("q", {
      responses: [
        [
          { type: "text-delta", text: "half" },
          { type: "failed", error, partial: [assistant("half")] },
        ],
      ],
    });
    expect(end).toEqual({ type: "failed", error, lastMessage: "half" });
    expect(history).toEqual([user("q"), assistant("half")]);
  });

  test("a discarded response leaves its items out, and its first token does not count", async () => {
    const { events, items: history } = await play("q", {
      responses: [
        [
          { type: "text-delta", text: "hal" },
          { type: "response-discarded" },
          { type: "text-delta", text: "whole" },
          completed([assistant("whole")]),
        ],
      ],
    });
    expect(history).toEqual([user("q"), assistant("whole")]);
    expect(events.flatMap((event) => (event.type === "response-completed" ? [event.timing] : []))).toEqual([
      { firstTokenMs: 20, totalMs: 30 },
    ]);
  });

  test("a bug in asking is a bug, not an answer", async () => {
    await expect(play("q", { responses: [] })).rejects.toThrow("no response was written for");
  });

  test("an answer that turns out to be thinking, or the other way round, is passed on as such", async () => {
    const reclassified = { type: "response-reclassified", as: "reasoning", text: "hm" } as const;
    const { events } = await play("q", {
      responses: [
        [{ type: "text-delta", text: "hm" }, reclassified, completed([reasoning("hm"), assistant("a")])],
      ],
    });
    expect(events.slice(2, 4)).toEqual([{ type: "text-delta", text: "hm" }, reclassified]);
  });
});

describe("an interrupt", () => {
  test("in mid-stream keeps the text that came", async () => {
    const controller = new AbortController();
    const {
      end,
      items: history,
      requests,
      lines,
    } = await play("q", {
      controller,
      responses: [
        [
          { type: "text-delta", text: "half" },
          () => controller.abort(),
          { type: "interrupted", partial: [assistant("half")] },
        ],
      ],
    });
    expect(end).toEqual({ type: "interrupted", lastMessage: "half" });
    expect(history).toEqual([user("q"), assistant("half")]);
    expect(requests.length).toBe(1);
    expect(lines.at(-1)).toBe("turn_aborted");
  });

  test("in mid-tool keeps its output, and neither the next call nor the next request follows", async () => {
    const controller = new AbortController();
    const ranCalls: string[] = [];
    const {
      end,
      items: history,
      requests,
      lines,
    } = await play("q", {
      controller,
      responses: [[completed([assistant("I look."), call("1", "ls"), call("2", "rm")], withCalls)]],
      tools: {
        ls: (context) => {
          controller.abort();
          expect(context.signal.aborted).toBe(true);
          return { output: "aborted by the user", outcome: { kind: "aborted" } };
        },
        rm: () => {
          ranCalls.push("rm");
          return ran("");
        },
      },
    });
    expect(end).toEqual({ type: "interrupted", lastMessage: "I look." });
    expect(history.slice(2)).toEqual([call("1", "ls"), call("2", "rm"), output("1", "aborted by the user")]);
    expect({ requests: requests.length, ranCalls, last: lines.at(-1) }).toEqual({
      requests: 1,
      ranCalls: [],
      last: "turn_aborted",
    });
  });

  test("between the answer and its calls: no call is run", async () => {
    const controller = new AbortController();
    const { end, items: history } = await play("q", {
      controller,
      responses: [[() => controller.abort(), completed([call("1", "rm")], withCalls)]],
      tools: {
        rm: () => {
          throw new Error("it was run");
        },
      },
    });
    expect(end).toEqual({ type: "interrupted", lastMessage: null });
    expect(history).toEqual([user("q"), call("1", "rm")]);
  });
});

describe("what can't go on", () => {
  const unwritable = { kind: "session", reason: "EBADF: bad file descriptor, write" };

  test("a session that can't be written from the start: no request leaves", async () => {
    const { end, requests } = await play("q", { responses: [], before: (session) => session.close() });
    expect(end).toMatchObject({ type: "failed", error: unwritable, lastMessage: null });
    expect(requests).toEqual([]);
  });

  test("a session that can't be written after a tool: no further call, no further request", async () => {
    let session: Session | undefined;
    const { end, requests } = await play("q", {
      responses: [[completed([call("1", "ls"), call("2", "rm")], withCalls)]],
      before: (opened) => {
        session = opened;
      },
      tools: {
        ls: () => {
          session?.close();
          return ran("file");
        },
        rm: () => {
          throw new Error("it was run");
        },
      },
    });
    expect(end).toMatchObject({ type: "failed", error: unwritable, lastMessage: null });
    expect(requests.length).toBe(1);
  });

  test("a session that can't be written after an answer: its calls are not run", async () => {
    let session: Session | undefined;
    const { end } = await play("q", {
      responses: [[() => session?.close(), completed([call("1", "rm")], withCalls)]],
      before: (opened) => {
        session = opened;
      },
      tools: {
        rm: () => {
          throw new Error("it was run");
        },
      },
    });
    expect(end).toMatchObject({ type: "failed", error: unwritable });
  });

  test("no sandbox: the output is kept, and the turn ends", async () => {
    const refused = { kind: "sandbox" as const, problem: "missing" as const };
    const {
      end,
      items: history,
      requests,
    } = await play("q", {
      responses: [[completed([call("1", "ls"), call("2", "ls")], withCalls)]],
      tools: {
        ls: () => ({ output: "no sandbox", outcome: { kind: "failed", message: "no sandbox" }, refused }),
      },
    });
    expect(end).toEqual({ type: "failed", error: refused, lastMessage: null });
    expect(history.slice(3)).toEqual([output("1", "no sandbox")]);
    expect(requests.length).toBe(1);
  });
});
