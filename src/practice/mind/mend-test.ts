/**
 * The demo's job: run the tests, read the failing one and what it imports, mend a `.sort()` without a comparison,
 * run the tests again. Where a result is not what it hopes for, it says what it saw and stops.
 */
import type { CallSpec, SemanticReply } from "../script.ts";
import type { Conversation, Step } from "./conversation.ts";
import { type Edit, kindOf, LIST_COMMAND, type OfferedTools, TEST_COMMAND } from "./offered-tools.ts";
import type { Prose, Speech } from "./prose.ts";
import { quote } from "./quote.ts";
import {
  filesInTestRun,
  findSortEdit,
  importedSource,
  isTestFile,
  looksRefused,
  readTestRun,
  type TestRun,
  testFileInListing,
} from "./read-results.ts";

/** Each branch below needs a result of a kind not seen yet, so six steps are the most; this bound is for odd clients. */
const MAX_STEPS = 10;

export function mendTest(conversation: Conversation, tools: OfferedTools, prose: Prose): SemanticReply {
  const { steps } = conversation;
  if (steps.length >= MAX_STEPS) {
    return prose.tooManySteps(MAX_STEPS);
  }

  const edited = steps.findLastIndex((step) => kindOf(step) === "edit");
  if (edited >= 0) {
    return checkEdit(steps, edited, tools, prose);
  }

  const tested = steps.find((step) => kindOf(step) === "test");
  if (tested === undefined) {
    return beginWithTests(tools, prose);
  }
  const run = readTestRun(tested.output);
  switch (run.type) {
    case "passed":
      return prose.alreadyPassing(run.count);
    case "unclear":
      return prose.unclearRun(quote(tested.output));
    case "failed":
      return findCause(conversation, tested, run, tools, prose);
    default:
      return run satisfies never;
  }
}

function beginWithTests(tools: OfferedTools, prose: Prose): SemanticReply {
  const run = tools.runCommand(TEST_COMMAND);
  if (run === null) {
    return prose.noShell();
  }
  const plan = tools.plan(prose.plan);
  return call(prose.runTests(), plan === null ? [run] : [plan, run]);
}

function findCause(
  conversation: Conversation,
  tested: Step,
  run: TestRun & { type: "failed" },
  tools: OfferedTools,
  prose: Prose,
): SemanticReply {
  const { steps, directory } = conversation;
  const named = filesInTestRun(tested.output, directory);
  const listed = steps.find((step) => kindOf(step) === "list");
  const reads = steps.filter((step) => kindOf(step) === "read");
  const test = named.test ?? (listed ? testFileInListing(listed.output) : null);

  if (named.source !== null) {
    return reads[0] ? mend(named.source, reads[0].output, tools, prose) : read(named.source);
  }
  if (test === null) {
    const list = listed ? null : tools.runCommand(LIST_COMMAND);
    return list ? call(prose.listFiles(), [list]) : prose.noTestFile(quote(tested.output));
  }
  const [testRead, sourceRead] = reads;
  if (testRead === undefined) {
    return read(test);
  }
  const source = importedSource(testRead.output, test);
  if (source === null) {
    return prose.noImport(test, quote(testRead.output));
  }
  return sourceRead ? mend(source, sourceRead.output, tools, prose) : read(source);

  function read(path: string): SemanticReply {
    const readCall = tools.readFile(path);
    if (readCall === null) {
      return prose.noShell();
    }
    return call(isTestFile(path) ? prose.readTest(path, run) : prose.readSource(path, run), [readCall]);
  }
}

function mend(path: string, source: string, tools: OfferedTools, prose: Prose): SemanticReply {
  const edit: Edit | null = findSortEdit(source, path);
  if (edit === null) {
    return prose.unknownCause(path, quote(source));
  }
  const editCall = tools.edit(edit);
  return editCall === null ? prose.noEditTool(path) : call(prose.mend(path), [editCall]);
}

function checkEdit(steps: readonly Step[], edited: number, tools: OfferedTools, prose: Prose): SemanticReply {
  const edit = steps[edited];
  if (edit && looksRefused(edit.output)) {
    return prose.editRefused(quote(edit.output));
  }
  const retested = steps.slice(edited + 1).find((step) => kindOf(step) === "test");
  if (retested === undefined) {
    const run = tools.runCommand(TEST_COMMAND);
    return run === null ? prose.noShell() : call(prose.runTestsAgain(), [run]);
  }
  const path = editedPath(edit);
  const run = readTestRun(retested.output);
  return run.type === "passed"
    ? prose.mended(path, run.count)
    : prose.stillFailing(path, quote(retested.output));
}

function editedPath(edit: Step | undefined): string {
  const path = edit?.arguments["path"];
  if (typeof path === "string") {
    return path;
  }
  return /^\*\*\* Update File: (.+)$/m.exec(String(edit?.arguments["input"]))?.[1] ?? "?";
}

function call(speech: Speech, calls: readonly CallSpec[]): SemanticReply {
  return { ...speech, calls };
}
