// The rules of the tree, as pure functions from source files to findings. The law (table and limits) is data in check-layers.mjs.

import { builtinModules } from "node:module";
import { posix } from "node:path";
import { findCycles } from "./cycles.mjs";
import { readFacts } from "./facts.mjs";

/** @typedef {{ file: string, line: number, rule: string, text: string, level: "error" | "warning" }} Finding */
/** @typedef {import("./facts.mjs").Import & { target?: string }} Import `target` is the file a relative import means */
/** @typedef {{ path: string, module: string, facts: import("./facts.mjs").FileFacts, imports: Import[] }} Source */
/**
 * @typedef {object} Law
 * @property {Record<string, "anything" | string[]>} mayImport every module, and which others it may import
 * @property {string[]} withoutPackages modules that import no package
 * @property {string[]} withoutNode modules that import nothing of Node either
 * @property {string[]} typesOnly modules without values
 * @property {string[]} forbiddenFolders
 * @property {{ errorLines: number, warnLines: number, exportedValues: number }} limits
 * @property {{ file: string, rule: string, reason: string }[]} exceptions
 */
/** @typedef {{ law: Law, packages: string[] }} Context */

const MAIN_FILE = "src/main.ts";
const SPAWN_FILE = "src/sandbox/spawn.ts";
const RESOLVABLE = /\.(ts|md|pl|json|wasm)$/;
const CONNECTING_MODULES = new Set([
  "node:http",
  "node:https",
  "node:http2",
  "node:net",
  "node:tls",
  "node:dgram",
]);
const CONNECTING_GLOBALS = new Set(["fetch", "WebSocket", "EventSource"]);
const PROCESS_MEMBERS = new Set(["argv", "env", "exit", "exitCode"]);
const HATCHES = new Set(["require", "createRequire", "process.getBuiltinModule"]);
const NODE_NAMES = new Set(builtinModules.filter((name) => !name.startsWith("node:")));

/**
 * @param {{ files: ReadonlyMap<string, string>, packages: string[], law: Law }} tree every TypeScript file under src/, by path
 * @returns {{ findings: Finding[], lineCounts: number[] }}
 */
export function checkTree({ files, packages, law }) {
  const sources = [...files].map(([path, text]) => readSource(path, text));
  // A .d.ts only describes what TypeScript cannot see (a bundled text file): form and imports do not matter there.
  const code = sources.filter((source) => !source.path.endsWith(".d.ts"));
  const context = { law, packages };
  const findings = [
    ...sources.flatMap((source) => [checkFolders, checkSize].flatMap((rule) => rule(source, context))),
    ...code.flatMap((source) => CODE_RULES.flatMap((rule) => rule(source, context))),
    ...checkCycles(code),
  ];
  return {
    findings: applyExceptions(findings, law).sort(byPlace),
    lineCounts: sources.map((source) => source.facts.lineCount),
  };
}

const CODE_RULES = [
  checkLayer,
  checkFace,
  checkSpecifiers,
  checkConnections,
  checkSpawn,
  checkProcess,
  checkExportForm,
  checkExportCount,
  checkTypesOnly,
];

/** @param {string} path @param {string} text @returns {Source} */
function readSource(path, text) {
  const facts = readFacts(text);
  const imports = facts.imports.map((item) =>
    item.specifier.startsWith(".")
      ? { ...item, target: posix.join(posix.dirname(path), item.specifier) }
      : { ...item, specifier: NODE_NAMES.has(item.specifier) ? `node:${item.specifier}` : item.specifier },
  );
  return { path, module: moduleOf(path), facts, imports };
}

/** `src/wire/chat/encode.ts` is in wire; a file right under src/ is its own module. @param {string} path */
function moduleOf(path) {
  const [, name = "", ...rest] = path.split("/");
  return rest.length > 0 ? name : path;
}

/** @param {Source} source @param {Context} context @returns {Finding[]} */
function checkFolders(source, { law }) {
  const name = source.path
    .split("/")
    .slice(1, -1)
    .find((folder) => law.forbiddenFolders.includes(folder));
  const text = `a folder named ${name} collects what has no home: name it after what it does, or move the file beside its user`;
  return name === undefined ? [] : [error(source, 1, "folder", text)];
}

