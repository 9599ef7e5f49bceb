import {
  answered,
  type Check,
  eachMessage,
  MESSAGE_FIELDS,
  PARAMETERS,
  type Refusal,
  server,
  unknownKeys,
} from "./strict-server.ts";

function refused(message: string, type: string, code: string): Refusal {
  return { status: 400, body: { object: "error", message, type, param: null, code } };
}

function extra(...loc: (string | number)[]): Refusal {
  const detail = [
    { type: "extra_forbidden", loc: ["body", ...loc], msg: "Extra inputs are not permitted", input: 1 },
  ];
  return { status: 422, body: { object: "error", message: { detail }, type: "invalid_request_error" } };
}

/** What mistral-common refuses: Mistral's API, and vLLM with Mistral's tokenizer. */
export const mistralOrder: readonly Check[] = [
  eachMessage((message, index, messages) => {
    const before = messages[index - 1]?.role;
    const allowed: Record<string, readonly (string | undefined)[]> = {
      system: [undefined],
      user: [undefined, "system", "assistant"],
      assistant: ["user", "tool"],
      tool: ["assistant", "tool"],
    };
    return allowed[message.role]?.includes(before)
      ? undefined
      : refused(
          `Unexpected role '${message.role}' after role '${before}'`,
          "invalid_request_message_order",
          "3230",
        );
  }),
  ({ messages }) => {
    const last = messages.at(-1)?.role ?? "";
    return ["user", "tool"].includes(last)
      ? undefined
      : refused(
          `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${last}`,
          "invalid_request_message_order",
          "3230",
        );
  },
  eachMessage((message) => {
    const ids = (message.tool_calls ?? []).map((call) => call.id);
    const odd = [...ids, ...(message.role === "tool" ? [String(message["tool_call_id"])] : [])].find(
      (id) => !/^[a-zA-Z0-9]{9}$/.test(id),
    );
    return odd === undefined
      ? undefined
      : refused(
          `Tool call id was ${odd} but must be a-z, A-Z, 0-9, with a length of 9.`,
          "invalid_function_call",
          "3280",
        );
  }),
  answered(() =>
    refused("Not the same number of function calls and responses", "invalid_request_message_order", "3230"),
  ),
];

export const mistralServer = server(
  "mistral",
  (body) => {
    const [key] = unknownKeys(
      body,
      [...PARAMETERS, "prompt_mode", "random_seed"].filter((name) => name !== "stream_options"),
    );
    return key === undefined ? undefined : extra(key);
  },
  eachMessage((message, index) => {
    const [key] = unknownKeys(message, [...MESSAGE_FIELDS, "prefix"]);
    return key === undefined ? undefined : extra("messages", index, message.role, key);
  }),
  ...mistralOrder,
);

/** mistral-common before tokenizer 11: text beside calls is refused; vLLM hands the exception on (vllm#16774). */
export const oldMistralCommonServer = server(
  "vllm with mistral-common of 2024",
  eachMessage((message) =>
    message.tool_calls !== undefined && typeof message["content"] === "string" && message["content"] !== ""
      ? {
          status: 400,
          body: {
            object: "error",
            message: "Assistant message must have either content or tool_calls, but not both.",
            type: "BadRequestError",
            param: null,
            code: 400,
          },
        }
      : undefined,
  ),
  ...mistralOrder,
);
