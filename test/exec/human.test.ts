import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadStringWidth } from "../../src/exec/text-width.ts";
import type { AgentEvent, ServerState } from "../../src/protocol/index.ts";
import {
  command,
  completed,
  ended,
  FACTS,
  messageItem,
  play,
  reasoning,
  reasoningItem,
  request,
  response,
  type Scene,
  started,
  text,
} from "./support.ts";

const CLEAR = "\r\x1b[K";
const dim = (shown: string) => `\x1b[2m${shown}\x1b[0m`;

/** One whole turn: reasoning, a text, a command, the answer. */
const TURN: readonly AgentEvent[] = [
  started,
  request(1),
  reasoning("\n"),
  reasoning("The test feeds"),
  reasoning(" an empty string.\n\n"),
  text("\n\n"),
  text("I'll look at"),
  text(" the tokenizer first.\n"),
  reasoningItem("…"),
  messageItem("…"),
  response({ totalMs: 2000, firstTokenMs: 1100, decode: { tokensPerSecond: 40, by: "server" } }),
  ...command("sed -n 1,80p src/tokenizer.ts", "export {}\n"),
  request(2),
  text("Fixed"),
  text(".\n\nDone "),
  text("now."),
  messageItem("Fixed.\n\nDone now."),
  response({ totalMs: 900, firstTokenMs: 300, decode: { tokensPerSecond: 46, by: "server" } }),
  completed("Fixed.\n\nDone now.", { inputTokens: 1950, cachedInputTokens: 1810, outputTokens: 412 }),
];

const USAGE = "1,950 in (1,810 cached) · 412 out · first token 1.1 s · 46 tok/s\n";
const EXEC = "exec  sed -n 1,80p src/tokenizer.ts        ok in 12 ms\n  export {}\n";
const FIRST = "[The test feeds an empty string.]\n";

interface Case extends Scene {
  readonly name: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Both sinks in order, where they are one terminal. */
  readonly screen?: string;
}

function check(cases: readonly Case[], before: () => void = () => undefined): void {
  for (const { name, stdout, stderr, screen, ...scene } of cases) {
    test(name, () => {
      before();
      const shown = play(scene, (ms) => void vi.advanceTimersByTime(ms));
      const expected = {
        ...(stdout === undefined ? {} : { stdout }),
        ...(stderr === undefined ? {} : { stderr }),
        ...(screen === undefined ? {} : { screen }),
      };
      expect(Object.keys(expected)).not.toEqual([]);
      expect(shown).toMatchObject(expected);
    });
  }
}