/** @param {Source} source @param {Context} context @returns {Finding[]} */
function checkSize(source, { law }) {
  const { lineCount } = source.facts;
  const { errorLines, warnLines } = law.limits;
  if (lineCount > errorLines) {
    return [
      error(source, lineCount, "size", `${lineCount} lines, the limit is ${errorLines}: split it by task`),
    ];
  }
  if (lineCount <= warnLines) {
    return [];
  }
  const text = `${lineCount} lines, over ${warnLines}: split it before it reaches ${errorLines}`;
  return [{ ...error(source, lineCount, "size", text), level: "warning" }];
}

/** @param {Source} source @param {Context} context @returns {Finding[]} */
function checkLayer(source, { law }) {
  if (source.path === MAIN_FILE) {
    return [];
  }
  const allowed = law.mayImport[source.module];
  if (allowed === undefined) {
    const text = `${source.module} is not in the import table: put the file into a module, or add a row to the design first`;
    return [error(source, 1, "layer", text)];
  }
  if (allowed === "anything") {
    return [];
  }
  return source.imports.flatMap(({ target, line }) => {
    if (target === undefined || !target.startsWith("src/")) {
      return [];
    }
    const module = moduleOf(target);
    if (module === source.module || allowed.includes(module)) {
      return [];
    }
    const may = allowed.length > 0 ? `only ${allowed.join(", ")}` : "no other module";
    const text = `${source.module} may not import ${module} (${may}): take it as a parameter that cli hands in, typed in protocol`;
    return [error(source, line, "layer", text)];
  });
}

/** @param {Source} source @returns {Finding[]} */
function checkFace(source) {
  return source.imports.flatMap(({ target, line }) => {
    if (target === undefined || !target.startsWith("src/")) {
      return [];
    }
    const module = moduleOf(target);
    if (module === source.module || target === `src/${module}/index.ts`) {
      return [];
    }
    const text =
      target === module
        ? `${target} is the composition root: nothing imports it`
        : `${target} is inside ${module}: import it through src/${module}/index.ts`;
    return [error(source, line, "face", text)];
  });
}

/** @param {Source} source @param {Context} context @returns {Finding[]} */
function checkSpecifiers(source, { law, packages }) {
  const { module } = source;
  const computed = source.facts.touches
    .filter(({ what }) => what === "import()" || HATCHES.has(what))
    .map(({ what, line }) =>
      error(source, line, "import", `${what} hides what is imported: use import with a literal`),
    );
  const wrong = source.imports.flatMap(({ specifier, target, line }) => {
    if (target !== undefined) {
      if (!RESOLVABLE.test(target)) {
        return [error(source, line, "import", `write ${specifier} with its ending (.ts)`)];
      }
      if (target.startsWith("src/") || target === "package.json") {
        return [];
      }
      return [
        error(source, line, "import", `${specifier} lies outside src/: move it in, or pass it as a value`),
      ];
    }
    if (specifier.startsWith("node:")) {
      if (!law.withoutNode.includes(module)) {
        return [];
      }
      return [error(source, line, "layer", `${module} may import nothing, not even ${specifier}`)];
    }
    const name = packageName(specifier);
    if (law.withoutPackages.includes(module)) {
      return [
        error(source, line, "layer", `${module} may import no package, not even ${name}: do without it`),
      ];
    }
    if (packages.includes(name)) {
      return [];
    }
    const text = `${name} is not in package.json: add it with its reason in ARCHITECTURE.md, or do without it`;
    return [error(source, line, "package", text)];
  });
  return [...computed, ...wrong];
}

/** @param {Source} source @returns {Finding[]} */
function checkConnections(source) {
  if (source.module === "net") {
    return [];
  }
  const remedy = "connections are opened in src/net/ only: take a function from net as a parameter";
  const modules = source.imports.flatMap((item) => {
    if (!CONNECTING_MODULES.has(item.specifier)) {
      return [];
    }
    const serves = item.specifier === "node:http" ? ["createServer"] : [];
    const valueNames = item.names.filter((name) => !name.isType && !serves.includes(name.name));
    const isServer =
      source.module === "practice" && item.names.length > 0 && (item.isType || valueNames.length === 0);
    if (isServer) {
      return [];
    }
    const allowed =
      source.module === "practice" ? " (practice may import createServer of node:http, and types)" : "";
    return [error(source, item.line, "connect", `${item.specifier}: ${remedy}${allowed}`)];
  });
  const globals = source.facts.touches
    .filter(({ what }) => CONNECTING_GLOBALS.has(what))
    .map(({ what, line }) => error(source, line, "connect", `${what}: ${remedy}`));
  return [...modules, ...globals];
}

