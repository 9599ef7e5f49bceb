/** What was typed for `leat practice`, read and checked. */
import type { Pace, ServerFace } from "../practice/index.ts";

/** "leat" on a telephone's keys. A fixed port, so that a pasted config stays right. */
const DEFAULT_PORT = 5328;

export interface TypedOptions {
  readonly port?: number;
  readonly scriptPath?: string;
  readonly pace?: string;
  readonly face?: ServerFace;
  readonly prefill?: string;
  readonly slots?: string;
  readonly load?: string;
  readonly window?: string;
  readonly also?: readonly string[];
  readonly slotSavePath?: string;
}

export interface ServerSettings {
  readonly port: number;
  readonly pace: Pace;
  readonly face?: ServerFace;
  readonly prefillTokensPerSecond?: number;
  readonly slots?: number;
  readonly loadMs?: number;
  readonly window?: number;
  readonly moreModels?: readonly string[];
  readonly slotSavePath?: string;
}

export function readOptions(
  typed: TypedOptions,
):
  | { readonly ok: true; readonly settings: ServerSettings }
  | { readonly ok: false; readonly message: string } {
  const port = typed.port ?? DEFAULT_PORT;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return wrong("the port must be a whole number from 0 (any free one) to 65535.");
  }
  const pace = readPace(typed.pace ?? "human");
  if (pace === null) {
    return wrong(`the pace must be "human", "full" or a number of tokens per second, not "${typed.pace}".`);
  }
  if (typed.face === "vllm" && typed.load !== undefined) {
    return wrong("vLLM does not listen before its model is loaded, so --load says nothing with --as vllm.");
  }
  if (typed.slotSavePath !== undefined && typed.face !== "llamacpp") {
    return wrong("only llama.cpp saves slots: --slot-save-path needs --as llamacpp.");
  }
  const { face, also, slotSavePath } = typed;
  const settings: Record<string, number> = {};
  for (const { key, text, least, most, whole, what } of numbers(typed)) {
    if (text === undefined) {
      continue;
    }
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      const kind = whole ? "a whole number" : "a number";
      return wrong(`${what} must be ${kind} from ${least} to ${most}, not "${text}".`);
    }
    settings[key] = key === "loadMs" ? value * 1000 : value;
  }
  return {
    ok: true,
    settings: {
      port,
      pace,
      ...settings,
      ...(face === undefined ? {} : { face }),
      ...(also === undefined ? {} : { moreModels: also }),
      ...(slotSavePath === undefined ? {} : { slotSavePath }),
    },
  };
}

function numbers(typed: TypedOptions) {
  return [
    {
      key: "prefillTokensPerSecond",
      text: typed.prefill,
      least: 0.1,
      most: 1_000_000,
      whole: false,
      what: "--prefill, in tokens per second,",
    },
    { key: "slots", text: typed.slots, least: 1, most: 64, whole: true, what: "--slots" },
    { key: "loadMs", text: typed.load, least: 0, most: 3600, whole: false, what: "--load, in seconds," },
    {
      key: "window",
      text: typed.window,
      least: 16,
      most: 10_000_000,
      whole: true,
      what: "--window, in tokens,",
    },
  ];
}

function readPace(text: string): Pace | null {
  if (text === "human" || text === "full") {
    return text;
  }
  const tokensPerSecond = Number(text);
  return tokensPerSecond > 0 && tokensPerSecond <= 1_000_000 ? { tokens_per_second: tokensPerSecond } : null;
}

function wrong(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
