/** What the mind says, by language. Every text says what is known and no more. */
import type { TestRun } from "./read-results.ts";

/** A reply without calls. */
export interface Speech {
  readonly reasoning: string;
  readonly text: string;
}

type FailedRun = TestRun & { readonly type: "failed" };

/** `quoted` is a fenced block, null where the tool's result was empty. */
export interface Prose {
  readonly plan: readonly string[];
  runTests(): Speech;
  listFiles(): Speech;
  readTest(path: string, run: FailedRun): Speech;
  readSource(path: string, run: FailedRun): Speech;
  mend(path: string): Speech;
  runTestsAgain(): Speech;
  mended(path: string, count: number): Speech;

  noShell(): Speech;
  noEditTool(path: string): Speech;
  alreadyPassing(count: number): Speech;
  unclearRun(quoted: string | null): Speech;
  noTestFile(quoted: string | null): Speech;
  noImport(testPath: string, quoted: string | null): Speech;
  unknownCause(path: string, quoted: string | null): Speech;
  editRefused(quoted: string | null): Speech;
  stillFailing(path: string, quoted: string | null): Speech;
  tooManySteps(most: number): Speech;

  look(): Speech;
  sawListing(quoted: string | null): Speech;
  repeatPrompt(prompt: string): Speech;
}
