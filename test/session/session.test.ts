import fs, { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, relative } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ReasoningItem, SandboxMode } from "../../src/protocol/index.ts";
import { createSessionId } from "../../src/session/identifier.ts";
import { createSession, type Session, type SessionOptions, type TurnFacts } from "../../src/session/index.ts";
import { assistant, call, output, reasoning, user } from "../support/items.ts";
import { tempFolder } from "../support/temp-folder.ts";

const originalZone = process.env["TZ"];

afterEach(() => {
  if (originalZone === undefined) {
    delete process.env["TZ"];
  } else {
    process.env["TZ"] = originalZone;
  }
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const noon = new Date("2025-09-30T12:00:00.007Z");

function options(home: string, extra: Partial<SessionOptions> = {}): SessionOptions {
  return {
    home,
    cwd: "/work",
    originator: "leat_exec",
    version: "0.1.0",
    userInstructions: undefined,
    git: undefined,
    now: () => noon,
    ...extra,
  };
}

function open(settings: SessionOptions): Session {
  const opened = createSession(settings);
  if (!opened.ok) {
    throw new Error(opened.error.reason);
  }
  return opened.session;
}

function turn(sandboxMode: SandboxMode): TurnFacts {
  return {
    cwd: "/work",
    model: "m",
    approvalPolicy: "never",
    sandboxMode,
    workspaceWrite: {
      writableRoots: ["/data"],
      networkAccess: true,
      excludeTmpdirEnvVar: false,
      excludeSlashTmp: true,
    },
  };
}

describe("the rollout", () => {
  test("line by line", () => {
    const home = tempFolder();
    const git = { branch: "main" };
    const session = open(options(home, { userInstructions: "Be\nkind.", git }));
    session.appendContext(user("facts"));
    session.append(user("q"));
    session.append(reasoning("hm", "reasoning"));
    session.append(call("1", "shell", '{"a":"é"}'));
    session.append(output("1", "A"));
    session.append(assistant("m"));
    session.recordTurn(turn("read-only"));
    session.recordTurn(turn("workspace-write"));
    session.recordUsage({ inputTokens: 9, outputTokens: 2 }, { inputTokens: 5, totalTokens: 6 }, 4096);
    session.recordInterruption();
    session.close();
    const at = '{"timestamp":"2025-09-30T12:00:00.007Z"';
    expect(readFileSync(session.path, "utf8").split("\n")).toEqual([
      `${at},"type":"session_meta","payload":{"id":"${session.id}","timestamp":"2025-09-30T12:00:00.007Z","cwd":"/work","originator":"leat_exec","cli_version":"0.1.0","instructions":"Be\\nkind.","git":{"branch":"main"}}}`,
      `${at},"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"facts"}]}}`,
      `${at},"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]}}`,
      `${at},"type":"event_msg","payload":{"type":"user_message","message":"q","kind":"plain"}}`,
      `${at},"type":"response_item","payload":{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":null,"field":"reasoning"}}`,
      `${at},"type":"event_msg","payload":{"type":"agent_reasoning_raw_content","text":"hm"}}`,
      `${at},"type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{\\"a\\":\\"é\\"}","call_id":"1"}}`,
      `${at},"type":"response_item","payload":{"type":"function_call_output","call_id":"1","output":"A"}}`,
      `${at},"type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"m"}]}}`,
      `${at},"type":"event_msg","payload":{"type":"agent_message","message":"m"}}`,
      `${at},"type":"turn_context","payload":{"cwd":"/work","approval_policy":"never","sandbox_policy":{"mode":"read-only"},"model":"m","summary":"auto"}}`,
      `${at},"type":"turn_context","payload":{"cwd":"/work","approval_policy":"never","sandbox_policy":{"mode":"workspace-write","writable_roots":["/data"],"network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":true},"model":"m","summary":"auto"}}`,
      `${at},"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":9,"cached_input_tokens":0,"output_tokens":2,"reasoning_output_tokens":0,"total_tokens":11},"last_token_usage":{"input_tokens":5,"cached_input_tokens":0,"output_tokens":0,"reasoning_output_tokens":0,"total_tokens":6},"model_context_window":4096},"rate_limits":null}}`,
      `${at},"type":"event_msg","payload":{"type":"turn_aborted","reason":"interrupted"}}`,
      "",
    ]);
  });

  test("a draft is nowhere to be found, and has all its lines once it begins", () => {
    const [home, other] = [tempFolder(), tempFolder()];
    const draft = open(options(home, { isDraft: true }));
    const session = open(options(other));
    for (const one of [draft, session]) {
      one.appendContext(user("facts"));
    }
    expect(readdirSync(home)).toEqual([]);
    expect(draft.items).toEqual([user("facts")]);
    expect([draft.begin(), draft.begin(), session.begin()]).toEqual([undefined, undefined, undefined]);
    for (const one of [draft, session]) {
      one.append(user("q"));
      one.close();
    }
    const lines = ({ id, path }: Session) => readFileSync(path, "utf8").replaceAll(id, "ID");
    expect(lines(draft)).toBe(lines(session));
    expect(relative(home, draft.path).replace(draft.id, "ID")).toBe(
      relative(other, session.path).replace(session.id, "ID"),
    );
  });

  test("a draft that comes to nothing leaves nothing, and one that can't be written says so", () => {
    const home = tempFolder();
    open(options(home, { isDraft: true })).close();
    expect(readdirSync(home)).toEqual([]);
    const draft = open(options(home, { isDraft: true }));
    writeFileSync(join(home, "sessions"), "a file");
    expect(draft.begin()).toMatchObject({ kind: "session", path: home });
    draft.close();
  });

  test.each<[string, ReasoningItem, object | undefined]>([
    [
      "a summary",
      {
        type: "reasoning",
        id: "rs_1",
        summary: [
          { type: "summary_text", text: "One." },
          { type: "summary_text", text: "Two." },
        ],
        content: [],
        encrypted_content: "gAAA",
      },
      { type: "agent_reasoning", text: "One.\n\nTwo." },
    ],
    [
      "sealed thinking",
      { type: "reasoning", id: "rs_1", summary: [], content: [], encrypted_content: "gAAA" },
      undefined,
    ],
  ])("%s is kept whole, and shown by what can be read of it", (_, item, event) => {
    const session = open(options(tempFolder()));
    session.append(item);
    session.close();
    const lines = readFileSync(session.path, "utf8").trimEnd().split("\n").slice(1);
    expect(lines.map((line) => JSON.parse(line).payload)).toEqual(
      event === undefined ? [item] : [item, event],
    );
  });

  test("without instructions and git", () => {
    const session = open(options(tempFolder()));
    expect(JSON.parse(readFileSync(session.path, "utf8")).payload).toEqual({
      id: session.id,
      timestamp: "2025-09-30T12:00:00.007Z",
      cwd: "/work",
      originator: "leat_exec",
      cli_version: "0.1.0",
      instructions: null,
    });
    session.close();
  });

  test("an empty repository is noted as such", () => {
    const session = open(options(tempFolder(), { git: {} }));
    expect(JSON.parse(readFileSync(session.path, "utf8")).payload.git).toEqual({});
    session.close();
  });

  test.each([
    ["UTC", "2025/09/30/rollout-2025-09-30T12-00-00"],
    ["Asia/Tokyo", "2025/09/30/rollout-2025-09-30T21-00-00"],
    ["Pacific/Kiritimati", "2025/10/01/rollout-2025-10-01T02-00-00"],
  ])("lies where the local time of %s says", (zone, expected) => {
    process.env["TZ"] = zone;
    const home = tempFolder();
    const session = open(options(home));
    session.close();
    expect(session.path).toBe(join(home, "sessions", `${expected}-${session.id}.jsonl`));
  });

  test("is the user's own: file 0600, folders 0700", () => {
    const home = tempFolder();
    const session = open(options(home));
    session.close();
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    const folder = join(home, "sessions");
    expect([mode(session.path), mode(folder), mode(join(folder, String(noon.getFullYear())))]).toEqual([
      "600",
      "700",
      "700",
    ]);
  });

  test("each item is on disk when the call returns", () => {
    const session = open(options(tempFolder()));
    const lines = [user("a"), assistant("b")].map((item) => {
      session.appendContext(item);
      return readFileSync(session.path, "utf8").trimEnd().split("\n").length;
    });
    expect({ lines, items: session.items }).toEqual({ lines: [2, 3], items: [user("a"), assistant("b")] });
    session.close();
  });

  test("two sessions of one second are two files", () => {
    const home = tempFolder();
    const paths = [open(options(home)), open(options(home))].map((session) => {
      session.close();
      return session.path;
    });
    expect(new Set(paths).size).toBe(2);
  });
});

describe("a file that can't be written", () => {
  test("a home that is a file", () => {
    const home = join(tempFolder(), "home");
    writeFileSync(home, "");
    const opened = createSession(options(home));
    expect(opened).toEqual({
      ok: false,
      error: { kind: "session", path: home, reason: expect.stringMatching(/^(?:ENOTDIR|EEXIST)/) },
    });
  });

  test("a descriptor that is gone: an error of each line, never an exception", () => {
    const home = tempFolder();
    const session = open(options(home));
    session.close();
    const error = { kind: "session", path: session.path, reason: "EBADF: bad file descriptor, write" };
    expect([
      session.append(user("q")),
      session.recordInterruption(),
      session.recordTurn(turn("read-only")),
    ]).toEqual([error, error, error]);
  });
});

describe("a disk that is full for a while", () => {
  test.each([
    ["takes nothing", 0],
    ["takes part of the line", 10],
  ])("%s: nothing is lost or torn", (_, taken) => {
    const session = open(options(tempFolder()));
    const write = fs.writeSync;
    let calls = 0;
    // The first write of the line takes so much, the next nothing more.
    replaceWrite((descriptor, bytes) => {
      calls += 1;
      if (calls === 1 && taken > 0) {
        return write(descriptor, bytes.subarray(0, taken));
      }
      throw new Error("ENOSPC: no space left on device, write");
    });
    expect(session.appendContext(user("a"))).toEqual({
      kind: "session",
      path: session.path,
      reason: "ENOSPC: no space left on device, write",
    });
    replaceWrite(write);
    expect(session.appendContext(user("b"))).toBeUndefined();
    const lines = readFileSync(session.path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(1).map((line) => line.payload)).toEqual([user("a"), user("b")]);
    expect(session.items).toEqual([user("a"), user("b")]);
    session.close();
  });
});

describe("the id", () => {
  test("is a UUID of version 7 that holds the time", () => {
    const id = createSessionId(noon.getTime());
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(noon.getTime());
  });

  test("sorts by time and does not repeat", () => {
    const ids = Array.from({ length: 200 }, (_, index) => createSessionId(noon.getTime() + index));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(Array.from({ length: 1000 }, () => createSessionId(0))).size).toBe(1000);
  });
});

test("a session that was not opened leaves no descriptor open", () => {
  const home = tempFolder();
  const before = openSync(home, "r");
  closeSync(before);
  replaceWrite(() => {
    throw new Error("ENOSPC: no space left on device, write");
  });
  const opened = createSession(options(home));
  expect(opened.ok).toBe(false);
  const after = openSync(home, "r");
  closeSync(after);
  expect(after).toBe(before);
});

/** For the modules under test as well, until the test is over. */
function replaceWrite(write: (descriptor: number, bytes: Buffer) => number): void {
  vi.spyOn(fs, "writeSync").mockImplementation(write as typeof fs.writeSync);
  syncBuiltinESMExports();
}
