// Cuts TypeScript source into tokens, so that the rules never trip over a comment, a string, a template or a regular expression.
// It is not a parser: it knows where text ends and code begins, and that is all the layer rules need.

/** @typedef {{ kind: "word" | "mark" | "text" | "pattern", value: string, line: number }} Token */

const WORD_START = /^[\p{ID_Start}$_#]/u;
const WORD = /[\p{ID_Continue}$#]+/uy;
const NUMBER = /[0-9][\w.]*/y;

/** After one of these words a slash begins a regular expression, after any other word it divides. */
const WORDS_BEFORE_PATTERN = new Set(
  "return typeof case in of delete void throw new instanceof else do await yield extends default".split(" "),
);

/**
 * A template without `${}` becomes one text token; of one with `${}` only the code inside the braces is kept.
 * @param {string} source
 * @returns {Token[]}
 */
export function scan(source) {
  /** @type {Token[]} */
  const tokens = [];
  /** One entry for each open template: how many braces are open inside its current `${`. @type {number[]} */
  const openTemplates = [];
  let line = 1;
  let at = source.startsWith("#!") ? endOfLine(source, 0) : 0;

  while (at < source.length) {
    const char = source.charAt(at);
    if (char === "\n") {
      line += 1;
    }
    if (/\s/.test(char)) {
      at += 1;
    } else if (source.startsWith("//", at)) {
      at = endOfLine(source, at);
    } else if (source.startsWith("/*", at)) {
      skipTo(endOfBlockComment(source, at));
    } else if (char === '"' || char === "'") {
      take("text", endOfString(source, at), 1);
    } else if (char === "`") {
      takeTemplatePart();
    } else if (char === "}" && openTemplates.at(-1) === 0) {
      takeTemplatePart();
    } else if (char === "/" && patternMayBegin(tokens)) {
      take("pattern", endOfPattern(source, at), 0);
    } else if (WORD_START.test(source.slice(at, at + 2))) {
      take("word", endOfMatch(WORD, source, at), 0);
    } else if (char >= "0" && char <= "9") {
      take("word", endOfMatch(NUMBER, source, at), 0);
    } else {
      takeMark(char);
    }
  }
  return tokens;

  /** @param {Token["kind"]} kind @param {number} end @param {number} quotes */
  function take(kind, end, quotes) {
    const isMark = kind === "pattern" && end === at + 1;
    tokens.push({ kind: isMark ? "mark" : kind, value: source.slice(at + quotes, end - quotes), line });
    skipTo(end);
  }

  /** @param {string} char */
  function takeMark(char) {
    if (openTemplates.length > 0 && (char === "{" || char === "}")) {
      openTemplates.push((openTemplates.pop() ?? 0) + (char === "{" ? 1 : -1));
    }
    tokens.push({ kind: "mark", value: char, line });
    at += 1;
  }

  /** From a backtick, or from the brace that closes a `${}`, to the next `${` or the closing backtick. */
  function takeTemplatePart() {
    const isHead = source.charAt(at) === "`";
    const end = endOfTemplatePart(source, at + 1);
    const goesOn = source.startsWith("${", end);
    if (isHead && !goesOn) {
      tokens.push({ kind: "text", value: source.slice(at + 1, end), line });
    }
    // The marks stand for the text around an expression, so that no rule sees two expressions as neighbours.
    else {
      tokens.push({ kind: "mark", value: goesOn ? "`" : "`end", line });
    }
    if (isHead && goesOn) {
      openTemplates.push(0);
    }
    if (!isHead && !goesOn) {
      openTemplates.pop();
    }
    skipTo(Math.min(end + (goesOn ? 2 : 1), source.length));
  }

  /** @param {number} end */
  function skipTo(end) {
    for (let position = at; position < end; position += 1) {
      if (source.charAt(position) === "\n") {
        line += 1;
      }
    }
    at = end;
  }
}

/** @param {Token[]} tokens */
function patternMayBegin(tokens) {
  const last = tokens.at(-1);
  if (last === undefined) {
    return true;
  }
  if (last.kind === "word") {
    return WORDS_BEFORE_PATTERN.has(last.value);
  }
  if (last.kind !== "mark") {
    return false;
  }
  const beforeLast = tokens.at(-2);
  if ((last.value === "+" || last.value === "-") && beforeLast?.value === last.value) {
    return false;
  }
  if (last.value === "!") {
    return beforeLast?.kind === "mark" && ![")", "]", "}"].includes(beforeLast.value);
  }
  return ![")", "]", "`end"].includes(last.value);
}

/** @param {string} source @param {number} from */
function endOfLine(source, from) {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

/** @param {string} source @param {number} from */
function endOfBlockComment(source, from) {
  const end = source.indexOf("*/", from + 2);
  return end === -1 ? source.length : end + 2;
}

/** @param {string} source @param {number} from */
function endOfString(source, from) {
  const quote = source.charAt(from);
  for (let at = from + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === "\\") {
      at += 1;
    } else if (char === quote) {
      return at + 1;
    } else if (char === "\n") {
      return at;
    }
  }
  return source.length;
}

/** @param {string} source @param {number} from */
function endOfTemplatePart(source, from) {
  for (let at = from; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === "\\") {
      at += 1;
    } else if (char === "`" || source.startsWith("${", at)) {
      return at;
    }
  }
  return source.length;
}

/** The slash alone when no regular expression ends on this line: then it was a division. @param {string} source @param {number} from */
function endOfPattern(source, from) {
  let inClass = false;
  for (let at = from + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === "\n") {
      break;
    }
    if (char === "\\") {
      at += 1;
    } else if (char === "[") {
      inClass = true;
    } else if (char === "]") {
      inClass = false;
    } else if (char === "/" && !inClass) {
      return endOfMatch(WORD, source, at + 1);
    }
  }
  return from + 1;
}

/** @param {RegExp} sticky @param {string} source @param {number} from */
function endOfMatch(sticky, source, from) {
  sticky.lastIndex = from;
  return sticky.test(source) ? sticky.lastIndex : from;
}
