import type { Prose } from "./prose.ts";
import { excerpt } from "./quote.ts";

const WHO = "I am leat's practice model, a script, not a language model.";
const NEXT =
  "For real work, start a model server (LM Studio, Ollama, llama.cpp …) and name it in config.toml under [model_providers].";

export const english: Prose = {
  plan: ["Run the tests", "Find and mend the cause", "Run the tests again"],

  runTests: () => ({
    reasoning:
      "A test is said to fail. I have seen no code yet, so the test run comes first: it names the place.",
    text: `${WHO} First I run the tests.`,
  }),
  listFiles: () => ({
    reasoning:
      "The test run names no file of this project. A list of its files will show where the tests are.",
    text: "I look for the test files.",
  }),
  readTest: (path, run) => ({
    reasoning: `${failure(run)} The test file shows which code it covers.`,
    text: `I read the failing test, ${path}.`,
  }),
  readSource: (path, run) => ({
    reasoning: `${failure(run)} The code under test is in ${path}, so the cause is most likely there.`,
    text: `The code it covers is in ${path}. I read that.`,
  }),
  mend: (path) => ({
    reasoning:
      "Here it is: `.sort()` without a comparison orders its items as text, so 10 comes before 2. Numbers need a comparison of their own. A change of one line will do.",
    text: `The cause: in ${path}, \`.sort()\` orders the numbers as text. I give it a comparison for numbers.`,
  }),
  runTestsAgain: () => ({
    reasoning: "The edit is in place. Whether it was enough, only the tests can say.",
    text: "I run the tests again.",
  }),
  mended: (path, count) => ({
    reasoning: `The second run reports ${count} passed and none failed. That is the proof I wanted.`,
    text: `Mended, and ${passed(count)}.

- Cause: \`.sort()\` in ${path} ordered the numbers as text (10 before 2), so the middle of the list was the wrong one.
- Change: \`.sort((a, b) => a - b)\`, one line.

${WHO} ${NEXT}`,
  }),

  noShell: () => ({
    reasoning: "This needs a tool that runs commands, and none is offered.",
    text: `${WHO} I was offered no tool that runs commands, so I can't run the tests. I stop here.`,
  }),
  noEditTool: (path) => ({
    reasoning: "The cause is clear, but I was offered no tool that edits files.",
    text: `The cause is \`.sort()\` without a comparison in ${path}; \`.sort((a, b) => a - b)\` would mend it. I was offered no tool that edits files, so nothing is changed.`,
  }),
  alreadyPassing: (count) => ({
    reasoning: "No test fails, so there is nothing to mend.",
    text: `I ran \`npm test\`: ${passed(count)}. Nothing is broken that I can see, and I changed nothing.\n\n${WHO}`,
  }),
  unclearRun: (quoted) => ({
    reasoning: "This is not the report of a test run. I can't tell from it what fails, so I must not guess.",
    text: `I ran \`npm test\`, but its result is not a test report I can read. ${saw(quoted)}\n\nI changed nothing. ${WHO} The one job I know is a small Node project with a failing test: \`leat demo\` makes one.`,
  }),
  noTestFile: (quoted) => ({
    reasoning: "A test fails, but I can't find its file.",
    text: `A test fails, but I could not find out which file it is in. ${saw(quoted)}\n\nI changed nothing. ${WHO}`,
  }),
  noImport: (testPath, quoted) => ({
    reasoning: "The test file does not lead me to a source file.",
    text: `I read ${testPath}, but found no file of this project that it imports. ${saw(quoted)}\n\nI changed nothing. ${WHO}`,
  }),
  unknownCause: (path, quoted) => ({
    reasoning: "I looked for one thing, a single `.sort()` without a comparison, and it is not there.",
    text: `I read ${path}, but the only mistake I know, one \`.sort()\` without a comparison, is not in it. ${saw(quoted)}\n\nI changed nothing. ${WHO} A real model would read on. ${NEXT}`,
  }),
  editRefused: (quoted) => ({
    reasoning: "The edit was not made. Trying it again would give the same result.",
    text: `My edit was not made. ${saw(quoted)}\n\nI stop here.`,
  }),
  stillFailing: (path, quoted) => ({
    reasoning: "The tests don't confirm the edit, so I must say so.",
    text: `I changed \`.sort()\` in ${path}, but the test run after it does not report success. ${saw(quoted)}\n\nI stop here; \`git diff\` shows what I changed. ${WHO}`,
  }),
  tooManySteps: (most) => ({
    reasoning: "This takes more steps than the job needs. Something repeats.",
    text: `I have taken ${most} steps without an end in sight, so I stop. ${WHO}`,
  }),

  look: () => ({
    reasoning: "The question is what is here. One look at the directory answers it.",
    text: `${WHO} I have a look.`,
  }),
  sawListing: (quoted) => ({
    reasoning: "That is what I wanted to see. I repeat it, since I can't understand it.",
    text: `${saw(quoted)}\n\nMore I can't tell you about it. ${WHO} ${NEXT}`,
  }),
  repeatPrompt: (prompt) => ({
    reasoning:
      "I can't understand this prompt: I only look for a few words in it. So I say what I am, show that the prompt arrived whole, and name what can be tried.",
    text: `${WHO}${prompt === "" ? "" : ` Your prompt reached me:\n\n> ${prompt.replace(/\n/g, "\n> ")}\n`}
Things to try:

- \`leat demo\`: a small project with a failing test, which I mend.
- "Fix the failing test": I run the tests here and look for the one mistake I know.
- "What is here?": I list the directory.

${NEXT}`,
  }),
};

function failure(run: { name: string | null; expected: string | null; actual: string | null }): string {
  const name = run.name === null ? "A test fails" : `The test "${excerpt(run.name, 80)}" fails`;
  if (run.expected === null || run.actual === null) {
    return `${name}.`;
  }
  return `${name}: it expected ${excerpt(run.expected, 40)} and got ${excerpt(run.actual, 40)}.`;
}

function passed(count: number): string {
  return count === 1 ? "the one test passes" : `all ${count} tests pass`;
}

function saw(quoted: string | null): string {
  return quoted === null ? "There was no output." : `This is what I saw:\n\n${quoted}`;
}
