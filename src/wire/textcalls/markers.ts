import type { ToolSpec } from "../../protocol/index.ts";
import { ANSWER_MARKS, THINKING_KINDS } from "../chat/thinking-kinds.ts";
import { anyOf, partialFinder } from "./end-finder.ts";
import type { TextCallFormat } from "./format.ts";
import { FORMATS } from "./formats.ts";

/** What a marker in the text may mean. */
export type Mark =
  | { readonly type: "call"; readonly format: TextCallFormat }
  | { readonly type: "silent" }
  | { readonly type: "thinking-open"; readonly kind: string }
  | { readonly type: "thinking-close" };

export interface FoundMark {
  readonly mark: Mark;
  readonly index: number;
  readonly end: number;
}

export type Place = "answer" | "reasoning-field" | "tagged-thinking";

/** The markers that count at a place. Those of thinking count until it is clear where that ended. */
export function createMarkers(tools: readonly ToolSpec[], place: Place) {
  const start = startOf(tools, place);
  const { calls } = start;
  const silent = new Map<string, Mark>(
    place === "answer" ? ANSWER_MARKS.map((mark) => [mark, { type: "silent" }] as const) : [],
  );
  const armed = new Set(place === "answer" ? THINKING_KINDS.map(({ close }) => close) : []);
  /** Made when it is first needed: an answer in a field of its own, or in Harmony, needs none. */
  let made = start.table;
  let isStart = true;
  const table = () => {
    made ??= tableOf([...calls, ...silent, ...thinkingMarks(armed)]);
    start.table ??= isStart ? made : undefined;
    return made;
  };
  const change = () => {
    made = undefined;
    isStart = false;
  };

  return {
    callOpens: [...calls.keys()],
    /** Whether anything in the text may begin a marker; in most of it nothing does. */
    mayBeginIn: (text: string): boolean => table().firsts.test(text),
    /** The next marker at or after `from`. */
    next(text: string, from: number): FoundMark | undefined {
      table().pattern.lastIndex = from;
      const match = table().pattern.exec(text);
      const mark = match === null ? undefined : table().marks.get(match[0]);
      return match === null || mark === undefined
        ? undefined
        : { mark, index: match.index, end: match.index + match[0].length };
    },
    /** How many characters at the end may be the beginning of a marker. */
    partial: (text: string): number => table().partial(text),
    /** An opening tag was quoted, so that a closing one of its kind is a quotation as well. */
    disarm(close: string): void {
      armed.delete(close);
      change();
    },
    silence(mark: string): void {
      silent.set(mark, { type: "silent" });
      change();
    },
    disarmAll(): void {
      if (armed.size > 0) {
        armed.clear();
        change();
      }
    },
  };
}

interface Start {
  readonly calls: ReadonlyMap<string, Mark>;
  /** All that counts at the start of an answer; made by the first answer that needs it. */
  table: Table | undefined;
}

/** The tools of a session do not change, and their table is most of what an answer costs before its first word. */
const STARTS = new WeakMap<readonly ToolSpec[], Map<Place, Start>>();

function startOf(tools: readonly ToolSpec[], place: Place): Start {
  const starts = STARTS.get(tools) ?? new Map<Place, Start>();
  STARTS.set(tools, starts);
  const start = starts.get(place) ?? { calls: callMarks(tools, place), table: undefined };
  starts.set(place, start);
  return start;
}

function callMarks(tools: readonly ToolSpec[], place: Place): ReadonlyMap<string, Mark> {
  const formats = tools.length === 0 ? [] : FORMATS;
  return new Map(
    formats
      .filter((format) => place !== "reasoning-field" || format.inReasoning === true)
      .flatMap((format) => format.opens(tools).map((open) => [open, { type: "call", format }] as const)),
  );
}

function thinkingMarks(armed: ReadonlySet<string>): readonly (readonly [string, Mark])[] {
  return THINKING_KINDS.filter(({ close }) => armed.has(close)).flatMap(({ open, close }) => [
    ...(open === undefined ? [] : [[open, { type: "thinking-open", kind: close }] as const]),
    [close, { type: "thinking-close" }] as const,
  ]);
}

type Table = ReturnType<typeof tableOf>;

function tableOf(entries: readonly (readonly [string, Mark])[]) {
  const marks = new Map(entries);
  const literals = [...marks.keys()];
  return {
    marks,
    pattern: anyOf(literals),
    firsts: firstsOf(literals),
    partial: partialFinder(literals),
  };
}

/** Any of the characters that a marker may begin with. */
function firstsOf(literals: readonly string[]): RegExp {
  const firsts = [...new Set(literals.map((literal) => literal[0] ?? ""))];
  const codes = firsts.map((first) => `\\u${first.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return codes.length === 0 ? /(?!)/ : new RegExp(`[${codes.join("")}]`);
}
