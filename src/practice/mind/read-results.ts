/** Reads tool results: what a test run says, where the source is, and where the known bug stands in it. */
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edit } from "./offered-tools.ts";

export type TestRun =
  | { readonly type: "passed"; readonly count: number }
  | {
      readonly type: "failed";
      readonly name: string | null;
      readonly expected: string | null;
      readonly actual: string | null;
    }
  /** No test runner's report: the command was refused, there is no package.json, no test was found. */
  | { readonly type: "unclear" };

/** Reads the reports of node:test (TAP and spec), and the closing lines of vitest and jest. */
export function readTestRun(output: string): TestRun {
  const text = withoutEscapes(output);
  const failed = countIn(text, /^[#ℹ]\s*fail\s+(\d+)/m) ?? countIn(text, /^\s*Tests:?\s.*?(\d+) failed/m);
  const passed = countIn(text, /^[#ℹ]\s*pass\s+(\d+)/m) ?? countIn(text, /^\s*Tests:?\s.*?(\d+) passed/m);
  if ((failed ?? 0) > 0 || (failed === null && /^\s*(?:not ok \d|✖ )/m.test(text))) {
    return {
      type: "failed",
      name: failingName(text),
      expected: firstOf(text, /^\s*expected: (.+?),?$/m),
      actual: firstOf(text, /^\s*actual: (.+?),?$/m),
    };
  }
  return passed !== null && passed > 0 ? { type: "passed", count: passed } : { type: "unclear" };
}

/** The files a failed run names: source files first in line, since a stack that leads there saves a step. */
export function filesInTestRun(
  output: string,
  directory: string | null,
): { source: string | null; test: string | null } {
  const text = withoutEscapes(output);
  const places = [
    ...text.matchAll(/location: '(.+?):\d+:\d+'/g),
    ...text.matchAll(/^test at (.+?):\d+:\d+$/gm),
    ...text.matchAll(/^\s+(?:at )?[^\n(]*\((.+?):\d+:\d+\)/gm),
    ...text.matchAll(/^\s+at ((?:file:\/\/)?\/[^\n()]+?):\d+:\d+$/gm),
  ];
  const files = places
    .map((match) => relativePath(match[1] ?? "", directory))
    .filter(
      (path) => /\.[cm]?[jt]sx?$/.test(path) && !/^node:|node_modules|\n/.test(path) && path.length < 400,
    );
  return {
    source: files.find((path) => !isTestFile(path)) ?? null,
    test: files.find(isTestFile) ?? null,
  };
}

export function testFileInListing(output: string): string | null {
  const lines = withoutEscapes(output).split("\n");
  return (
    lines
      .map((line) => line.trim().replace(/^\.\//, ""))
      .find((line) => /^[^\s:]+\.[cm]?[jt]sx?$/.test(line) && isTestFile(line)) ?? null
  );
}

/** The file of the project a test imports; the one named like the test, where there are several. */
export function importedSource(testSource: string, testPath: string): string | null {
  const imports = [
    ...testSource.matchAll(/(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["'](\.{1,2}\/[^"'\n]+)["']/g),
  ];
  const paths = imports.map((match) => withExtension(posix.join(posix.dirname(testPath), match[1] ?? "")));
  const subject = posix.basename(testPath).replace(/[._-](?:test|spec)\b.*$|\.[^.]+$/, "");
  return paths.find((path) => posix.basename(path).startsWith(`${subject}.`)) ?? paths[0] ?? null;
}

/** Null: there is no `.sort()` without a comparison, or more than one and it is not ours to choose. */
export function findSortEdit(output: string, path: string): Edit | null {
  const lines = fileLines(output);
  const isBug = (line: string) => /\.sort\(\s*\)/.test(line) && !/^\s*(?:\/\/|\/?\*)/.test(line);
  const index = lines.findIndex(isBug);
  const line = lines[index];
  if (line === undefined || lines.filter((other) => /\.sort\(\s*\)/.test(other)).length > 1) {
    return null;
  }

  const oldText = /\.sort\(\s*\)/.exec(line)?.[0] ?? "";
  const newText = ".sort((a, b) => a - b)";
  const before = lines[index - 1];
  const after = lines[index + 1];
  const patch = [
    "*** Begin Patch",
    `*** Update File: ${path}`,
    "@@",
    ...(before === undefined ? [] : [` ${before}`]),
    `-${line}`,
    `+${line.replace(oldText, newText)}`,
    ...(after === undefined ? [] : [` ${after}`]),
    "*** End Patch",
    "",
  ].join("\n");
  return { path, oldText, newText, patch };
}

/** Judged by the first line only: what follows may be a diff, in which any word can stand. */
export function looksRefused(output: string): boolean {
  const first = output.trimStart().split("\n")[0] ?? "";
  if (/^(?:success|edited|updated|changed|replaced|wrote|applied|done|ok)\b/i.test(first)) {
    return false;
  }
  return /\b(?:fail(?:ed|ure)?|error|refused|denied|rejected|invalid|missing|interrupted|aborted|outside|no such|cannot|could not|can't|does not|(?:not|was not) (?:found|written|allowed|run|made|changed|applied))\b/i.test(
    first,
  );
}

export function isTestFile(path: string): boolean {
  return /[._-](?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)(?:tests?|__tests__|spec)\/[^/]+$/.test(path);
}

export function withoutEscapes(text: string): string {
  return text.replace(/\u001b\[[\d;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g, "");
}

/** A tool may put a header before a file's lines, a number before each, and a line in brackets after them. */
function fileLines(output: string): readonly string[] {
  const all = output.replace(/(?:^|\n)\[[^\n]*\]\s*$/, "").split(/\r?\n/);
  const header = all.slice(0, 8).findIndex((line) => /^Output:\s*$/.test(line));
  const lines = all.slice(header + 1);
  const number = /^\s*L?\d+(?:\t|: ?|[|│→] ?)/;
  const numbered = lines.filter((line) => number.test(line));
  if (numbered.length > 0 && numbered.length >= lines.filter((line) => line.trim() !== "").length / 2) {
    return numbered.map((line) => line.replace(number, ""));
  }
  return lines;
}

/** Node 20 reports whole paths and file URLs, Node 24 paths below the working directory. */
function relativePath(found: string, directory: string | null): string {
  const path = found.startsWith("file://") ? pathOfUrl(found) : found;
  if (directory === null) {
    return path;
  }
  // On macOS /tmp is a link to /private/tmp, and Node reports where it leads.
  const root = [directory, `/private${directory}`].find((candidate) => path.startsWith(`${candidate}/`));
  return root === undefined ? path : path.slice(root.length + 1);
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

function withExtension(path: string): string {
  return /\.[cm]?[jt]sx?$/.test(path) ? path : `${path}.js`;
}

function failingName(text: string): string | null {
  const names = [...text.matchAll(/^\s*(?:not ok \d+ - (.+)|✖ (.+?)(?: \([\d.]+ms\))?)$/gm)];
  const found = names.map((match) => match[1] ?? match[2] ?? "");
  // Node below 20.19 also reports each failed file as a test of its own.
  return found.find((name) => !/^failing tests:|\.[cm]?[jt]sx?$/.test(name)) ?? null;
}

function countIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function firstOf(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null;
}
