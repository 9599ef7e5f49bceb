type Method = (this: unknown, ...args: unknown[]) => unknown;

/** How much of its receiver or argument a call looks at, at most, told from what it returns. */
type Cost = (self: unknown, args: readonly unknown[], result: unknown) => number;

/**
 * Counts the characters and entries that searching, parsing and copying methods go over while `run` runs. Unlike
 * a clock it is the same on every machine, and work that grows with the square of the input stands out.
 */
export function measureWork(run: () => void): number {
  let work = 0;
  const restores = [
    ...METERED.map(([owner, name, cost]) =>
      replace(owner, name, (original) => {
        return function metered(...args) {
          const result = original.apply(this, args);
          work += cost(this, args, result);
          return result;
        };
      }),
    ),
    ...ASKING.map((name) =>
      replace(Array.prototype, name, (original) => {
        return function metered(callback, ...rest) {
          const ask = callback as Method;
          const counted: Method = function counted(...args) {
            work += 1;
            return ask.apply(this, args);
          };
          return original.call(this, counted, ...rest);
        };
      }),
    ),
  ];
  try {
    run();
  } finally {
    for (const restore of restores) {
      restore();
    }
  }
  return work;
}

/** Returns what undoes it. */
function replace(holder: object, name: string, wrap: (original: Method) => Method): () => void {
  const owner = holder as Record<string, Method>;
  const original = owner[name];
  if (original === undefined) {
    throw new Error(`no method ${name}`);
  }
  owner[name] = wrap(original);
  return () => {
    owner[name] = original;
  };
}

const lengthOf = (value: unknown) => (value as { readonly length: number }).length;
const whole: Cost = (self) => lengthOf(self);

const untilFound: Cost = (self, [, from], result) => {
  const start = typeof from === "number" ? from : 0;
  return result === -1 ? Math.max(0, lengthOf(self) - start) : (result as number) - start + 1;
};

const ofRegExp: Cost = (self, [text], result) => {
  const { lastIndex, global, sticky } = self as RegExp;
  if (result !== null && result !== undefined) {
    const { index, 0: match } = result as RegExpExecArray;
    return index + lengthOf(match) - (global || sticky ? Math.min(index, lastIndex) : 0);
  }
  return sticky ? 1 : lengthOf(String(text));
};

const METERED: readonly (readonly [object, string, Cost])[] = [
  [String.prototype, "indexOf", untilFound],
  [RegExp.prototype, "exec", ofRegExp],
  [JSON, "parse", (_, [text]) => lengthOf(text)],
  ...[
    "includes",
    "lastIndexOf",
    "trim",
    "trimStart",
    "trimEnd",
    "split",
    "replace",
    "replaceAll",
    "match",
  ].map((name) => [String.prototype, name, whole] as const),
  [Array.prototype, "includes", whole],
  [Array.prototype, "join", whole],
];

/** These stop where they have seen enough: what counts is how often they ask. */
const ASKING = [
  "find",
  "findLast",
  "findIndex",
  "findLastIndex",
  "some",
  "every",
  "filter",
  "map",
  "flatMap",
];
