import { randomCuts } from "./seeded-random.ts";

/** What becomes of streams on bad days. Each takes the bytes of an answer and makes others of them. */
export type Mutation = (bytes: Buffer, random: () => number) => Buffer;

export const BYTE_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bytes changed": (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let count = 1 + below(8, random); count > 0; count -= 1) {
      changed[below(changed.length, random)] = below(256, random);
    }
    return changed;
  },
  "a piece dropped": (bytes, random) => {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  "a piece doubled": (bytes, random) => {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  cut: (bytes, random) => bytes.subarray(0, below(bytes.length, random)),
  "NULs and bytes that are no UTF-8": (bytes, random) => {
    const start = below(bytes.length, random);
    const noise = Buffer.from([0, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0]);
    return Buffer.concat([bytes.subarray(0, start), noise, bytes.subarray(start)]);
  },
  "frames swapped, dropped and doubled": (bytes, random) => {
    const frames = bytes.toString("latin1").split("\n\n");
    for (let count = 1 + below(3, random); count > 0; count -= 1) {
      const [from, to] = [below(frames.length, random), below(frames.length, random)];
      const moved = frames.splice(from, 1);
      frames.splice(to, 0, ...pick([moved, [], [...moved, ...moved]], random));
    }
    return Buffer.from(frames.join("\n\n"), "latin1");
  },
};

/** The same for the JSON in it: each event, or the body as a whole. */
export const VALUE_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "values of other kinds": (bytes, random) => mapJson(bytes, (value) => withRandomValue(value, random)),
  "keys of other names": (bytes, random) =>
    mapText(bytes, (text) =>
      text.replace(/"(\w+)":/g, (whole) =>
        random() < 0.05 ? `"${pick(["__proto__", "constructor", "toString", ""], random)}":` : whole,
      ),
    ),
  "keys given twice": (bytes, random) =>
    mapText(bytes, (text) =>
      text.replace(/"(\w+)":/g, (whole) =>
        random() < 0.1 ? `${whole}${JSON.stringify(pick(VALUES, random))},${whole}` : whole,
      ),
    ),
};

/** Stands for what JSON.stringify can't write. */
const PLACEHOLDERS: readonly (readonly [string, string])[] = [
  ["@deep list@", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
  ["@deep object@", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ["@huge number@", "1e999"],
  ["@long number@", "9".repeat(400)],
  ["@prototype@", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
];

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  " ",
  "x",
  "\u0000",
  "\ud800",
  "\udc00\ud800",
  "__proto__",
  "<tool_call>",
  "<think>",
  "</think>",
  "<|channel|>",
  "{",
  '{"a":',
  "x".repeat(5000),
  [],
  {},
  [null],
  [[]],
  [{}],
  { "": "" },
  [1, "2", [3], { four: 4 }],
  ...PLACEHOLDERS.map(([placeholder]) => placeholder),
];

function mapJson(bytes: Buffer, change: (value: unknown) => unknown): Buffer {
  return mapText(bytes, (text) => {
    try {
      return JSON.stringify(change(JSON.parse(text)));
    } catch {
      return text;
    }
  });
}

function mapText(bytes: Buffer, change: (json: string) => string): Buffer {
  const text = bytes.toString("utf8");
  const changed = /^\s*[{[]/.test(text)
    ? change(text)
    : text.replace(/^data: ?(.*)$/gm, (_, json: string) => `data: ${change(json)}`);
  return Buffer.from(
    PLACEHOLDERS.reduce(
      (filled, [placeholder, json]) => filled.replaceAll(`"${placeholder}"`, json),
      changed,
    ),
  );
}

/** One place of the value, whichever, holds another one. */
function withRandomValue(value: unknown, random: () => number): unknown {
  const places = countPlaces(value);
  let left = below(places, random);
  const walk = (inner: unknown): unknown => {
    if (left === 0) {
      left -= 1;
      return pick(VALUES, random);
    }
    left -= 1;
    if (Array.isArray(inner)) {
      return inner.map(walk);
    }
    return typeof inner === "object" && inner !== null
      ? Object.fromEntries(Object.entries(inner).map(([key, entry]) => [key, walk(entry)]))
      : inner;
  };
  return walk(value);
}

function countPlaces(value: unknown): number {
  const inner = typeof value === "object" && value !== null ? Object.values(value) : [];
  return inner.reduce<number>((sum, entry) => sum + countPlaces(entry), 1);
}

/** The bytes in pieces as a network may deliver them. */
export function randomPieces(bytes: Buffer, random: () => number): Buffer[] {
  return random() < 0.5 ? [bytes] : randomCuts(bytes, random);
}

function range(bytes: Buffer, random: () => number): readonly [number, number] {
  const start = below(bytes.length, random);
  return [start, Math.min(bytes.length, start + 1 + below(60, random))];
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[below(values.length, random)];
  if (value === undefined && values.length === 0) {
    throw new Error("nothing to pick from");
  }
  return value as Value;
}
