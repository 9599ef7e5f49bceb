import { describeTools } from "../chat/encode-text-tools.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ModelRequest } from "../model-request.ts";
import { encodeInput } from "./encode-input.ts";

/**
 * The body of a Responses request. A pure function of its arguments: the same history always gives the same bytes,
 * and a longer one only adds to `input`, which is what a server's prompt cache lives on. The whole history is sent
 * each time: local servers keep none, and what a user said stays on the machine.
 */
export function encodeResponsesBody(request: ModelRequest, dialect: Dialect): string {
  const { settings, tools } = request;
  const offersTools = tools.length > 0 && dialect.tools === "parameter";
  const streams = dialect.streamsWithTools || !offersTools;
  const reasoning = encodeReasoning(request, dialect);
  const text = encodeText(request, dialect);
  // `parallel_tool_calls` is left at the server's own: all calls of an answer are understood and run in order.
  const parameters: Record<string, unknown> = {
    ...(offersTools ? { tools: tools.map(encodeTool), tool_choice: toolChoice(request) } : {}),
    ...(reasoning === undefined ? {} : { reasoning }),
    store: false,
    stream: streams,
    ...(streams && dialect.reportsPrefill ? { return_progress: true } : {}),
    // Servers that know no encrypted thinking may refuse to be asked for it.
    ...(reasoning !== undefined || dialect.sealsReasoning
      ? { include: ["reasoning.encrypted_content"] }
      : {}),
    ...(text === undefined ? {} : { text }),
    ...(settings?.maxOutputTokens === undefined ? {} : { max_output_tokens: settings.maxOutputTokens }),
    ...(settings?.slot === undefined ? {} : { id_slot: settings.slot }),
    ...settings?.extraBody,
  };
  const accepted = Object.entries(parameters).filter(([name]) => !dialect.refusedParameters.has(name));
  return JSON.stringify({
    model: request.model,
    instructions: encodeInstructions(request, dialect),
    input: encodeInput(request, dialect),
    ...Object.fromEntries(accepted),
  });
}

function encodeInstructions({ instructions, tools }: ModelRequest, dialect: Dialect): string {
  return dialect.tools === "prompt" && tools.length > 0
    ? `${instructions}\n\n${describeTools(tools)}`
    : instructions;
}

/** llama.cpp takes a tool for a strict one if nothing is said. */
function encodeTool({ name, description, parameters }: ModelRequest["tools"][number]): object {
  return { type: "function", name, description, strict: false, parameters };
}

/** The tools stay in the body, since they are at the front of the prompt; the model is told not to use them. */
function toolChoice({ answerSchema }: ModelRequest): "auto" | "none" {
  return answerSchema === undefined ? "auto" : "none";
}

function encodeReasoning({ settings }: ModelRequest, dialect: Dialect): object | undefined {
  const { reasoningEffort: effort } = settings ?? {};
  // Where thinking comes sealed, its summary is all there is to show; Codex asks for it, too.
  const summary = settings?.reasoningSummary ?? (dialect.sealsReasoning ? "auto" : undefined);
  const fields = accepted("reasoning", dialect, {
    ...(effort === undefined ? {} : { effort }),
    // In Codex's configuration, `none` means that no summary is asked for; the API has no such word.
    ...(summary === undefined || summary === "none" ? {} : { summary }),
  });
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function encodeText({ settings, answerSchema }: ModelRequest, dialect: Dialect): object | undefined {
  if (settings?.verbosity === undefined && answerSchema === undefined) {
    return undefined;
  }
  // LM Studio refuses `text` without a format (lmstudio-bug-tracker#1576).
  const format =
    answerSchema === undefined
      ? { type: "text" }
      : { type: "json_schema", name: answerSchema.name, strict: true, schema: answerSchema.schema };
  const fields = accepted("text", dialect, {
    ...(settings?.verbosity === undefined ? {} : { verbosity: settings.verbosity }),
    format,
  });
  return fields;
}

/** Servers name what they refuse inside an object by its path. */
function accepted(
  parameter: string,
  { refusedParameters }: Dialect,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => !refusedParameters.has(`${parameter}.${name}`));
  return Object.fromEntries(kept);
}
