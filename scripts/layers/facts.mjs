// What one source file imports, exports and touches, read from its tokens.

import { scan } from "./scan.mjs";

/** @typedef {import("./scan.mjs").Token} Token */
/** @typedef {{ name: string, isType: boolean }} Name */
/** An import, a re-export or a literal `import()`. `names` holds what it binds; "*" and "default" stand for those two forms. */
/** @typedef {{ specifier: string, line: number, isType: boolean, names: Name[] }} Import */
/** @typedef {{ name: string, line: number, isType: boolean }} Export */
/** @typedef {{ what: string, line: number }} Touch */
/** @typedef {{ lineCount: number, imports: Import[], exports: Export[], touches: Touch[] }} FileFacts */

const TYPE_DECLARATIONS = new Set(["type", "interface"]);
const DECLARATION_WORDS = new Set(
  "declare async abstract function class const let var enum interface type namespace".split(" "),
);
const PROCESS_MEMBERS = new Set(["argv", "env", "exit", "exitCode"]);

/** @param {string} source @returns {FileFacts} */
export function readFacts(source) {
  const tokens = scan(source);
  /** @type {FileFacts} */
  const facts = { lineCount: countLines(source), imports: [], exports: [], touches: [] };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = /** @type {Token} */ (tokens[at]);
    if (token.kind !== "word" || isMember(tokens, at)) {
      continue;
    }
    if (token.value === "import") {
      readImport(tokens, at, facts);
    } else if (token.value === "export") {
      readExport(tokens, at, facts);
    } else {
      readTouch(tokens, at, facts);
    }
  }
  return facts;
}

/** @param {string} source */
function countLines(source) {
  const breaks = source.split("\n").length;
  return source.endsWith("\n") || source === "" ? breaks - 1 : breaks;
}

/** `object.import` and `object?.fetch` are members; `globalThis.fetch` is the global itself. @param {Token[]} tokens @param {number} at */
function isMember(tokens, at) {
  return (
    isMark(tokens[at - 1], ".") && !isMark(tokens[at - 2], ".") && tokens[at - 2]?.value !== "globalThis"
  );
}

/** @param {Token[]} tokens @param {number} at @param {FileFacts} facts */
function readImport(tokens, at, facts) {
  const { line } = /** @type {Token} */ (tokens[at]);
  const next = tokens[at + 1];
  if (isMark(next, ".")) {
    return;
  }
  if (isMark(next, "(")) {
    const argument = tokens[at + 2];
    if (argument?.kind === "text" && (isMark(tokens[at + 3], ")") || isMark(tokens[at + 3], ","))) {
      facts.imports.push({
        specifier: argument.value,
        line,
        isType: false,
        names: [{ name: "*", isType: false }],
      });
    } else {
      facts.touches.push({ what: "import()", line });
    }
    return;
  }
  if (next?.kind === "text") {
    facts.imports.push({ specifier: next.value, line, isType: false, names: [] });
    return;
  }
  // `import type from "x"` binds the default as `type`; everything else after `import type` is a type import.
  const isType = next?.value === "type" && tokens[at + 2]?.value !== "from" && !isMark(tokens[at + 2], ",");
  const clause = readClause(tokens, at + (isType ? 2 : 1), isType);
  if (clause.specifier !== undefined) {
    facts.imports.push({ specifier: clause.specifier, line, isType, names: clause.names });
  }
}

/** @param {Token[]} tokens @param {number} at @param {FileFacts} facts */
function readExport(tokens, at, facts) {
  const { line } = /** @type {Token} */ (tokens[at]);
  const next = tokens[at + 1];
  const isType = next?.value === "type" && (isMark(tokens[at + 2], "{") || isMark(tokens[at + 2], "*"));
  const body = tokens[at + (isType ? 2 : 1)];
  if (isMark(body, "{") || isMark(body, "*")) {
    const clause = readClause(tokens, at + (isType ? 2 : 1), isType);
    for (const name of clause.names) {
      facts.exports.push({ name: name.exported, line, isType: name.isType });
    }
    if (clause.specifier !== undefined) {
      facts.imports.push({ specifier: clause.specifier, line, isType, names: clause.names });
    }
  } else if (next?.value === "default") {
    facts.exports.push({ name: "default", line, isType: false });
  } else if (next?.kind === "word") {
    for (const name of declaredNames(tokens, at + 1)) {
      facts.exports.push({ name, line, isType: TYPE_DECLARATIONS.has(next.value) });
    }
  }
}

/**
 * From the first token after `import`/`export` (and `type`) to the text after `from`, if there is one.
 * @param {Token[]} tokens @param {number} from @param {boolean} isType
 */
