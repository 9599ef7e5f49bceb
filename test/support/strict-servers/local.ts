import { mistralOrder } from "./mistral-api.ts";
import {
  answered,
  type Check,
  eachMessage,
  type Refusal,
  type StrictServer,
  server,
} from "./strict-server.ts";
import { qwenTemplate, type Template } from "./templates.ts";

const ROLES = ["system", "developer", "user", "assistant", "tool"];

function knownRoles(refuse: (role: string, index: number) => Refusal): Check {
  return eachMessage(({ role }, index) => (ROLES.includes(role) ? undefined : refuse(role, index)));
}

/** The Go structs of /v1: types are checked, unknown fields ignored. */
export function ollamaServer(knowsTools: boolean): StrictServer {
  const invalid = (message: string): Refusal => ({
    status: 400,
    body: { error: { message, type: "invalid_request_error", param: null, code: null } },
  });
  return server(
    knowsTools ? "ollama" : "ollama without tools",
    eachMessage((message) => {
      const { content } = message;
      const missing = content === null || content === undefined;
      if (
        missing ? message.tool_calls === undefined : typeof content !== "string" && !Array.isArray(content)
      ) {
        return invalid(`invalid message content type: ${missing ? "<nil>" : "map[string]interface {}"}`);
      }
      const odd = (message.tool_calls ?? []).find((call) => !isObjectText(call.function.arguments));
      return odd === undefined ? undefined : invalid("invalid tool call arguments");
    }),
    (body) =>
      !knowsTools && body["tools"] !== undefined
        ? invalid("registry.ollama.ai/library/gemma3:latest does not support tools")
        : undefined,
    knownRoles((role) => invalid(`invalid message role: ${role}`)),
    answered((_, id) => invalid(`no call ${id}`)),
  );
}