beforeEach(async () => {
  await loadStringWidth();
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a whole turn", () => {
  check([
    {
      name: "both terminals: one transcript, the answer once",
      wiring: "both-terminals",
      header: { facts: FACTS, prompt: "why does the parser test fail?" },
      events: TURN,
      stdout: "I'll look at the tokenizer first.\nFixed.\n\nDone now.\n",
      screen: [
        "leat 0.1.0 · openai/gpt-oss-20b · LM Studio at localhost:1234 · context 32,768\n",
        "workspace-write [workdir, /tmp] · approval never\n",
        "session 0199a213-81c0-7800-8aa1-bbab2a035a53\n",
        "> why does the parser test fail?\n",
        FIRST,
        "I'll look at the tokenizer first.\n",
        `exec  sed -n 1,80p src/tokenizer.ts${CLEAR}`,
        EXEC,
        "Fixed.\n\nDone now.\n",
        USAGE,
      ].join(""),
    },
    {
      name: "both terminals, in colour",
      wiring: "both-terminals",
      color: "auto",
      header: { facts: { ...FACTS, warnings: ["unknown key `modle`"] }, prompt: "why?" },
      events: TURN,
      screen: [
        "\x1b[1mleat 0.1.0 · openai/gpt-oss-20b · LM Studio at localhost:1234 · context 32,768\x1b[0m\n",
        `${dim("workspace-write [workdir, /tmp] · approval never")}\n`,
        `${dim("session 0199a213-81c0-7800-8aa1-bbab2a035a53")}\n`,
        "\x1b[33mwarning: unknown key `modle`\x1b[0m\n",
        "\x1b[36m>\x1b[0m why?\n",
        `${dim("[The test feeds")}${dim(" an empty string.")}${dim("]")}\n`,
        "I'll look at the tokenizer first.\n",
        `\x1b[1mexec\x1b[0m  sed -n 1,80p src/tokenizer.ts${CLEAR}`,
        "\x1b[1mexec\x1b[0m  sed -n 1,80p src/tokenizer.ts        \x1b[32mok in 12 ms\x1b[0m\n",
        `  ${dim("export {}")}\n`,
        "Fixed.\n\nDone now.\n",
        `${dim(USAGE.trimEnd())}\n`,
      ].join(""),
    },
    {
      name: "stdout piped: exactly the final message there, the live text on stderr",
      wiring: "stdout-piped",
      events: TURN,
      stdout: "Fixed.\n\nDone now.\n",
      stderr: `${FIRST}I'll look at the tokenizer first.\nexec  sed -n 1,80p src/tokenizer.ts${CLEAR}${EXEC}Fixed.\n\nDone now.\n${USAGE}`,
    },
    {
      name: "both piped: whole lines, nothing redrawn",
      wiring: "both-piped",
      events: TURN,
      stdout: "Fixed.\n\nDone now.\n",
      stderr: `${FIRST}I'll look at the tokenizer first.\n${EXEC}Fixed.\n\nDone now.\n${USAGE}`,
    },
    {
      name: "--stream: all answer text as it is on stdout, once",
      wiring: "both-piped",
      streamToStdout: true,
      events: TURN,
      stdout: "\n\nI'll look at the tokenizer first.\nFixed.\n\nDone now.\n",
      stderr: `${FIRST}${EXEC}${USAGE}`,
    },
    {
      name: "--stream on a terminal changes nothing",
      wiring: "both-terminals",
      streamToStdout: true,
      events: TURN,
      screen: `${FIRST}I'll look at the tokenizer first.\nexec  sed -n 1,80p src/tokenizer.ts${CLEAR}${EXEC}Fixed.\n\nDone now.\n${USAGE}`,
    },
    {
      name: "stderr piped: the answer on the terminal, the rest in the file",
      wiring: "stderr-piped",
      events: TURN,
      stdout: "I'll look at the tokenizer first.\nFixed.\n\nDone now.\n",
      stderr: `${FIRST}${EXEC}${USAGE}`,
    },
    {
      name: "without UTF-8 leat's own signs are ASCII, the model's text is not touched",
      wiring: "both-piped",
      utf8: false,
      header: { facts: { ...FACTS, profile: "local" }, prompt: "a\nb" },
      events: [...TURN, text("日本 · …"), completed("日本 · …")],
      stdout: "Fixed.\n\nDone now.\n日本 · …\n",
      stderr: [
        "leat 0.1.0 | openai/gpt-oss-20b | LM Studio at localhost:1234 | context 32,768\n",
        "workspace-write [workdir, /tmp] | approval never | profile local | session 0199a213-81c0-7800-8aa1-bbab2a035a53\n",
        "> a ...\n",
        FIRST,
        "I'll look at the tokenizer first.\n",
        EXEC,
        "Fixed.\n\nDone now.\n",
        "1,950 in (1,810 cached) | 412 out | first token 1.1 s | 46 tok/s\n",
        "日本 · …\n",
        "first token 1.1 s | 46 tok/s\n",
      ].join(""),
    },
    {
      name: "reasoning hidden: a clock stands for it",
      wiring: "both-terminals",
      showReasoning: false,
      events: [
        started,
        request(1),
        400,
        reasoning("secret"),
        900,
        reasoning(" secret"),
        600,
        text("Hi"),
        response(),
      ],
      screen: `thinking · 1 s · ≈3 tokens${CLEAR}Hi\n`,
    },
  ]);
});

