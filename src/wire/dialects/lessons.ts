import type { DialectLesson, EndpointFacts, ModelError } from "../../protocol/index.ts";
import type { WireApi } from "../codec.ts";
import type { Dialect } from "./dialect.ts";
import type { Asked } from "./lesson.ts";
import { refusedNames } from "./refused-parameter.ts";
import {
  ALLOWS_SYSTEM,
  ALTERNATION,
  CANNOT,
  GOT_ARRAY,
  MISTRAL_COMMON,
  NO_TOOLS,
  NULL_REFUSED,
  PICTURES_REFUSED,
  REFUSED_ID,
  refusesRole,
  STORED_ITEMS,
  TEXT_BESIDE_CALLS,
  TOOLS_AND_STREAM,
  WANTS_ARRAY,
  WANTS_STRING,
} from "./wordings.ts";

interface LessonRule {
  readonly lesson: DialectLesson;
  /** Where there is another way to put it. */
  readonly apis: readonly WireApi[];
  /** Undefined if the error is about something else, or if this is known already. */
  readonly teaches: (error: ModelError, asked: Asked) => Partial<EndpointFacts> | undefined;
}

/** First match wins: what is said in so many words comes before what may mean several things. */
export const LESSONS: readonly LessonRule[] = [
  rule("reasoning-replayed", ({ kind, message }, { dialect }) =>
    (kind === "reasoning_replay_required" ||
      /reasoning_content.{0,120}(?:must be passed back|(?:is )?missing|required)/i.test(message)) &&
    dialect.reasoning !== "always" &&
    dialect.reasoning !== "never"
      ? { model: { wantsReasoningReplay: true } }
      : undefined,
  ),
  // OpenAI behind a proxy: nothing is kept there, so thinking goes back sealed, and nothing by its id.
  responsesRule("reasoning-sealed", ({ message }, { dialect }) =>
    !dialect.sealsReasoning && STORED_ITEMS.test(message) ? { model: { sealsReasoning: true } } : undefined,
  ),
  // llama.cpp before May 2025: "Cannot use tools with stream".
  commonRule("tools-not-streamed", ({ message }, { dialect, parameters }) =>
    parameters.includes("tools") &&
    dialect.streamsWithTools &&
    TOOLS_AND_STREAM.test(message) &&
    CANNOT.test(message)
      ? { server: { refusesStreamedTools: true } }
      : undefined,
  ),
  commonRule("tools-in-prompt", (error, { dialect, parameters }) =>
    parameters.includes("tools") &&
    dialect.tools === "parameter" &&
    (error.kind === "tools_unsupported" ||
      NO_TOOLS.test(error.message) ||
      refusedNames(error, ["tools"]) !== undefined) &&
    // Without `tool_choice` or `parallel_tool_calls` the tools may well be taken.
    refusedNames(
      error,
      parameters.filter((name) => /^\w+_tool|^tool_/.test(name)),
    ) === undefined
      ? { model: { refusesTools: true } }
      : undefined,
  ),
  rule("text-beside-calls-left-out", ({ message }, { dialect }) =>
    dialect.textBesideCalls && TEXT_BESIDE_CALLS.test(message)
      ? { model: { refusesTextBesideCalls: true } }
      : undefined,
  ),
  // Llama 3.1: "This model only supports single tool-calls at once!"
  rule("calls-one-by-one", ({ message }, { dialect }) =>
    dialect.callsInOneMessage === "many" && /only supports? (?:a )?single tool.?calls?/i.test(message)
      ? { model: { refusesParallelCalls: true } }
      : undefined,
  ),
  commonRule("call-ids-rewritten", ({ message }, { dialect }) => callIdsFor(message, dialect)),
  rule("results-named", ({ message }, { dialect }) =>
    !dialect.namesToolResults &&
    /function_response\.name|tool message.{0,40}\bname\b|\brole\W{0,4}tool\b.{0,60}\bname\b.{0,20}required/i.test(
      message,
    )
      ? { model: { wantsToolResultName: true } }
      : undefined,
  ),
  rule("system-role-refused", ({ message }, { dialect }) =>
    dialect.system === "message" && refusesRole(message, "system") && !ALLOWS_SYSTEM.test(message)
      ? { model: { refusesSystemRole: true } }
      : undefined,
  ),
  rule("roles-must-alternate", ({ message }, { dialect }) =>
    dialect.turns === "free" && ALTERNATION.test(message)
      ? { model: { rolesMustAlternate: true, ...(MISTRAL_COMMON.test(message) ? NINE : {}) } }
      : undefined,
  ),
  // Templates that count every message are put out by the system message (Mistral 7B), too.
  rule("system-role-refused", ({ message }, { dialect }) =>
    dialect.system === "message" && ALTERNATION.test(message) && !/optional system message/i.test(message)
      ? { model: { refusesSystemRole: true } }
      : undefined,
  ),
  // One that still refuses the roles knows no tool role (Gemma 3): in text, there are only two.
  rule("tools-in-prompt", ({ message }, { dialect, parameters }) =>
    dialect.tools === "parameter" &&
    parameters.includes("tools") &&
    (ALTERNATION.test(message) || refusesRole(message, "tool"))
      ? { model: { refusesTools: true } }
      : undefined,
  ),
  commonRule("reasoning-not-replayed", (error, { dialect, parameters }) =>
    dialect.reasoning !== "never" && refusesReasoning(error, parameters)
      ? { model: { refusesReasoningReplay: true } }
      : undefined,
  ),
  rule("null-content-refused", ({ message }, { dialect, hasNullContent }) =>
    dialect.emptyContent === "null" &&
    ((WANTS_STRING.test(message) && !GOT_ARRAY.test(message)) ||
      (hasNullContent && NULL_REFUSED.test(message) && !PICTURES_REFUSED.test(message)))
      ? { server: { refusesNullContent: true } }
      : undefined,
  ),
  rule("content-parts-refused", ({ message }, { dialect }) =>
    dialect.content === "strings-and-parts" &&
    (GOT_ARRAY.test(message) ||
      PICTURES_REFUSED.test(message) ||
      (WANTS_STRING.test(message) && !/\b(?:null|none)/i.test(message)))
      ? { server: { refusesContentParts: true } }
      : undefined,
  ),
  rule("content-strings-refused", ({ message }, { dialect }) =>
    dialect.content === "strings-and-parts" && WANTS_ARRAY.test(message)
      ? { server: { refusesContentStrings: true } }
      : undefined,
  ),
  rule("max-tokens-renamed", (error, { dialect, parameters }) => {
    const { maxTokensField: name, refusedParameters } = dialect;
    const other = name === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    return parameters.includes(name) &&
      !refusedParameters.has(other) &&
      // A limit the model can't reach is no matter of its name.
      !/too (?:large|high)|at most|less than|greater than|exceed/i.test(error.message) &&
      refusedNames(error, [name]) !== undefined
      ? { model: { maxTokensField: other, refusedParameters: [...refusedParameters, name] } }
      : undefined;
  }),
];

