import { mistralOrder } from "./mistral-api.ts";
import {
  answered,
  eachMessage,
  MESSAGE_FIELDS,
  PARAMETERS,
  type Refusal,
  server,
  unknownKeys,
} from "./strict-server.ts";

function invalid(message: string): Refusal {
  return { status: 400, body: { error: { message, type: "invalid_request_error" } } };
}

const pairs = answered((index, id) => invalid(`messages.${index}: tool_call_id '${id}' has no counterpart`));

export const groqServer = server(
  "groq",
  (body) => {
    const [key] = unknownKeys(body, [...PARAMETERS, "reasoning_format", "include_reasoning"]);
    return key === undefined ? undefined : invalid(`property '${key}' is unsupported`);
  },
  eachMessage((message, index) => {
    const [key] = unknownKeys(message, MESSAGE_FIELDS);
    return key === undefined
      ? undefined
      : invalid(
          `'messages.${index}' : for 'role:${message.role}' the following must be satisfied[('messages.${index}' : property '${key}' is unsupported)]`,
        );
  }),
  pairs,
);

/** Thinking mode, V3.2 and later. Its deserializer is serde: content must be there, as a string or null. */
export const deepseekServer = server(
  "deepseek",
  eachMessage((message, index) => {
    const content = message["content"];
    if (content === undefined) {
      return invalid(
        `Failed to deserialize the JSON body into the target type: messages[${index}]: missing field \`content\` at line 1 column 1615`,
      );
    }
    return message.role === "assistant" && typeof message["reasoning_content"] !== "string"
      ? invalid("The `reasoning_content` in the thinking mode must be passed back to the API.")
      : undefined;
  }),
  pairs,
);

export const moonshotServer = server(
  "moonshot",
  eachMessage((message, index) =>
    message.tool_calls !== undefined && typeof message["reasoning_content"] !== "string"
      ? invalid(
          `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${index}`,
        )
      : undefined,
  ),
  pairs,
);

/** It passes on to Mistral, and wraps what that says. */
export const openrouterServer = server("openrouter with Devstral", (body) => {
  const refusal = mistralOrder.map((check) => check(body)).find((found) => found !== undefined);
  return refusal === undefined
    ? undefined
    : {
        status: 400,
        body: {
          error: {
            message: "Provider returned error",
            code: 400,
            metadata: { raw: JSON.stringify(refusal.body), provider_name: "Mistral" },
          },
        },
      };
});

/** Refuses unknown fields, but takes `reasoning` in messages. */
export const cerebrasServer = server(
  "cerebras",
  (body) => {
    const [key] = unknownKeys(body, PARAMETERS);
    return key === undefined ? undefined : wrongFormat(key);
  },
  eachMessage((message, index) => {
    const [key] = unknownKeys(message, [...MESSAGE_FIELDS, "reasoning"]);
    return key === undefined ? undefined : wrongFormat(`messages.${index}.${message.role}.${key}`);
  }),
  pairs,
);

function wrongFormat(place: string): Refusal {
  return {
    status: 400,
    body: {
      message: `${place}: property '${place}' is unsupported`,
      type: "invalid_request_error",
      param: "validation_error",
      code: "wrong_api_format",
    },
  };
}

/** Serde, too; unknown fields are ignored, unknown roles are not. */
export const xaiServer = server(
  "xai",
  eachMessage((message, index) => {
    if (!["system", "developer", "user", "assistant", "tool"].includes(message.role)) {
      return xaiInvalid(`messages[${index}]: unknown variant \`${message.role}\``);
    }
    const { content } = message;
    const ok =
      content === null || content === undefined || typeof content === "string" || Array.isArray(content);
    return ok
      ? undefined
      : xaiInvalid(`messages[${index}]: data did not match any variant of untagged enum Content`);
  }),
  pairs,
);

function xaiInvalid(message: string): Refusal {
  return {
    status: 422,
    body: `Failed to deserialize the JSON body into the target type: ${message} at line 1 column 90`,
  };
}

/** Protocol buffers behind it: fields must be known, and results must name their function. */
export const geminiServer = server(
  "gemini",
  (body) => {
    const keys = unknownKeys(body, PARAMETERS);
    return keys.length === 0
      ? undefined
      : geminiInvalid(
          keys
            .map((key) => `Invalid JSON payload received. Unknown name "${key}": Cannot find field.`)
            .join("\n"),
        );
  },
  eachMessage((message, index) => {
    const [key] = unknownKeys(message, MESSAGE_FIELDS);
    if (key !== undefined) {
      return geminiInvalid(
        `Invalid JSON payload received. Unknown name "${key}" at 'messages[${index}]': Cannot find field.`,
      );
    }
    return message.role === "tool" && typeof message["name"] !== "string"
      ? geminiInvalid(
          `* GenerateContentRequest.contents[${index}].parts[0].function_response.name: Name cannot be empty.\n`,
        )
      : undefined;
  }),
  pairs,
);

function geminiInvalid(message: string): Refusal {
  return { status: 400, body: [{ error: { code: 400, message, status: "INVALID_ARGUMENT" } }] };
}

export const anthropicServer = server(
  "anthropic",
  eachMessage((message, index) => {
    const odd = (message.tool_calls ?? []).find(({ id }) => !/^[a-zA-Z0-9_-]+$/.test(id));
    return odd === undefined
      ? undefined
      : {
          status: 400,
          body: {
            error: {
              code: "invalid_request_error",
              message: `messages.${index}.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`,
              type: "invalid_request_error",
              param: null,
            },
          },
        };
  }),
  pairs,
);