describe("colour", () => {
  const shown = (scene: Partial<Scene>) =>
    play({ wiring: "both-terminals", events: [reasoning("x")], ...scene }).screen;
  test.each<[string, Partial<Scene>, boolean]>([
    ["auto on a terminal", { color: "auto" }, true],
    ["auto on a pipe", { color: "auto", wiring: "both-piped" }, false],
    ["auto and NO_COLOR", { color: "auto", noColor: true }, false],
    ["auto and TERM=dumb", { color: "auto", dumbTerminal: true }, false],
    [
      "always beats NO_COLOR, a pipe and TERM=dumb",
      { color: "always", noColor: true, dumbTerminal: true, wiring: "both-piped" },
      true,
    ],
    ["never", { color: "never" }, false],
  ])("%s", (_name, scene, coloured) => {
    expect(shown(scene)).toBe(coloured ? `${dim("[x")}${dim("]")}\n` : "[x]\n");
  });

  test("each sink by itself", () => {
    const { stdout, stderr } = play({
      wiring: "stderr-piped",
      color: "auto",
      events: [reasoning("x"), text("y"), completed("y", { inputTokens: 1 })],
    });
    expect({ stdout, stderr }).toEqual({ stdout: "y\n", stderr: "[x]\n1 in\n" });
  });
});

describe("blocks of text", () => {
  check([
    {
      name: "the bracket opens at the first visible character and closes before text",
      wiring: "both-terminals",
      events: [
        reasoning(""),
        reasoning(" \n"),
        reasoning("a"),
        reasoning("\n"),
        reasoning("b "),
        text(" "),
        text("c"),
      ],
      screen: "[a\nb]\nc\n",
    },
    {
      name: "reasoning that is blank leaves no bracket",
      wiring: "both-terminals",
      events: [reasoning(" \n"), text("c"), completed("c")],
      screen: "c\n",
    },
    {
      name: "blank reasoning in the midst of text does not break it",
      wiring: "both-terminals",
      events: [text("a"), reasoning(""), text("b"), reasoning("\n"), text("c")],
      screen: "abc\n",
    },
    {
      name: "reasoning between two pieces of text: on a terminal two blocks, behind --stream one text",
      wiring: "stdout-piped",
      streamToStdout: true,
      events: [text("a"), reasoning("x"), text("b"), reasoning("y"), messageItem("ab"), completed("ab")],
      stdout: "ab\n",
      stderr: "[x]\n[y]\n",
    },
    {
      name: "a reasoning item that is completed late does not break the text",
      wiring: "both-terminals",
      events: [
        reasoning("x"),
        text("Hel"),
        reasoningItem("x"),
        text("lo"),
        messageItem("Hello"),
        completed("Hello"),
      ],
      screen: "[x]\nHello\n",
    },
    {
      name: "--stream keeps every character, and adds a newline only where a text has none",
      wiring: "both-piped",
      streamToStdout: true,
      events: [
        text("  a\t"),
        text("\n\n"),
        text("b\n"),
        messageItem(""),
        text("c "),
        messageItem(""),
        text("\x1b[2J"),
        completed(""),
      ],
      stdout: "  a\t\n\nb\nc \n\x1b[2J\n",
      stderr: "",
    },
    {
      name: "a final message that ends in a newline gets one more, none at all stays none",
      wiring: "both-piped",
      events: [text("a\n"), completed("a\n")],
      stdout: "a\n\n",
      stderr: "a\n",
    },
    {
      name: "no final message",
      wiring: "both-piped",
      events: [completed(null)],
      stdout: "",
      stderr: "",
    },
    {
      name: "endless white space is shown in the end, and is not kept",
      wiring: "both-terminals",
      events: [text("a"), ...Array.from({ length: 300 }, () => text("\n")), text("b")],
      screen: `a${"\n".repeat(300)}b\n`,
    },
  ]);
});

