import type { Dialect } from "../dialects/dialect.ts";
import type { ModelRequest } from "../model-request.ts";
import { encodeEffort } from "./encode-effort.ts";
import { encodeMessages } from "./encode-messages.ts";

/**
 * The body of a Chat Completions request. A pure function of its arguments: the same history always gives
 * the same bytes, and a longer one only adds to the messages, which is what a server's prompt cache lives on.
 */
export function encodeChatBody(request: ModelRequest, dialect: Dialect): string {
  const { settings } = request;
  const offersTools = request.tools.length > 0 && dialect.tools === "parameter";
  const streams = dialect.streamsWithTools || !offersTools;
  const parameters: Record<string, unknown> = {
    ...(offersTools ? { tools: request.tools.map(encodeTool) } : {}),
    ...encodeAnswerSchema(request, offersTools),
    stream: streams,
    ...(streams ? { stream_options: { include_usage: true } } : {}),
    ...(streams && dialect.reportsPrefill ? { return_progress: true } : {}),
    ...encodeEffort(settings?.reasoningEffort, dialect.effort),
    ...(settings?.verbosity === undefined ? {} : { verbosity: settings.verbosity }),
    ...(settings?.maxOutputTokens === undefined
      ? {}
      : { [dialect.maxTokensField]: settings.maxOutputTokens }),
    ...(settings?.slot === undefined ? {} : { id_slot: settings.slot }),
    ...settings?.extraBody,
  };
  const accepted = Object.entries(parameters).filter(([name]) => !dialect.refusedParameters.has(name));
  return toJson({
    model: request.model,
    messages: encodeMessages(request, dialect),
    ...Object.fromEntries(accepted),
  });
}

/**
 * Half a surrogate pair, left by a cut in the middle of an emoji, is written as an escape that llama.cpp can't
 * parse and Python can't encode. Looked for first, since a replacer makes writing slow.
 */
function toJson(body: object): string {
  const text = JSON.stringify(body);
  return text.includes("\\ud")
    ? JSON.stringify(body, (_, value) => (typeof value === "string" ? value.toWellFormed() : value))
    : text;
}

/** LM Studio reads the properties unasked, and OpenAI refuses an object without ("object schema missing properties"). */
function encodeTool({ name, description, parameters }: ModelRequest["tools"][number]): object {
  const { type = "object", properties = {}, ...rest } = parameters;
  return { type: "function", function: { name, description, parameters: { type, properties, ...rest } } };
}

/** The tools stay in the body, since they are at the front of the prompt; the model is told not to use them. */
function encodeAnswerSchema({ answerSchema }: ModelRequest, offersTools: boolean): object {
  if (answerSchema === undefined) {
    return {};
  }
  const { name, schema } = answerSchema;
  return {
    ...(offersTools ? { tool_choice: "none" } : {}),
    response_format: { type: "json_schema", json_schema: { name, strict: true, schema } },
  };
}
