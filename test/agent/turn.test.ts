import { readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createContextKeeper, runTurn, type TurnDependencies } from "../../src/agent/index.ts";
import { openApprovals } from "../../src/approval/index.ts";
import type { AgentEvent, HistoryItem, TurnEnd } from "../../src/protocol/index.ts";
import { createSession, type Session } from "../../src/session/index.ts";
import type { CallSurroundings, PreparedCall, ToolResult } from "../../src/tools/index.ts";
import type { Completion, ModelEnd, ModelEvent } from "../../src/wire/index.ts";
import { assistant, call, output, plainCompletion, reasoning, user } from "../support/items.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A turn with a scripted model and scripted tools, over a real session in a temporary home. */

interface Script {
  /** One entry a request: the events of the response, and its end. */
  readonly responses: readonly (readonly [
    ...(ModelEvent | ((signal: AbortSignal) => unknown))[],
    ModelEnd,
  ])[];
  /** By the call's name. */
  readonly tools?: Readonly<Record<string, (context: CallSurroundings) => ToolResult | Promise<ToolResult>>>;
  readonly controller?: AbortController;
  readonly guard?: TurnDependencies["guard"];
  /** Tokens the model holds. */
  readonly window?: number;
  readonly before?: (session: Session) => void;
}

const GUARD = { repeatedCalls: true, repeatedText: true, unfinishedAnswers: true };

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
      prepare: async (request, surroundings) => prepare(script, request.name, surroundings),
      running: () => [],
      close: async () => {},
    },
    cwd: "/work",
    userHome: "/home/u",
    openSandbox: async () =>
      ({
        check: async () => undefined,
        tier: async () => undefined,
      }) as unknown as CallSurroundings["sandbox"],
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
    openApprovals: () =>
      openApprovals({
        policy: "never",
        mode: "read-only",
        readRules: () => [],
        keepRule: () => undefined,
      }),
    approve: async () => "deny",
    snapshots: undefined,
    context: createContextKeeper({ window: script.window, head: [] }),
    guard: script.guard ?? GUARD,
    askModel: async (request, { signal, emit }) => {
      // The invariant of the session: what the request is made of is on disk before it leaves.
      expect(readItems(session.path)).toEqual(request.items);
      expect(signal.aborted).toBe(dependencies.signal.aborted);
      requests.push([...request.items]);
      return respond(script.responses[requests.length - 1], { emit, signal });
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

function prepare(script: Script, name: string, context: CallSurroundings): PreparedCall {
  const run = script.tools?.[name];
  if (run === undefined) {
    const message = `unsupported call: ${name}`;
    const outcome = { kind: "failed" as const, message };
    return { kind: "invalid", action: { kind: "invalid", name }, output: message, outcome };
  }
  const action = { kind: "command" as const, command: name, cwd: context.cwd };
  return { kind: "ready", action, effect: { kind: "none" }, run: async () => run(context) };
}

async function respond(
  response: Script["responses"][number] | undefined,
  { emit, signal }: { readonly emit: (event: ModelEvent) => void; readonly signal: AbortSignal },
): Promise<ModelEnd> {
  if (response === undefined) {
    throw new Error("a request that no response was written for");
  }
  for (const event of response) {
    if (typeof event === "function") {
      await event(signal);
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
      {
        type: "response-completed",
        usage,
        timing: { firstTokenMs: 10, totalMs: 20 },
        context: expect.anything(),
      },
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

  test("pictures that calls show follow the outputs of the whole response", async () => {
    const picture = (image: string) => ({ ...ran("attached local image path"), images: [image] });
    const { requests } = await play("q", {
      responses: [[completed([call("1", "a"), call("2", "b")], withCalls)], [completed([assistant("seen")])]],
      tools: { a: () => picture("data:a"), b: () => picture("data:b") },
    });
    expect(requests[1]?.slice(3)).toEqual([
      output("1", "attached local image path"),
      output("2", "attached local image path"),
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_image", image_url: "data:a" },
          { type: "input_image", image_url: "data:b" },
        ],
      },
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
      { type: "response-completed", usage, timing: { totalMs: 10 }, context: expect.anything() },
      { type: "item-completed", item: assistant("I look.") },
      { type: "item-completed", item: call("1", "ls") },
      { type: "tool-started", callId: "1", action },
      { type: "tool-output-delta", callId: "1", text: "file" },
      { type: "tool-ended", callId: "1", action, result: ran("file").outcome, durationMs: 10 },
      { type: "item-completed", item: output("1", "file") },
      { type: "request-started", number: 2 },
      { type: "response-completed", usage, timing: { totalMs: 10 }, context: expect.anything() },
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
        durationMs: 0,
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
      window: 4096,
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
    const error = { kind: "empty_answer", message };
    expect(end).toEqual({ type: "failed", error, lastMessage: null, guard: { nudges: 1 } });
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

describe("the loop guard", () => {
  const notices = (events: readonly AgentEvent[]) =>
    events.flatMap((event) => (event.type === "notice" ? [event.notice] : []));
  const lsForEver = Array.from(
    { length: 6 },
    (_, index) => [completed([call(`${index + 1}`, "ls", '{"path":"."}')], withCalls)] as const,
  );

  test("the same call with the same result: notice, hint, refusal, end", async () => {
    let runs = 0;
    const { end, events, items } = await play("q", {
      responses: lsForEver,
      tools: {
        ls: () => {
          runs += 1;
          return ran("file");
        },
      },
    });
    const outputs = items.flatMap((item) => (item.type === "function_call_output" ? [item.output] : []));
    const instead = "You know this result: use it, take the next step, or answer the user.";
    expect(outputs).toEqual([
      "file",
      "file",
      "file",
      `file\n[loop guard: you have made this very call 4 times and got this very result each time. ${instead}]`,
      `not run: you have made this very call 4 times, and its result does not change. ${instead} Made once more, it ends the turn.`,
      "not run: the turn ends here.",
    ]);
    expect(notices(events)).toEqual([
      { kind: "repeated-call", name: "ls", count: 3, step: "noticed" },
      { kind: "repeated-call", name: "ls", count: 4, step: "hinted" },
      { kind: "repeated-call", name: "ls", count: 5, step: "refused" },
    ]);
    expect(events.filter((event) => event.type === "tool-started")).toHaveLength(6);
    expect(events.findLast((event) => event.type === "tool-ended")).toEqual({
      type: "tool-ended",
      callId: "6",
      action: { kind: "command", command: "ls", cwd: "/work" },
      result: { kind: "failed", message: "not run" },
      durationMs: 0,
    });
    expect(runs).toBe(4);
    expect(end).toEqual({
      type: "failed",
      error: { kind: "loop", problem: { type: "repeated_call", name: "ls", subject: "ls", count: 6 } },
      lastMessage: null,
      guard: { repeatedCalls: 2, refusedCalls: 2 },
    });
  });

  test("switched off, a call may be made as often as the model likes", async () => {
    const { end, events } = await play("q", {
      guard: { ...GUARD, repeatedCalls: false },
      responses: [...lsForEver, [completed([assistant("done")])]],
      tools: { ls: () => ran("file") },
    });
    expect(end).toEqual({ type: "completed", lastMessage: "done", usage: {} });
    expect(notices(events)).toEqual([]);
  });

  test("different calls with the same error: a hint, then the end", async () => {
    const { end, items, requests } = await play("q", {
      responses: Array.from({ length: 12 }, (_, index) => [
        completed([call(`${index}`, `tool${index}`)], withCalls),
      ]),
      tools: Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [
          `tool${index}`,
          () => ({ output: "no space left", outcome: { kind: "failed" as const, message: "no space left" } }),
        ]),
      ),
    });
    const outputs = items.flatMap((item) => (item.type === "function_call_output" ? [item.output] : []));
    expect(outputs.filter((output) => output !== "no space left")).toEqual([
      "no space left\n[loop guard: 6 different calls have failed with this very error. Another variation will fail, too: find its cause first, take another way, or tell the user what stands in the way.]",
    ]);
    expect(requests).toHaveLength(12);
    expect(end).toEqual({
      type: "failed",
      error: { kind: "loop", problem: { type: "repeated_error", message: "no space left", count: 12 } },
      lastMessage: null,
      guard: { repeatedErrors: 2 },
    });
  });

  const unit = "I check the file. ";
  const looping = unit.repeat(150);
  /** Cut in the middle: the wire ends as interrupted, with all that came. */
  function cut(kind: "text-delta" | "reasoning-delta", text: string): Script["responses"][number] {
    return [
      { type: kind, text: "So:\n" },
      { type: kind, text },
      async (signal) => {
        expect(signal.aborted).toBe(false);
        await nextTurn();
        expect(signal.aborted).toBe(true);
      },
      { type: kind, text: "never shown" },
      {
        type: "interrupted",
        partial: [kind === "text-delta" ? assistant(`So:\n${text}`) : reasoning(`So:\n${text}`)],
      },
    ];
  }
  const afterRepetition =
    "Your last reply repeated itself without end and was cut off. Do not begin it again: go on with the next step. Make the next call, or answer the user in a few sentences.";

  test("text that repeats itself is cut, kept up to its first time, and the model goes on", async () => {
    const { end, events, requests } = await play("q", {
      responses: [cut("text-delta", looping), [completed([assistant("It is fine.")])]],
    });
    expect(requests[1]).toEqual([user("q"), assistant(`So:\n${unit}`), user(afterRepetition)]);
    expect(notices(events)).toEqual([{ kind: "repeated-text", place: "text", unit }]);
    expect(events.filter((event) => event.type === "text-delta").map(({ text }) => text)).toEqual([
      "So:\n",
      looping,
    ]);
    expect(end).toEqual({
      type: "completed",
      lastMessage: "It is fine.",
      usage: {},
      guard: { repeatedTexts: 1 },
    });
  });

  test("so is thinking; the second time in a turn ends it", async () => {
    const { end, items, requests } = await play("q", {
      responses: [
        cut("reasoning-delta", looping),
        [completed([call("1", "ls")], withCalls)],
        cut("text-delta", looping),
      ],
      tools: { ls: () => ran("file") },
    });
    expect(requests[1]).toEqual([user("q"), reasoning(`So:\n${unit}`), user(afterRepetition)]);
    expect(items.at(-1)).toEqual(assistant(`So:\n${unit}`));
    expect(end).toEqual({
      type: "failed",
      error: { kind: "loop", problem: { type: "repeated_text", unit } },
      lastMessage: `So:\n${unit}`,
      guard: { repeatedTexts: 2 },
    });
  });

  test("arguments without end: the call is not run, and the model is told to make a shorter one", async () => {
    const { requests } = await play("q", {
      responses: [
        [
          { type: "text-delta", text: "I write." },
          { type: "call-delta", text: "0, ".repeat(5000) },
          { type: "interrupted", partial: [assistant("I write.")] },
        ],
        [completed([assistant("ok")])],
      ],
    });
    expect(requests[1]?.slice(1)).toEqual([
      assistant("I write."),
      user(
        "The arguments of your last call repeated themselves without end, so it was cut off and not run. Make a shorter call, or let a small script write what is long.",
      ),
    ]);
  });

  test("nothing but repetition leaves nothing behind", async () => {
    const { requests } = await play("q", {
      responses: [
        [
          { type: "text-delta", text: "\n".repeat(3000) },
          { type: "interrupted", partial: [assistant("\n".repeat(3000))] },
        ],
        [completed([assistant("ok")])],
      ],
    });
    expect(requests[1]).toEqual([user("q"), user(afterRepetition)]);
  });

  test("switched off, text is read to its end", async () => {
    const { end, items } = await play("q", {
      guard: { ...GUARD, repeatedText: false },
      responses: [[{ type: "text-delta", text: looping }, completed([assistant(looping)])]],
    });
    expect(items.at(-1)).toEqual(assistant(looping));
    expect(end.type).toBe("completed");
  });

  test("an answer that came whole in spite of all is taken", async () => {
    const { end } = await play("q", {
      responses: [[{ type: "text-delta", text: looping }, completed([assistant(looping)])]],
    });
    expect(end).toEqual({ type: "completed", lastMessage: looping, usage: {} });
  });

  test("an interrupt in the same moment is an interrupt", async () => {
    const controller = new AbortController();
    const { end, events } = await play("q", {
      controller,
      responses: [
        [
          () => controller.abort(),
          { type: "text-delta", text: looping },
          { type: "interrupted", partial: [assistant("half")] },
        ],
      ],
    });
    expect(end).toEqual({ type: "interrupted", lastMessage: "half" });
    expect(notices(events)).toEqual([]);
  });

  const thoughts = Array.from({ length: 800 }, (_, index) => `thought ${index}; `).join("");
  const note = `You have thought for about ${Math.round((thoughts.length + 4) / 4)} tokens without an answer, so your thinking was cut off. Think no further: make the next call, or answer the user now with what you know.\n\nYour thinking ended like this:\n`;
  const budget = { ...GUARD, reasoningBudget: 1000 };

  test("thinking beyond its budget is cut, and its end goes with the note", async () => {
    const { end, events, requests } = await play("q", {
      guard: budget,
      responses: [cut("reasoning-delta", thoughts), [completed([assistant("42")])]],
    });
    expect(requests[1]).toEqual([
      user("q"),
      reasoning(`So:\n${thoughts}`),
      user(note + thoughts.trim().slice(-4000)),
    ]);
    expect(notices(events)).toEqual([
      { kind: "reasoning-cut", tokens: Math.round((thoughts.length + 4) / 4) },
    ]);
    expect(end).toEqual({ type: "completed", lastMessage: "42", usage: {}, guard: { reasoningCuts: 1 } });
  });

  test("an answer that has come by then, in the same read, is read on", async () => {
    const { end, events } = await play("q", {
      guard: budget,
      responses: [
        [
          { type: "reasoning-delta", text: thoughts },
          { type: "text-delta", text: "4" },
          async (signal) => {
            await nextTurn();
            expect(signal.aborted).toBe(false);
          },
          { type: "text-delta", text: "2" },
          completed([reasoning(thoughts), assistant("42")]),
        ],
      ],
    });
    expect(end).toEqual({ type: "completed", lastMessage: "42", usage: {} });
    expect(notices(events)).toEqual([]);
  });

  test("the second time in a row ends the turn; a call in between makes it another chain", async () => {
    const { end, requests } = await play("q", {
      guard: budget,
      responses: [
        cut("reasoning-delta", thoughts),
        [completed([call("1", "ls")], withCalls)],
        cut("reasoning-delta", thoughts),
        cut("reasoning-delta", thoughts),
      ],
      tools: { ls: () => ran("file") },
    });
    expect(requests).toHaveLength(4);
    const tokens = Math.round((thoughts.length + 4) / 4);
    expect(end).toEqual({
      type: "failed",
      error: { kind: "loop", problem: { type: "reasoning_budget", tokens } },
      lastMessage: null,
      guard: { reasoningCuts: 3 },
    });
  });

  const announced = "I look at it. Let me read the file.";
  const announcement =
    "You announced a step, but your reply ended without a tool call. Make the call now. If nothing is left to do, or you can't go on, tell the user so.";

  test("an answer that only announces a step gets one nudge", async () => {
    const { end, events, requests } = await play("q", {
      responses: [
        [completed([assistant(announced)])],
        [completed([call("1", "ls")], withCalls)],
        [completed([assistant("I'll now run the tests:")])],
      ],
      tools: { ls: () => ran("file") },
    });
    expect(requests[1]).toEqual([user("q"), assistant(announced), user(announcement)]);
    expect(notices(events)).toEqual([
      { kind: "unfinished-answer", step: "told" },
      { kind: "unfinished-answer", step: "left" },
    ]);
    expect(end).toEqual({
      type: "completed",
      lastMessage: "I'll now run the tests:",
      usage: {},
      guard: { nudges: 1 },
    });
  });

  test.each<[string, Partial<Script>, Partial<Completion>]>([
    ["switched off", { guard: { ...GUARD, unfinishedAnswers: false } }, {}],
    ["cut off at the output limit", {}, { finish: "length" }],
    ["a refusal", {}, { refusal: announced }],
  ])("none: %s", async (_, script, difference) => {
    const { end } = await play("q", {
      ...script,
      responses: [[completed([assistant(announced)], difference)]],
    });
    expect(end).toEqual({ type: "completed", lastMessage: announced, usage: {} });
  });

  test("switched off, an empty answer fails at once", async () => {
    const { end } = await play("q", {
      guard: { ...GUARD, unfinishedAnswers: false },
      responses: [[completed([], { isEmpty: true })]],
    });
    expect(end).toMatchObject({ type: "failed", error: { kind: "empty_answer" } });
  });
});