describe("hostile text", () => {
  check([
    {
      name: "escape sequences split over deltas become visible marks",
      wiring: "both-terminals",
      events: [text("a\x1b"), text("]0;title\x07b\x9b"), text("2Jc\x7f\x00"), reasoning("x\x1b[0m")],
      screen: "a^[]0;title^Gb<U+009B>2Jc^?^@\n[x^[[0m]\n",
    },
    {
      name: "returns can't overwrite a line, also when split from their newline",
      wiring: "both-terminals",
      events: [text("a\r"), text("\nb\r\nc\rd"), text("\r"), text("e")],
      screen: "a\nb\nc\nd\ne\n",
    },
    {
      name: "surrogate pairs split over deltas stay whole, lone ones are replaced",
      wiring: "both-terminals",
      events: [text("a\ud83d"), text("\ude00"), text("b\ud83d")],
      screen: "a😀b\ufffd\n",
    },
    {
      name: "behind --stream too",
      wiring: "both-piped",
      streamToStdout: true,
      events: [text("a\ud83d"), text("\ude00"), text("b\ud83d"), completed("")],
      stdout: "a😀b\ufffd\n",
    },
    {
      name: "marks that reorder text are named",
      wiring: "both-terminals",
      events: [text("a\u202eb\u2066c\u200fd")],
      screen: "a<U+202E>b<U+2066>c<U+200F>d\n",
    },
    {
      name: "the final message is data: exact behind a pipe, harmless on stderr",
      wiring: "stdout-piped",
      events: [text("\x1b[31mred"), completed("\x1b[31mred")],
      stdout: "\x1b[31mred\n",
      stderr: "^[[31mred\n",
    },
    {
      name: "commands, output, errors and header facts",
      wiring: "both-piped",
      header: { facts: { ...FACTS, model: "a\x1b[2J\nb", warnings: ["\x9b1m"] }, prompt: "\x1bc" },
      events: [
        ...command("echo \x1b[1m\t\u202e", "ok\x1b[2J\rgone\n"),
        ended({ type: "failed", error: { kind: "server", message: "bad\x1b]8;;x\x07" }, lastMessage: null }),
      ],
      stdout: "",
      stderr: [
        "leat 0.1.0 · a^[[2J b · LM Studio at localhost:1234 · context 32,768\n",
        "workspace-write [workdir, /tmp] · approval never · session 0199a213-81c0-7800-8aa1-bbab2a035a53\n",
        "warning: <U+009B>1m\n",
        "> ^[c\n",
        "exec  echo ^[[1m <U+202E>                  ok in 12 ms\n",
        "  ok^[[2J\n",
        "  gone\n",
        "error: bad^[]8;;x^G\ntry again\n",
      ].join(""),
    },
  ]);
});

describe("width", () => {
  const chinese: Scene = {
    wiring: "both-terminals",
    columns: 40,
    header: { facts: FACTS, prompt: "为什么解析器的测试失败了？请找出原因并修复它，谢谢。" },
    events: [
      started,
      text("分词器返回"),
      text("空列表。"),
      ...command("grep -rn '空字符串的测试用例' src/解析器/词法分析.ts", "很长的输出".repeat(10)),
      completed("分词器返回空列表。", { inputTokens: 1950, cachedInputTokens: 1810, outputTokens: 412 }),
    ],
  };
  check([
    {
      ...chinese,
      name: "Chinese prompt, answer and command at 40 columns",
      screen: [
        "leat 0.1.0 · openai/gpt-oss-20b\n",
        "LM Studio at localhost:1234\n",
        "context 32,768\n",
        "workspace-write [workdir, /tmp]\n",
        "approval never\n",
        "0199a213-81c0-7800-8aa1-bbab2a035a53\n",
        "> 为什么解析器的测试失败了？请找出原因…\n",
        "分词器返回空列表。\n",
        `exec  grep -rn '空字符串的测试用例'…${CLEAR}`,
        "exec  grep -rn '空字符串…   ok in 12 ms\n",
        "  很长的输出很长的输出很长的输出很长的…\n",
        "1,950 in (1,810 cached) · 412 out\n",
      ].join(""),
    },
    ...[0, undefined, Number.NaN, -1].map((columns) => ({
      name: `width ${columns} counts as 80`,
      wiring: "both-terminals" as const,
      columns,
      events: command("x".repeat(100), ""),
      screen: `exec  ${"x".repeat(70)}…${CLEAR}exec  ${"x".repeat(59)}…  ok in 12 ms\n`,
    })),
    {
      name: "at 20 columns the result goes below",
      wiring: "both-terminals",
      columns: 20,
      events: command("npm run test", "", 340, 1),
      screen: `exec  npm run te…${CLEAR}exec  npm run test\n      exit 1 in 34…\n`,
    },
    {
      name: "a file has no edge",
      wiring: "both-piped",
      events: command("x".repeat(200), ""),
      stderr: `exec  ${"x".repeat(200)}  ok in 12 ms\n`,
    },
  ]);
});

