// Ends every test run with one plain line that people and scripts can rely on: `N passed, N failed`, and `, N skipped` if any.
// Before it stands why each skipped test was skipped. A file that does not load, a suite whose hooks fail and an error outside any
// test count as one failure each.

/** @typedef {import("vitest/node").TestModule} TestModule */

/** @typedef {import("vitest/node").Reporter} Reporter */

/** @implements {Reporter} */
export default class ClosingLineReporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  #reasons = [];
  #isFiltered = false;

  /** @param {import("vitest/node").Vitest} vitest */
  onInit(vitest) {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
    // vitest prints its own summary and late warnings after the reporters are done: only the exit comes last.
    if (!vitest.config.watch) {
      process.once("exit", (code) => this.#print(code));
    }
  }

  /** @param {readonly TestModule[]} modules @param {readonly unknown[]} unhandledErrors */
  onTestRunEnd(modules, unhandledErrors) {
    this.#counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    this.#reasons = [];
    for (const module of modules) {
      this.#countModule(module);
    }
  }

  /** @param {TestModule} module */
  #countModule(module) {
    if (module.errors().length > 0) {
      this.#counts.failed += 1;
    }
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) {
        this.#counts.failed += 1;
      }
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      // A test that never ran because its suite or the whole run broke down is not one that somebody chose to skip.
      if (result.state === "pending") {
        this.#counts.failed += 1;
      } else {
        this.#counts[result.state] += 1;
      }
      if (result.state !== "skipped" || this.#isFiltered) {
        continue;
      }
      this.#reasons.push(
        `skipped: ${module.relativeModuleId} > ${test.fullName}: ${reasonOf(test, result.note)}`,
      );
    }
  }

  /** @param {number} exitCode */
  #print(exitCode) {
    const { passed, skipped } = this.#counts;
    const failed = exitCode !== 0 && this.#counts.failed === 0 ? 1 : this.#counts.failed;
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    process.stdout.write(`${[...this.#reasons, line].join("\n")}\n`);
  }
}

/** @param {import("vitest/node").TestCase} test @param {string | undefined} note what the test gave to `context.skip` */
function reasonOf(test, note) {
  if (note !== undefined) {
    return note;
  }
  if (test.options.mode === "todo") {
    return "not written yet";
  }
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) {
    if (parent.errors().length > 0) {
      return "a hook of its suite failed";
    }
  }
  return "its name says why";
}
