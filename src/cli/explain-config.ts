import type { UnknownKey } from "../config/index.ts";
import type { ConfigError } from "../protocol/index.ts";

/** Lists grow with the user's config; a sentence should not. */
const MOST_NAMES = 12;
const MOST_UNKNOWN_KEYS = 5;

/** What happened (where, which key), and what to do next. */
export function explainConfigError(error: ConfigError): { message: string; hint?: string } {
  const { problem, nearest } = error;
  switch (problem.type) {
    case "syntax":
      return {
        message: `${place(error)}: not valid TOML: ${visible(problem.message)}`,
        hint: "Correct that line and run leat again.",
      };
    case "wrong_type":
      return explainWrongType(error, problem);
    case "missing_value":
      return {
        message: `${place(error)}: ${code(error.key)} is missing`,
        hint: `Give it a value, for example: ${problem.example}`,
      };
    case "wrong_value":
      return {
        message: `${place(error)}: ${code(error.key)} can't be ${JSON.stringify(visible(problem.found))}`,
        hint: choices(nearest, "Allowed", problem.allowed),
      };
    case "unknown_profile":
      return {
        message: `config profile ${code(problem.name)} not found in ${place(error)}`,
        hint: choices(nearest, "Profiles there", problem.known),
      };
    case "unknown_provider":
      return {
        message: `Model provider ${code(problem.name)} not found${error.source === undefined ? "" : ` (${place(error)})`}`,
        hint: choices(nearest, "Providers there are", problem.known),
      };
    case "bad_override":
      return {
        message: `Error parsing -c overrides: ${problem.reason}: ${visible(problem.text)}`,
        hint: "Write it as key=value, for example: -c model=mistral",
      };
    case "home_missing":
      return {
        message: `CODEX_HOME is ${visible(problem.path)}, which is no directory`,
        hint: "Make that directory, or unset CODEX_HOME to use ~/.codex.",
      };
    case "unreadable":
      return {
        message: `${visible(problem.path)} can't be read: ${visible(problem.reason)}`,
        hint: "Check that it is a file you may read.",
      };
    case "not_written":
      return {
        message: `${visible(problem.path)} can't be written: ${visible(problem.reason)}`,
        hint: "Check the space and the rights of that file.",
      };
    case "unknown_key":
      return {
        message: `${place(error)}: ${code(error.key)} is not known there`,
        hint: choices(nearest, "Known", problem.known),
      };
    default:
      return problem satisfies never;
  }
}

/** One line for all of them; undefined if there are none. */
export function explainUnknownKeys(file: string, keys: readonly UnknownKey[]): string | undefined {
  if (keys.length === 0) {
    return undefined;
  }
  const named = keys.slice(0, MOST_UNKNOWN_KEYS).map(describeUnknownKey);
  const more = keys.length > named.length ? `, and ${keys.length - named.length} more` : "";
  const where = keys.every(({ line }) => line === undefined) ? "" : ` in ${visible(file)}`;
  return `unknown ${keys.length === 1 ? "key" : "keys"}${where}: ${named.join(", ")}${more}`;
}

function explainWrongType(
  error: ConfigError,
  problem: ConfigError["problem"] & { type: "wrong_type" },
): { message: string; hint?: string } {
  const { expected, found, isQuoted } = problem;
  const message = `${place(error)}: ${code(error.key)} must be ${expected}, not ${visible(found)}`;
  return isQuoted ? { message, hint: "Write the value without quotes." } : { message };
}

function describeUnknownKey({ key, line, nearest }: UnknownKey): string {
  const where = line === undefined ? "from -c" : `line ${line}`;
  const guess = nearest === undefined ? "" : `, did you mean ${code(nearest)}?`;
  return `${code(key)} (${where}${guess})`;
}

function place({ source, line, column }: ConfigError): string {
  const where = visible(source ?? "config");
  if (line === undefined) {
    return where;
  }
  return column === undefined ? `${where}, line ${line}` : `${where}, line ${line}, column ${column}`;
}

function choices(nearest: string | undefined, title: string, names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  const list = names.length === 0 ? "none" : `${names.slice(0, MOST_NAMES).map(visible).join(", ")}${more}`;
  const guess = nearest === undefined ? "" : `Did you mean ${code(nearest)}? `;
  return `${guess}${title}: ${list}.`;
}

function code(name: string | undefined): string {
  return `\`${visible(name ?? "")}\``;
}

/** Config text may hold escape sequences; none may reach the terminal. */
function visible(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "�");
}