describe("the status line", () => {
  const progress = (processed: number, total: number, cached?: number, elapsedMs?: number): AgentEvent => ({
    type: "prefill-progress",
    progress: {
      processed,
      total,
      ...(cached === undefined ? {} : { cached }),
      ...(elapsedMs === undefined ? {} : { elapsedMs }),
    },
  });
  const state = (next: ServerState): AgentEvent => ({ type: "server-state", state: next });
  const loadingNotice: AgentEvent = {
    type: "notice",
    notice: { kind: "model-loading", error: { kind: "model_loading", message: "Loading model" } },
  };
  const estimate = (processed: number, total: number): AgentEvent => ({
    type: "prefill-progress",
    progress: { processed, total, elapsedMs: 1000, isEstimate: true },
  });
  check([
    {
      name: "prefill, redrawn in place and erased when the first token comes",
      wiring: "both-terminals",
      events: [
        request(1),
        progress(400, 1950, 390, 100),
        progress(1210, 1950, 390, 2000),
        text(" "),
        text("Hi"),
      ],
      screen: [
        "prefill ▕███░░░░░░░░░░░░░▏ 20 %  400 of 1,950 tokens · 100 tok/s · 16 s left",
        "\rprefill ▕██████████░░░░░░▏ 62 %  1,210 of 1,950 tokens · 410 tok/s · 2 s left\x1b[K",
        `${CLEAR}Hi\n`,
      ].join(""),
    },
    {
      name: "speed by leat's own clock where the server states no time",
      wiring: "stdout-piped",
      events: [request(1), 500, progress(500, 100_000)],
      stderr: `prefill ▕░░░░░░░░▏ 0 %  500 of 100,000 tokens · 1,000 tok/s · 1 m 40 s left${CLEAR}`,
    },
    {
      name: "as much as fits",
      wiring: "both-terminals",
      columns: 40,
      events: [progress(50, 100, 0, 1000)],
      screen: `prefill ▕████░░░░▏ 50 %  1 s left${CLEAR}`,
    },
    {
      name: "room is left for the ^C of the terminal",
      wiring: "both-terminals",
      columns: 40,
      events: command("x".repeat(80), "").slice(0, 1),
      screen: `exec  ${"x".repeat(30)}…${CLEAR}exec  ${"x".repeat(32)}…\n      aborted after 0 ms\n`,
    },
    {
      name: "narrow and without UTF-8",
      wiring: "both-terminals",
      columns: 20,
      utf8: false,
      events: [progress(50, 100, 0, 1000)],
      screen: `prefill 50 %${CLEAR}`,
    },
    {
      name: "wrong counts of a server, ASCII",
      wiring: "both-terminals",
      utf8: false,
      events: [progress(1, 0), progress(Number.NaN, 10), progress(30, 20, 40, 0)],
      screen: `prefill [----------------] 0 %  0 of 10 tokens\rprefill [################] 100 %  20 of 20 tokens\x1b[K${CLEAR}`,
    },
    {
      name: "not on a pipe",
      wiring: "both-piped",
      events: [request(1), 3000, progress(50, 100), 3000, text("x")],
      stderr: "x\n",
    },
    {
      name: "not on a dumb terminal",
      wiring: "both-terminals",
      dumbTerminal: true,
      events: [request(1), 3000, progress(50, 100), ...command("true", "")],
      screen: "exec  true                                 ok in 12 ms\n",
    },
    {
      name: "loading and queueing at once and with clocks of their own; the clock goes on where only the words change",
      wiring: "both-terminals",
      events: [
        request(1),
        1500,
        state({ kind: "queued", slots: 4 }),
        1000,
        state({ kind: "loading", model: "m\u001b[2J" }),
        2000,
        state({ kind: "loading", model: "m", orReading: true }),
        1000,
        state({ kind: "reading" }),
        text("Hi"),
      ],
      screen: [
        "waiting for the model · 1 s",
        "\rqueued: all 4 slots of the server are busy\x1b[K",
        "\rqueued: all 4 slots of the server are busy · 1 s\x1b[K",
        "\rloading m^[[2J\x1b[K\rloading m^[[2J · 1 s\x1b[K\rloading m^[[2J · 2 s\x1b[K",
        "\rloading m, or reading its first prompt\x1b[K\rloading m, or reading its first prompt · 3 s\x1b[K",
        "\rwaiting for the model\x1b[K",
        `${CLEAR}Hi\n`,
      ].join(""),
    },
    {
      name: "each state in a line of its own where none can be redrawn, and once",
      wiring: "both-piped",
      events: [
        request(1),
        state({ kind: "queued", slots: 1 }),
        state({ kind: "loading", model: "m" }),
        state({ kind: "loading", model: "m", orReading: true }),
        state({ kind: "reading" }),
        5000,
        request(2),
        state({ kind: "loading", model: "m" }),
      ],
      stderr: "queued: the one slot of the server is busy\nloading m\nloading m\n",
    },
    {
      name: "a server that refuses until the model is there: a clock, and no line that stays",
      wiring: "both-terminals",
      events: [request(1), loadingNotice, state({ kind: "loading", model: "m" }), 1000, text("Hi")],
      screen: `loading the model\rloading m\x1b[K\rloading m · 1 s\x1b[K${CLEAR}Hi\n`,
    },
    {
      name: "the same where no line can be redrawn: the server's word",
      wiring: "both-piped",
      events: [request(1), loadingNotice, state({ kind: "loading", model: "m" }), 1000],
      stderr: "Loading model; waiting until it is there\n",
    },
    {
      name: "an estimate is marked, and never whole",
      wiring: "both-terminals",
      utf8: false,
      events: [estimate(500, 1000), estimate(2000, 1000)],
      screen: [
        "prefill ~ [########--------] 50 %  500 of 1,000 tokens | 500 tok/s | 1 s left",
        "\rprefill ~ [################] 99 %  990 of 1,000 tokens | 990 tok/s | 1 s left\x1b[K",
        CLEAR,
      ].join(""),
    },
    {
      name: "a clock while nothing comes, also while a call is being written after a text",
      wiring: "both-terminals",
      events: [request(1), 2500, text("Now"), 5000, messageItem("Now"), 1000, ...command("true", "")],
      screen: [
        "waiting for the model · 1 s\rwaiting for the model · 2 s\x1b[K",
        `${CLEAR}Now\n`,
        `waiting for the model · 1 s\rexec  true\x1b[K${CLEAR}`,
        "exec  true                                 ok in 12 ms\n",
      ].join(""),
    },
    {
      name: "a clock beside a command that takes long; a notice moves it down",
      wiring: "both-terminals",
      events: [
        ...command("npm test", "").slice(0, 1),
        1000,
        { type: "notice", notice: { kind: "parameter-dropped", parameter: "stream_options" } },
        1000,
        ...command("npm test", "", 2000).slice(1),
      ],
      screen: [
        "exec  npm test\rexec  npm test  1 s\x1b[K",
        `${CLEAR}the server refused \`stream_options\`; left out from now on\n`,
        `exec  npm test  2 s${CLEAR}`,
        "exec  npm test                             ok in 2.0 s\n",
      ].join(""),
    },
  ]);
});