/** About messages as Chat Completions has them. */
function rule(lesson: DialectLesson, teaches: LessonRule["teaches"]): LessonRule {
  return { lesson, apis: ["chat"], teaches };
}

function responsesRule(lesson: DialectLesson, teaches: LessonRule["teaches"]): LessonRule {
  return { lesson, apis: ["responses"], teaches };
}

function commonRule(lesson: DialectLesson, teaches: LessonRule["teaches"]): LessonRule {
  return { lesson, apis: ["chat", "responses"], teaches };
}

const NINE = { toolCallIds: "nine-alphanumeric" } as const;

/** The stricter of the two satisfies whoever asks for the other. */
function callIdsFor(message: string, dialect: Dialect): Partial<EndpointFacts> | undefined {
  if (dialect.callIds === "nine-alphanumeric") {
    return undefined;
  }
  // Mistral's API; its templates: "Tool call IDs should be alphanumeric strings with length 9!"
  if (/tool.?call.?id.{0,400}length (?:of )?9\b/i.test(message)) {
    return { model: NINE };
  }
  return dialect.callIds === "verbatim" && REFUSED_ID.test(message)
    ? { model: { toolCallIds: "plain" } }
    : undefined;
}

/** The field of a message, not the parameter of the same name beside the messages. */
function refusesReasoning(error: ModelError, parameters: readonly string[]): boolean {
  const fields = ["reasoning_content", "reasoning_details", "reasoning_text", "reasoning", "thinking"];
  const refused = refusedNames(error, fields);
  if (refused === undefined) {
    return false;
  }
  return !parameters.includes(refused) || /\bmessages\b/.test(`${error.parameter ?? ""} ${error.message}`);
}
