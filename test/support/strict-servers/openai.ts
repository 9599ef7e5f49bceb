import {
  answered,
  eachMessage,
  MESSAGE_FIELDS,
  PARAMETERS,
  type Refusal,
  server,
  unknownKeys,
} from "./strict-server.ts";

function invalid(message: string, details: { param?: string; code?: string } = {}): Refusal {
  const { param = null, code = null } = details;
  return { status: 400, body: { error: { message, type: "invalid_request_error", param, code } } };
}

const checks = [
  (body: Record<string, unknown>) => {
    const [key] = unknownKeys(body, [...PARAMETERS, "verbosity", "store", "metadata"]);
    return key === undefined ? undefined : invalid(`Unrecognized request argument supplied: ${key}`);
  },
  (body: Record<string, unknown>) =>
    body["max_tokens"] === undefined
      ? undefined
      : invalid(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          { param: "max_tokens", code: "unsupported_parameter" },
        ),
  eachMessage((message, index) => {
    const [key] = unknownKeys(message, MESSAGE_FIELDS);
    if (key !== undefined) {
      return invalid(`Additional properties are not allowed ('${key}' was unexpected) - 'messages.${index}'`);
    }
    if (!["system", "developer", "user", "assistant", "tool"].includes(message.role)) {
      return invalid(
        `Invalid value: '${message.role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
        { param: `messages[${index}].role`, code: "invalid_value" },
      );
    }
    for (const [place, call] of (message.tool_calls ?? []).entries()) {
      const at = `messages[${index}].tool_calls[${place}]`;
      if (call.id.length > 40) {
        return invalid(
          `Invalid '${at}.id': string too long. Expected a string with maximum length 40, but got a string with length ${call.id.length} instead.`,
          { param: `${at}.id`, code: "string_above_max_length" },
        );
      }
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(call.function.name)) {
        return invalid(
          `Invalid '${at}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
          { param: `${at}.function.name`, code: "invalid_value" },
        );
      }
      if (typeof call.function.arguments !== "string") {
        return invalid(
          `Invalid type for '${at}.function.arguments': expected a string, but got an object instead.`,
        );
      }
    }
    if (message["content"] === null && message.tool_calls === undefined) {
      return invalid("Invalid value for 'content': expected a string, got null.", {
        param: `messages.[${index}].content`,
      });
    }
    return undefined;
  }),
  answered((index) =>
    invalid(
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
      { param: `messages.[${index}].role` },
    ),
  ),
];

export const openaiServer = server("openai", ...checks);

export const azureServer = server("azure", ...checks);

/** An o1 of September 2024, as some gateways still have it. */
export const o1Server = server(
  "openai o1",
  eachMessage((message, index) =>
    message.role === "system"
      ? invalid(`Unsupported value: 'messages[${index}].role' does not support 'system' with this model.`, {
          param: `messages[${index}].role`,
          code: "unsupported_value",
        })
      : undefined,
  ),
  ...checks,
);