describe("usage", () => {
  const turn = (usage: object, ...timings: object[]): readonly AgentEvent[] => [
    started,
    ...timings.map((timing) => response({ totalMs: 1, ...timing })),
    completed(null, usage),
  ];
  check([
    { name: "nothing known", wiring: "both-piped", events: turn({}, {}), stderr: "" },
    {
      name: "only counts",
      wiring: "both-piped",
      events: turn({ inputTokens: 1234567, outputTokens: 0 }),
      stderr: "1,234,567 in · 0 out\n",
    },
    {
      name: "only output",
      wiring: "both-piped",
      events: turn({ cachedInputTokens: 5, outputTokens: 7 }),
      stderr: "7 out\n",
    },
    {
      name: "first token of the first response, speed of the last one that has it",
      wiring: "both-piped",
      events: turn(
        {},
        {
          firstTokenMs: 340.4,
          prefill: { tokens: 900, tokensPerSecond: 410, by: "clock" },
          decode: { tokensPerSecond: 20, by: "server" },
        },
        { firstTokenMs: 9, decode: { tokensPerSecond: 4.56, by: "clock" } },
        {},
      ),
      stderr: "first token 340 ms · prefill ≈410 tok/s · ≈4.6 tok/s\n",
    },
    {
      name: "a first response without a token gives no first token",
      wiring: "both-piped",
      events: turn({ inputTokens: 10 }, {}, { firstTokenMs: 9 }),
      stderr: "10 in\n",
    },
  ]);
});