/** @param {Source} source @returns {Finding[]} */
function checkSpawn(source) {
  if (source.path === SPAWN_FILE) {
    return [];
  }
  return source.imports
    .filter(({ specifier }) => specifier === "node:child_process")
    .map(({ line }) =>
      error(
        source,
        line,
        "spawn",
        `processes are started in ${SPAWN_FILE} only: take its function as a parameter`,
      ),
    );
}

/** @param {Source} source @returns {Finding[]} */
function checkProcess(source) {
  if (source.path === MAIN_FILE) {
    return [];
  }
  const imported = source.imports
    .filter(({ specifier }) => specifier === "node:process")
    .flatMap(({ names, line }) =>
      names
        .filter(({ name, isType }) => !isType && (PROCESS_MEMBERS.has(name) || name === "*"))
        .map(({ name }) => ({ what: `process.${name}`, line })),
    );
  const touched = source.facts.touches.filter(({ what }) =>
    PROCESS_MEMBERS.has(what.replace("process.", "")),
  );
  return [...imported, ...touched].map(({ what, line }) =>
    error(
      source,
      line,
      "process",
      `${what} belongs to ${MAIN_FILE}: take the value (or an exit code to return) from there`,
    ),
  );
}

/** @param {Source} source @returns {Finding[]} */
function checkExportForm(source) {
  return source.facts.exports.flatMap(({ name, line }) => {
    if (name === "*") {
      return [error(source, line, "exports", "`export *` hides what is public: name what is exported")];
    }
    if (name === "default") {
      return [error(source, line, "exports", "no default exports: export it by its name")];
    }
    return [];
  });
}

/** @param {Source} source @param {Context} context @returns {Finding[]} */
function checkExportCount(source, { law }) {
  if (source.path !== `src/${source.module}/index.ts`) {
    return [];
  }
  const values = source.facts.exports.filter(({ isType }) => !isType);
  const limit = law.limits.exportedValues;
  const first = values[limit];
  if (first === undefined) {
    return [];
  }
  const text = `${source.module} exports ${values.length} values, the limit is ${limit}: narrow its face (types do not count)`;
  return [error(source, first.line, "exports", text)];
}

/** @param {Source} source @param {Context} context @returns {Finding[]} */
function checkTypesOnly(source, { law }) {
  if (!law.typesOnly.includes(source.module)) {
    return [];
  }
  return source.facts.exports
    .filter(({ isType }) => !isType)
    .map(({ name, line }) =>
      error(
        source,
        line,
        "types-only",
        `${source.module} holds types only: move ${name} to its module, or write export type`,
      ),
    );
}

/** @param {Source[]} sources @returns {Finding[]} */
function checkCycles(sources) {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap(({ target }) => (target !== undefined && byPath.has(target) ? [target] : [])),
    ]),
  );
  return findCycles(graph).map((cycle) => {
    const source = /** @type {Source} */ (byPath.get(cycle[0] ?? ""));
    const line = source.imports.find(({ target }) => target === cycle[1])?.line ?? 1;
    return error(source, line, "cycle", `${cycle.join(" → ")}: move what both need into a file of its own`);
  });
}

/** An exception that no longer excuses anything is a finding itself. @param {Finding[]} findings @param {Law} law @returns {Finding[]} */
function applyExceptions(findings, law) {
  /** @param {{ file: string, rule: string }} exception @param {Finding} found */
  const excuses = (exception, found) => exception.file === found.file && exception.rule === found.rule;
  const kept = findings.filter((found) => !law.exceptions.some((exception) => excuses(exception, found)));
  const stale = law.exceptions.filter((exception) => !findings.some((found) => excuses(exception, found)));
  return [
    ...kept,
    ...stale.map(({ file, rule }) => ({
      ...{ file, line: 1, rule: "exception", level: /** @type {const} */ ("error") },
      text: `the exception from ${rule} is no longer needed: remove it from the table`,
    })),
  ];
}

/** `@scope/name/part` is of `@scope/name`. @param {string} specifier */
function packageName(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** @param {Source} source @param {number} line @param {string} rule @param {string} text @returns {Finding} */
function error(source, line, rule, text) {
  return { file: source.path, line, rule, text, level: "error" };
}

/** @param {Finding} a @param {Finding} b */
function byPlace(a, b) {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
}