function readClause(tokens, from, isType) {
  /** @type {(Name & { exported: string })[]} */
  const names = [];
  let inBraces = false;
  for (let at = from; at < tokens.length; at += 1) {
    const token = /** @type {Token} */ (tokens[at]);
    const next = tokens[at + 1];
    if (isMark(token, "{")) {
      inBraces = true;
    } else if (isMark(token, "}")) {
      inBraces = false;
      if (next?.value !== "from" || tokens[at + 2]?.kind !== "text") {
        return { names };
      }
    } else if (!inBraces && token.value === "from" && next?.kind === "text") {
      return { names, specifier: next.value };
    } else if (isMark(token, "*")) {
      names.push({ name: "*", exported: "*", isType });
      if (next?.value === "as") {
        at += 2;
      }
    } else if (inBraces && !isMark(token, ",")) {
      at = readName(at);
    } else if (!inBraces && token.kind === "word") {
      names.push({ name: "default", exported: "default", isType });
    } else if (!inBraces && !isMark(token, ",")) {
      break;
    }
  }
  return { names };

  /** One of `a`, `a as b`, `type A`, `type A as B`. Returns where its last token stands. @param {number} at */
  function readName(at) {
    const words = [];
    let end = at;
    while (end < tokens.length && !isMark(tokens[end], ",") && !isMark(tokens[end], "}")) {
      words.push(/** @type {Token} */ (tokens[end]).value);
      end += 1;
    }
    // `type` alone or `type as x` is a value with that name; `type X …` marks a type.
    const marksType = words[0] === "type" && words.length > 1 && (words[1] !== "as" || words.length === 4);
    const rest = marksType ? words.slice(1) : words;
    const [name = "", , exported = name] = rest;
    names.push({ name, exported, isType: isType || marksType });
    return end - 1;
  }
}

/**
 * `const a = 1` gives a, `const { a, b: c } = x` gives a and c.
 * @param {Token[]} tokens @param {number} from
 * @returns {string[]}
 */
function declaredNames(tokens, from) {
  let at = from;
  while (DECLARATION_WORDS.has(tokens[at]?.value ?? "") || isMark(tokens[at], "*")) {
    at += 1;
  }
  if (!isMark(tokens[at], "{") && !isMark(tokens[at], "[")) {
    return [tokens[at]?.value ?? "?"];
  }
  const names = [];
  for (let inner = at + 1; inner < tokens.length; inner += 1) {
    const token = /** @type {Token} */ (tokens[inner]);
    if (isMark(token, "}") || isMark(token, "]")) {
      break;
    }
    if (token.kind === "word" && !isMark(tokens[inner + 1], ":")) {
      names.push(token.value);
    }
  }
  return names;
}

/** Globals and escape hatches that only some files may use. @param {Token[]} tokens @param {number} at @param {FileFacts} facts */
function readTouch(tokens, at, facts) {
  const { value, line } = /** @type {Token} */ (tokens[at]);
  const before = tokens[at - 1]?.value ?? "";
  const next = tokens[at + 1];
  if (value === "process") {
    for (const member of processMembers(tokens, at)) {
      facts.touches.push({ what: `process.${member}`, line });
    }
  } else if (value === "fetch") {
    const isCall = isMark(next, "(") && before !== "function" && !isMethodDeclaration(tokens, at);
    if (isCall || before === "." || before === "=") {
      facts.touches.push({ what: "fetch", line });
    }
  } else if ((value === "WebSocket" || value === "EventSource") && (before === "new" || before === ".")) {
    facts.touches.push({ what: value, line });
  } else if (value === "require" && isMark(next, "(")) {
    facts.touches.push({ what: "require", line });
  } else if (value === "createRequire") {
    facts.touches.push({ what: "createRequire", line });
  }
}

/** `fetch(url) {` in a class or object, `fetch(url): X` in an interface. @param {Token[]} tokens @param {number} at */
function isMethodDeclaration(tokens, at) {
  let depth = 0;
  for (let end = at + 1; end < tokens.length; end += 1) {
    if (isMark(tokens[end], "(")) {
      depth += 1;
    }
    if (isMark(tokens[end], ")")) {
      depth -= 1;
    }
    if (depth > 0) {
      continue;
    }
    if (isMark(tokens[end + 1], "{")) {
      return true;
    }
    return isMark(tokens[end + 1], ":") && ["{", ";", ",", "}"].includes(tokens[at - 1]?.value ?? "");
  }
  return false;
}

/** `process.env`, `process?.env`, `process["env"]` and `const { env } = process`. @param {Token[]} tokens @param {number} at */
function processMembers(tokens, at) {
  let next = at + 1;
  if (isMark(tokens[next], "?")) {
    next += 1;
  }
  if (isMark(tokens[next], ".")) {
    next += 1;
  }
  if (isMark(tokens[next], "[")) {
    next += 1;
  }
  const member = tokens[next]?.value ?? "";
  if (next > at + 1) {
    return PROCESS_MEMBERS.has(member) || member === "getBuiltinModule" ? [member] : [];
  }
  if (!isMark(tokens[at - 1], "=") || !isMark(tokens[at - 2], "}")) {
    return [];
  }
  const found = [];
  for (let back = at - 3; back >= 0 && !isMark(tokens[back], "{"); back -= 1) {
    const name = tokens[back]?.value ?? "";
    if (PROCESS_MEMBERS.has(name) && !isMark(tokens[back - 1], ":")) {
      found.push(name);
    }
  }
  return found.reverse();
}

/** @param {Token | undefined} token @param {string} mark */
function isMark(token, mark) {
  return token?.kind === "mark" && token.value === mark;
}