describe("notices and ends", () => {
  const refused = { kind: "overloaded", message: "503 overloaded" } as const;
  check([
    {
      name: "retries",
      wiring: "both-piped",
      events: [
        {
          type: "notice",
          notice: {
            kind: "retry",
            layer: "request",
            attempt: 1,
            maxAttempts: 4,
            delayMs: 203,
            error: refused,
          },
        },
        {
          type: "notice",
          notice: {
            kind: "retry",
            layer: "request",
            attempt: 2,
            maxAttempts: 4,
            delayMs: 75_000,
            error: refused,
          },
        },
      ],
      stderr: "retry 1 of 4 in 0.2 s: 503 overloaded\nretry 2 of 4 in 1 m 15 s: 503 overloaded\n",
    },
    {
      name: "an answer that broke off is void; the next one stands on a fresh line",
      wiring: "both-terminals",
      events: [
        reasoning("Let me"),
        { type: "response-discarded" },
        reasoning("Let me see"),
        text("Hi"),
        completed("Hi"),
      ],
      screen: "[Let me]\nthe answer broke off; it is asked for again from the start\n[Let me see]\nHi\n",
    },
    {
      name: "the same behind --stream",
      wiring: "both-piped",
      streamToStdout: true,
      events: [text("Le"), { type: "response-discarded" }, text("Let me"), completed("Let me")],
      stdout: "Le\nLet me\n",
      stderr: "the answer broke off; it is asked for again from the start\n",
    },
    {
      name: "the other notices",
      wiring: "both-piped",
      events: [
        { type: "notice", notice: { kind: "output-truncated" } },
        { type: "notice", notice: { kind: "content-filtered" } },
        { type: "notice", notice: { kind: "nameless-calls", count: 1 } },
        { type: "notice", notice: { kind: "nameless-calls", count: 2 } },
        {
          type: "notice",
          notice: { kind: "arguments-repaired", name: "shell", repairs: ["code fence", "trailing commas"] },
        },
        {
          type: "notice",
          notice: { kind: "model-loading", error: { kind: "model_loading", message: "Loading model" } },
        },
        { type: "notice", notice: { kind: "empty-answer" } },
        { type: "notice", notice: { kind: "unreadable-events", count: 1 } },
        { type: "notice", notice: { kind: "unreadable-events", count: 1200 } },
        { type: "notice", notice: { kind: "repeated-call", name: "shell", count: 3, step: "noticed" } },
        { type: "notice", notice: { kind: "repeated-call", name: "shell", count: 12, step: "hinted" } },
        { type: "notice", notice: { kind: "repeated-call", name: "shell", count: 22, step: "refused" } },
        { type: "notice", notice: { kind: "repeated-error", count: 6 } },
        { type: "notice", notice: { kind: "repeated-text", place: "text", unit: "I check it.\n" } },
        { type: "notice", notice: { kind: "repeated-text", place: "arguments", unit: "0, ".repeat(20) } },
        { type: "notice", notice: { kind: "reasoning-cut", tokens: 4001 } },
        { type: "notice", notice: { kind: "unfinished-answer", step: "told" } },
        { type: "notice", notice: { kind: "unfinished-answer", step: "left" } },
      ],
      stderr: [
        "the model stopped at its output limit; what came so far is kept\n",
        "the server's content filter stopped the answer\n",
        "a tool call could not be read and was not run\n",
        "2 tool calls could not be read and were not run\n",
        "the arguments of shell were mended: code fence, trailing commas\n",
        "Loading model; waiting until it is there\n",
        "the model ended without an answer; it is told to go on\n",
        "1 event of the server could not be read and was left out\n",
        "1,200 events of the server could not be read and were left out\n",
        "the same call of shell, with the same result, for the 3rd time\n",
        "the same call of shell, with the same result, for the 12th time; the model is told to do something else\n",
        "the same call of shell, with the same result, for the 22nd time: not run\n",
        "6 different calls have failed with the same error; the model is told to take another way\n",
        'the model repeats itself in its answer ("I check it.\\n"): cut off, and it is told to go on\n',
        'the model repeats itself in a call ("0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0" and so on): cut off, and it is told to go on\n',
        "the model has thought for about 4,001 tokens: cut off, and it is told to answer now\n",
        "the model announced a step and did not take it; it is told to go on\n",
        "the model announced a step once more and did not take it\n",
      ].join(""),
    },
    {
      name: "failed: no partial message on a piped stdout",
      wiring: "both-piped",
      events: [text("I'll"), ended({ type: "failed", error: refused, lastMessage: "before" })],
      stdout: "",
      stderr: "I'll\nerror: 503 overloaded\ntry again\n",
    },
    {
      name: "failed, in colour and without a hint",
      wiring: "both-terminals",
      color: "auto",
      explain: () => ({ message: "no" }),
      events: [ended({ type: "failed", error: refused, lastMessage: null })],
      screen: "\x1b[1;31merror: no\x1b[0m\n",
    },
    {
      name: "interrupted in the midst of reasoning",
      wiring: "stdout-piped",
      events: [reasoning("Let"), ended({ type: "interrupted", lastMessage: "before" })],
      stdout: "",
      stderr: "[Let]\ninterrupted\n",
    },
    {
      name: "interrupted in the midst of a command of which no end came",
      wiring: "both-terminals",
      events: [...command("sleep 9", "").slice(0, 1), 500, ended({ type: "interrupted", lastMessage: null })],
      screen: `exec  sleep 9${CLEAR}exec  sleep 9                              aborted after 500 ms\ninterrupted\n`,
    },
    {
      name: "no end of the turn at all",
      wiring: "both-terminals",
      events: [reasoning("Let")],
      screen: "[Let]\n",
    },
  ]);
});

test("a delta is one write, at once, however many come", () => {
  const deltas = Array.from({ length: 1000 }, (_, index) => text(`t${index} `));
  const { writes } = play({ wiring: "both-terminals", events: deltas });
  expect(writes.length).toBe(1001);
  expect(writes.slice(0, 3)).toEqual(["t0", " t1", " t2"]);
});
