import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { snapshotTree } from "../support/tree.ts";
import { call, makeContext, makeFolder, realSandbox } from "./support.ts";

/** The cases of fixtures/edits: files, a call, what the model reads of it, and the files after it. Fields: its README.md. */
interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, Entry | null>>;
  readonly outside?: Readonly<Record<string, Entry | null>>;
  readonly sandbox?: "read-only" | "workspace-write";
  readonly steps?: readonly (
    | { readonly call: Call }
    | { readonly disk: Readonly<Record<string, Entry | null>> }
  )[];
  readonly call: Call;
  readonly after?: Readonly<Record<string, Entry | null>>;
  output?: string;
}

type Call = readonly [string, string | Readonly<Record<string, unknown>>];
type Entry =
  | string
  | { readonly text: string; readonly mode: string }
  | { readonly base64: string }
  | { readonly link: string }
  | { readonly repeat: readonly [string, number]; readonly end?: string }
  | Readonly<Record<string, never>>;

const folder = join(import.meta.dirname, "../../fixtures/edits");
const families = readdirSync(folder).filter((name) => name.endsWith(".json"));
const isUpdating = process.env["UPDATE_EDITS"] === "1";

describe.each(families)("%s", (family) => {
  const cases: Case[] = JSON.parse(readFileSync(join(folder, family), "utf8"));

  test.each(cases)("$name", async (given) => {
    const { output, changed } = await replay(given);
    if (isUpdating) {
      given.output = output;
      writeFileSync(join(folder, family), asciiJson(cases));
    }
    expect(output).toBe(given.output);
    expect(changed.actual).toEqual(changed.expected);
  });
});

test("there are enough of them", () => {
  const count = families
    .map((family) => JSON.parse(readFileSync(join(folder, family), "utf8")).length)
    .reduce((sum: number, length: number) => sum + length, 0);
  expect(count).toBeGreaterThan(200);
});

async function replay(given: Case) {
  const places = { CWD: makeFolder(), OUTSIDE: makeFolder() };
  const named = (text: string) => text.replaceAll("OUTSIDE", places.OUTSIDE);
  const put = (root: string, files: Readonly<Record<string, Entry | null>>) => {
    for (const [name, entry] of Object.entries(files)) {
      putEntry(join(root, name), entry, named);
    }
  };
  put(places.CWD, given.files);
  put(places.OUTSIDE, given.outside ?? {});
  const sandbox = realSandbox(
    places.CWD,
    given.sandbox === "workspace-write"
      ? { mode: "workspace-write", writableRoots: [places.CWD], networkAccess: false }
      : { mode: given.sandbox ?? "danger-full-access" },
  );
  const context = makeContext(places.CWD, { sandbox });
  const argumentsOf = ([, args]: Call) =>
    typeof args === "string" ? args : named(JSON.stringify(args, expandRepeat));
  for (const step of given.steps ?? []) {
    if ("disk" in step) {
      put(places.CWD, step.disk);
    } else {
      await call(step.call[0], argumentsOf(step.call), context);
    }
  }

  const before = snapshotTree(places.CWD);
  const outside = snapshotTree(places.OUTSIDE);
  const result = await call(given.call[0], argumentsOf(given.call), context);
  const actual = snapshotTree(places.CWD);

  // What is expected is laid over the files as they were, and looked at in the same way.
  rmSync(places.CWD, { recursive: true });
  mkdirSync(places.CWD);
  put(places.CWD, { ...given.files, ...diskOf(given), ...given.after });
  const expected = given.after === undefined ? before : snapshotTree(places.CWD);
  expect(snapshotTree(places.OUTSIDE)).toEqual(outside);
  expect(result.outcome.kind).toBe(given.after === undefined ? "failed" : "files-changed");
  return {
    output: result.output.replaceAll(places.CWD, "CWD").replaceAll(places.OUTSIDE, "OUTSIDE"),
    changed: { actual, expected },
  };
}

function diskOf(given: Case): Readonly<Record<string, Entry | null>> {
  return Object.assign({}, ...(given.steps ?? []).map((step) => ("disk" in step ? step.disk : {})));
}

function putEntry(path: string, entry: Entry | null, named: (text: string) => string): void {
  if (entry === null) {
    rmSync(path, { force: true });
    return;
  }
  if (path.endsWith("/")) {
    mkdirSync(path, { recursive: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  if (typeof entry === "string") {
    writeFileSync(path, entry);
  } else if ("link" in entry) {
    symlinkSync(named(entry.link), path);
  } else if ("base64" in entry) {
    writeFileSync(path, Buffer.from(entry.base64, "base64"));
  } else if ("repeat" in entry) {
    writeFileSync(path, repeated(entry.repeat) + (entry.end ?? ""));
  } else {
    writeFileSync(path, entry["text"] ?? "");
    chmodSync(path, Number.parseInt(entry["mode"] ?? "644", 8));
  }
}

function expandRepeat(_key: string, value: unknown): unknown {
  const isRepeat = typeof value === "object" && value !== null && "repeat" in value;
  return isRepeat ? repeated(value.repeat as readonly [string, number]) : value;
}

function repeated([text, count]: readonly [string, number]): string {
  return text.repeat(count);
}

/** What can't be seen must be legible in a fixture. */
function asciiJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${json}\n`;
}