function isObjectText(text: unknown): boolean {
  try {
    const value = JSON.parse(String(text));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Errors are strings; content must be there (lmstudio-bug-tracker#261), `tool_choice` is a word (#670). */
export const lmstudioServer = server(
  "lmstudio",
  eachMessage(({ content }) =>
    typeof content === "string" || Array.isArray(content)
      ? undefined
      : lmstudioError("Invalid 'content': 'content' field must be a string or an array of objects."),
  ),
  (body) =>
    typeof (body["tool_choice"] ?? "auto") === "string"
      ? undefined
      : lmstudioError("Invalid tool_choice type: 'object'. Supported string values: none, auto, required"),
  knownRoles((role) => lmstudioError(`Invalid role: ${role}`)),
  answered((_, id) => lmstudioError(`no call ${id}`)),
);

function lmstudioError(error: string): Refusal {
  return { status: 400, body: { error } };
}

function llamaError(code: number, type: string, message: string): Refusal {
  return { status: code, body: { error: { code, message, type } } };
}

/** Of spring 2025: no streaming with tools, content must be there (llama.cpp#13471). */
export const oldLlamacppServer = server(
  "llama.cpp of spring 2025",
  (body) =>
    body["stream"] === true && body["tools"] !== undefined
      ? llamaError(500, "server_error", "Cannot use tools with stream")
      : undefined,
  eachMessage(({ content }) =>
    typeof content === "string" || Array.isArray(content)
      ? undefined
      : llamaError(500, "server_error", "Expected 'content' to be a string or an array"),
  ),
);

/** Without `--jinja` there are no tools at all. */
export const llamacppWithoutJinjaServer = server("llama.cpp without --jinja", (body) =>
  body["tools"] !== undefined || body["tool_choice"] !== undefined
    ? llamaError(500, "server_error", "tools param requires --jinja flag")
    : undefined,
);

/** Now: what the template raises comes with the place in its source. */
export function llamacppServer(name: string, template: Template): StrictServer {
  return server(`llama.cpp with ${name}`, ({ messages }) => {
    const raised = template(messages);
    return raised === undefined
      ? undefined
      : llamaError(
          500,
          "server_error",
          `\n------------\nWhile executing CallExpression at line 46, column 32 in source:\n...== 0) %}↵            {{- raise_exception('${raised.slice(0, 40)}...\n                                           ^\nError: Jinja Exception: ${raised}`,
        );
  });
}

function vllmError(message: string): Refusal {
  return { status: 400, body: { error: { message, type: "BadRequestError", param: null, code: 400 } } };
}

const vllmChecks: readonly Check[] = [
  ({ reasoning_effort }) =>
    reasoning_effort === undefined || ["none", "low", "medium", "high"].includes(String(reasoning_effort))
      ? undefined
      : vllmError(
          "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'none', 'low', 'medium' or 'high'\", 'input': 'max'}",
        ),
  eachMessage(({ content }, index) =>
    content === null || content === undefined || typeof content === "string" || Array.isArray(content)
      ? undefined
      : vllmError(
          `[{'type': 'string_type', 'loc': ('body', 'messages', ${index}, 'content', 'str'), 'msg': 'Input should be a valid string'}]`,
        ),
  ),
  knownRoles((role) => vllmError(`Unexpected message role: ${role}`)),
];

export const vllmServer = server(
  "vllm",
  ...vllmChecks,
  answered((_, id) => vllmError(`no call ${id}`)),
);

export const vllmWithoutToolsServer = server(
  "vllm without --enable-auto-tool-choice",
  ...vllmChecks,
  (body) =>
    body["tools"] !== undefined && (body["tool_choice"] ?? "auto") === "auto"
      ? vllmError('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set')
      : undefined,
);

export const vllmWithMistralServer = server("vllm with Mistral's tokenizer", ...vllmChecks, (body) => {
  const refusal = mistralOrder.map((check) => check(body)).find((found) => found !== undefined);
  return refusal === undefined
    ? undefined
    : vllmError(`${(refusal.body as { message: string }).message} None`);
});

/** The sentence comes twice: as the text of the exception and of its cause. */
export function vllmServerWith(name: string, template: Template): StrictServer {
  return server(`vllm with ${name}`, ...vllmChecks, ({ messages }) => {
    const raised = template(messages);
    return raised === undefined ? undefined : vllmError(`${raised} ${raised}`);
  });
}

/** Of 2025: pydantic's own text, over several lines; null was no content (sglang#4236). */
export const sglangServer = server(
  "sglang",
  eachMessage((message, index) =>
    message["content"] === null
      ? {
          status: 400,
          body: {
            object: "error",
            message: `1 validation error for ChatCompletionRequest\nmessages.${index}.ChatCompletionMessageGenericParam.content.str\n  Input should be a valid string [type=string_type, input_value=None, input_type=NoneType]\n    For further information visit https://errors.pydantic.dev/2.10/v/string_type`,
            type: "BadRequest",
            code: 400,
          },
        }
      : undefined,
  ),
  knownRoles((role) =>
    vllmError(`'role' must be one of 'system', 'developer', 'assistant', 'tool' (${role})`),
  ),
);

/** Whatever goes wrong is a 404 with a string. */
export function mlxServer(name: string, template: Template): StrictServer {
  return server(`mlx with ${name}`, ({ messages }) => {
    const raised = template(messages);
    return raised === undefined ? undefined : { status: 404, body: { error: raised } };
  });
}

/** FastAPI: 422 for types, 400 for the template. */
export function tabbyServer(template: Template): StrictServer {
  return server(
    "tabbyapi",
    eachMessage((message, index) => {
      const { content } = message;
      return content === null ||
        content === undefined ||
        typeof content === "string" ||
        Array.isArray(content)
        ? undefined
        : {
            status: 422,
            body: {
              detail: [
                {
                  type: "string_type",
                  loc: ["body", "messages", index, "content", "str"],
                  msg: "Input should be a valid string",
                },
              ],
            },
          };
    }),
    ({ messages }) => {
      const raised = template(messages);
      return raised === undefined ? undefined : { status: 400, body: { detail: `TemplateError: ${raised}` } };
    },
  );
}

/** It joins strings; what is no string ends in a Python error. */
export const koboldcppServer = server(
  "koboldcpp",
  eachMessage(({ content }) =>
    typeof content === "string" || Array.isArray(content)
      ? undefined
      : {
          status: 500,
          body: {
            detail: { msg: "Error generating: 'content' must be a string, got None", type: "server_error" },
          },
        },
  ),
  knownRoles((role) => ({ status: 500, body: { detail: { msg: `unknown role ${role}` } } })),
);

export const qwenServer = llamacppServer("Qwen3.5", qwenTemplate);

/** A gateway that takes content only in parts. */
export const partsOnlyServer = server(
  "a gateway that takes parts only",
  eachMessage(({ content }, index) =>
    typeof content === "string"
      ? vllmError(`messages.${index}.content: Input should be a valid list`)
      : undefined,
  ),
);
