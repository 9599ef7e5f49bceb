import type { ModelError } from "../../protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import type { Asked, Lesson } from "./lesson.ts";

/** A parameter the server can't take and the request can do without is left out from now on. */
export function droppedParameter(
  error: ModelError,
  { dialect, parameters, fields }: Asked,
): Lesson | undefined {
  const field = fields.find((name) => name === error.parameter && !dialect.refusedParameters.has(name));
  if (field !== undefined) {
    return dropping(field, dialect);
  }
  const droppable = parameters.filter((name) => !NEEDED.has(name) && !dialect.refusedParameters.has(name));
  const parameter = refusedNames(error, droppable);
  if (parameter === undefined) {
    return undefined;
  }
  return dropping(parameter, dialect);
}

function dropping(parameter: string, { refusedParameters }: Dialect): Lesson {
  return {
    facts: { model: { refusedParameters: [...refusedParameters, parameter] } },
    notice: { kind: "parameter-dropped", parameter },
  };
}

/** Without these it would be another request; how tools can be done without is a lesson of its own. */
const NEEDED: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "input",
  "instructions",
  "tools",
  "stream",
]);

/** Which of these names the error refuses: the one the server named as such, else the one its sentence names. */
export function refusedNames(error: ModelError, names: readonly string[]): string | undefined {
  const parameter = error.parameter;
  const named = parameter && names.find((name) => isAt(name, parameter));
  if (named) {
    return named;
  }
  if (error.kind !== "unsupported_parameter" && !REFUSAL.test(error.message)) {
    return undefined;
  }
  // The longest first: `reasoning` is a part of `reasoning_content`.
  return [...names].sort((a, b) => b.length - a.length).find((name) => namesField(error.message, name));
}

/** `reasoning_effort`, `messages[2].reasoning_content`, `stream_options.include_usage`. */
function isAt(name: string, parameter: string): boolean {
  const path = parameter.split(/[.[\]]+/).filter((step) => step !== "" && step !== "body");
  return path[0] === name || (path[0] === "messages" && path.includes(name));
}

/** Words with an underscore mean the field; `tools` or `thinking` do so only where they are marked as a name. */
function namesField(message: string, name: string): boolean {
  const escaped = name.replace(/[^\w]/g, "\\$&");
  const pattern = name.includes("_")
    ? `(?<![\\w-])${escaped}(?![\\w-])`
    : `["'\`.]${escaped}["'\`]|\\.${escaped}(?![\\w-])|[:,] ${escaped}(?=[,. ]|$)|\\(body\\.${escaped}`;
  return new RegExp(pattern).test(message);
}

const REFUSAL =
  /unsupported|not supported|does(?:n't| not) support|unrecognized|unknown|unexpected|not permitted|not allowed|forbidden|invalid|unavailable|not available|cannot find field|cannot unmarshal|should be|must (?:either )?be|不支持/i;
