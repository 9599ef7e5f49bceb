/** Checks a script file by hand, so that each message names the place in the file. */
import type { Script } from "./script.ts";

export function parseScript(json: unknown): { ok: true; script: Script } | { ok: false; message: string } {
  const message = checkScript(json, "");
  return message === null ? { ok: true, script: json as Script } : { ok: false, message };
}

/** A check returns what is wrong, or null. */
type Check = (value: unknown, path: string) => string | null;

const text: Check = (value, path) => (typeof value === "string" ? null : `${path} must be a string`);
const yesOrNo: Check = (value, path) => (typeof value === "boolean" ? null : `${path} must be true or false`);
const anyObject: Check = (value, path) => (isObject(value) ? null : `${path} must be an object`);

const status: Check = (value, path) =>
  numberFrom(200, 599)(value, path) ?? (Number.isInteger(value) ? null : `${path} must be a whole number`);
// setTimeout takes longer waits for 1 ms.
const milliseconds = numberFrom(0, 2 ** 31 - 1);

const checkPace = either(
  `"human", "full" or an object with tokens_per_second`,
  oneOf("human", "full"),
  objectWith({ tokens_per_second: numberFrom(0.01, 1_000_000) }, ["tokens_per_second"]),
);

const checkCondition = objectWith({ body_has: text, body_lacks: text });

// What Node would refuse to send, by throwing.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const checkHeaders: Check = (value, path) => {
  if (!isObject(value)) {
    return `${path} must be an object`;
  }
  for (const [name, content] of Object.entries(value)) {
    if (typeof content !== "string") {
      return `${path}.${name} must be a string`;
    }
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(content)) {
      return `${path}.${name} is not a valid HTTP header`;
    }
  }
  return null;
};

const checkBase64: Check = (value, path) =>
  typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0
    ? null
    : `${path} must be base64 text`;

const checkChunk: Check = (value, path) => {
  if (typeof value === "string") {
    return null;
  }
  if (isObject(value) && "base64" in value) {
    return objectWith({ base64: checkBase64 })(value, path);
  }
  if (isObject(value) && "wait_ms" in value) {
    return objectWith({ wait_ms: milliseconds })(value, path);
  }
  return `${path} must be a string, {"base64": …} or {"wait_ms": …}`;
};

const checkCall = objectWith(
  { name: text, arguments: either("an object or a string", anyObject, text), id: text },
  ["name", "arguments"],
);

const checkSemantic = objectWith({
  when: checkCondition,
  reasoning: text,
  reasoning_field: text,
  inline_think: yesOrNo,
  text,
  calls: listOf(checkCall),
  usage: either("an object or false", anyObject, oneOf(false)),
  finish: either("a string or null", text, oneOf(null)),
  done: yesOrNo,
  pace: checkPace,
  prefill: objectWith({ tokens: numberFrom(1, 100_000_000), ms: milliseconds }, ["tokens", "ms"]),
});

const checkStatus = objectWith({
  when: checkCondition,
  status,
  headers: checkHeaders,
  body: either("a string or an object", text, anyObject),
  delay_ms: milliseconds,
});

const checkRaw = objectWith({
  when: checkCondition,
  status,
  headers: checkHeaders,
  chunks: listOf(checkChunk),
  end: oneOf("close", "destroy", "hang"),
});

const checkReply: Check = (value, path) => {
  if (!isObject(value)) {
    return `${path} must be an object`;
  }
  if ("chunks" in value) {
    return checkRaw(value, path);
  }
  if ("status" in value) {
    return checkStatus(value, path);
  }
  return checkSemantic(value, path);
};

const checkScript = objectWith(
  { model: text, replies: listOf(checkReply), after: oneOf("repeat-last", "fail") },
  ["replies"],
);

function objectWith(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, path) => {
    if (!isObject(value)) {
      return `${path || "the script"} must be an object`;
    }
    for (const key of required) {
      if (!(key in value)) {
        return `${join(path, key)} is missing`;
      }
    }
    for (const [key, content] of Object.entries(value)) {
      const check = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (check === undefined) {
        return `${join(path, key)} is not a known key (known here: ${Object.keys(fields).join(", ")})`;
      }
      const problem = check(content, join(path, key));
      if (problem !== null) {
        return problem;
      }
    }
    return null;
  };
}

function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) {
      return `${path} must be a list`;
    }
    for (const [index, item] of value.entries()) {
      const problem = check(item, `${path}[${index}]`);
      if (problem !== null) {
        return problem;
      }
    }
    return null;
  };
}

/** Where the value has the right type for one of the checks, that check's own message is the more helpful one. */
function either(expected: string, ...checks: Check[]): Check {
  return (value, path) => {
    const problems = checks.map((check) => check(value, path));
    if (problems.includes(null)) {
      return null;
    }
    const deeper = problems.find((problem) => problem !== null && !problem.startsWith(`${path} must be`));
    return deeper ?? `${path} must be ${expected}`;
  };
}

function oneOf(...allowed: readonly (string | false | null)[]): Check {
  const names = allowed.map((value) => JSON.stringify(value)).join(" or ");
  return (value, path) => (allowed.some((item) => item === value) ? null : `${path} must be ${names}`);
}

function numberFrom(least: number, most: number): Check {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return `${path} must be a number`;
    }
    return value >= least && value <= most ? null : `${path} must be from ${least} to ${most}`;
  };
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
