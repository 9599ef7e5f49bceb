import { describe, expect, test } from "vitest";
import type { ModelError } from "../../../src/protocol/index.ts";
import { errorFromJson, readErrorBody } from "../../../src/wire/errors/error-body.ts";

type Row = readonly [source: string, status: number, message: string, rest?: Partial<ModelError>];

/** Sentences of real servers; beside each where it was seen. The kind goes by what they say. */
const SENTENCES: Readonly<Record<string, readonly Row[]>> = {
  not_found: [
    ["LM Studio", 200, "Unexpected endpoint or method. (POST /v1/responses)"],
    ["OpenAI", 404, "Invalid URL (POST /v1/response)"],
    ["Express", 404, "Cannot POST /v1/responses"],
    ["LocalAI, Echo", 405, "route not found"],
  ],
  context_overflow: [
    [
      "llama.cpp",
      400,
      "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it",
      { contextTokens: 8192, promptTokens: 13392 },
    ],
    ["llama.cpp, cache", 500, "failed to find free space in the KV cache, retrying with smaller batch size"],
    ["LM Studio MLX", 500, "Context size has been exceeded."],
    [
      "LM Studio 2024 (bug-tracker#237)",
      400,
      "Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
      { contextTokens: 4096, promptTokens: 15857 },
    ],
    [
      "DeepSeek, old vLLM",
      400,
      "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (135000 in the messages, 5000 in the completion). Please reduce the length of the messages or completion.",
      { contextTokens: 131072, promptTokens: 135000 },
    ],
    [
      "vLLM 0.20 (vllm#42474)",
      400,
      "This model's maximum context length is 128000 tokens. However, you requested 65535 output tokens and your prompt contains at least 62466 input tokens, for a total of at least 128001 tokens.",
      { contextTokens: 128000, promptTokens: 62466 },
    ],
    [
      "vLLM 0.11",
      400,
      "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 16384 tokens and your request has 1200 input tokens (32000 > 16384 - 1200).",
      { contextTokens: 16384, promptTokens: 1200 },
    ],
    ["vLLM 0.4 (vllm#4667)", 400, "max_tokens must be at least 1, got -186."],
    [
      "vLLM",
      400,
      "The decoder prompt (length 6000) is longer than the maximum model length of 4096. Make sure that `max_model_len` is no smaller than the number of text tokens.",
      { contextTokens: 4096, promptTokens: 6000 },
    ],
    [
      "SGLang",
      400,
      "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
      { contextTokens: 4096, promptTokens: 5000 },
    ],
    [
      "a router of Qwen",
      400,
      "Input length (265330) exceeds model's maximum context length (262144).",
      { contextTokens: 262144, promptTokens: 265330 },
    ],
    [
      "TGI",
      422,
      "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`",
      { contextTokens: 4096, promptTokens: 5000 },
    ],
    [
      "OpenRouter",
      400,
      "This endpoint's maximum context length is 131,072 tokens. However, you requested about 140,000 tokens (135,000 of text input, 2,000 of tool input, 3,000 in the output).",
      { contextTokens: 131072, promptTokens: 137000 },
    ],
    [
      "Gemini",
      400,
      "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
      { contextTokens: 1048575, promptTokens: 1196265 },
    ],
    [
      "Anthropic",
      400,
      "prompt is too long: 210000 tokens > 200000 maximum",
      { contextTokens: 200000, promptTokens: 210000 },
    ],
    [
      "Anthropic, with the answer",
      400,
      "input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000, decrease input length or `max_tokens` and try again",
      { contextTokens: 200000, promptTokens: 195000 },
    ],
    [
      "Mistral",
      400,
      "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      { contextTokens: 32768, promptTokens: 40000 },
    ],
    [
      "xAI",
      400,
      "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      { contextTokens: 131072, promptTokens: 537812 },
    ],
    [
      "Copilot",
      400,
      "prompt token count of 200000 exceeds the limit of 128000",
      { contextTokens: 128000, promptTokens: 200000 },
    ],
    [
      "Moonshot",
      400,
      "Your request exceeded model token limit: 8192 (requested: 9000)",
      { contextTokens: 8192, promptTokens: 9000 },
    ],
    [
      "Cerebras (cline#5140)",
      400,
      "Please reduce the length of the messages or completion. Current length is 42328 while limit is 40000",
      { contextTokens: 40000, promptTokens: 42328 },
    ],
    [
      "DashScope",
      400,
      "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]",
      { contextTokens: 129024 },
    ],
    [
      "GitHub Models",
      413,
      "Request body too large for gpt-4o model. Max size: 8000 tokens.",
      { contextTokens: 8000 },
    ],
    [
      "vLLM 2026",
      400,
      "You passed 40961 input tokens and requested 8192 output tokens. However, the model's context length is only 40960 tokens, resulting in a maximum input length of 32768 tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=40961)",
      { contextTokens: 40960, promptTokens: 40961 },
    ],
    ["Bedrock", 400, "Input is too long for requested model."],
    [
      "OpenAI",
      400,
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
    ],
    ["z.ai", 400, "Prompt exceeds max length"],
    ["MiniMax", 400, "invalid params, context window exceeds limit (2013)"],
    ["Ollama cloud", 400, "prompt too long; exceeded max context length by 12 tokens"],
    ["anything, too large to read", 413, "no"],
  ],
  rate_limit: [
    [
      "OpenAI, which speaks of billing, too",
      429,
      "Rate limit reached for gpt-5 in organization org-a on tokens per min (TPM): Limit 30000, Used 22999, Requested 12528. Please try again in 11.054s. You can increase your rate limit by adding a payment method to your account at https://platform.openai.com/account/billing.",
      { retryAfterSeconds: 11.054 },
    ],
    [
      "Groq, of size per minute",
      413,
      "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 13942",
    ],
    ["Groq", 429, "Rate limit reached. Please try again in 1m30.5s.", { retryAfterSeconds: 90.5 }],
    [
      "Azure",
      429,
      "Requests have exceeded token rate limit. Please retry after 26 seconds.",
      { retryAfterSeconds: 26 },
    ],
    ["Bedrock", 429, "Too many tokens, please wait before trying again."],
    ["too many tokens per minute", 400, "too many tokens per minute"],
    [
      "Moonshot",
      429,
      "Your account request reached organization max RPM: 3, please try again after 1 seconds",
      { retryAfterSeconds: 1 },
    ],
    [
      "z.ai",
      429,
      "High concurrency usage of this API, please reduce concurrency or contact customer service",
    ],
    ["Mistral", 429, "Requests rate limit exceeded"],
    ["DashScope", 429, "You exceeded your current requests list."],
    ["OpenRouter", 429, "z-ai/glm is temporarily rate-limited upstream. Please retry shortly"],
    ["by pace, though it speaks of a queue", 400, "rate limit: the queue is full"],
    ["by status, though it speaks of load", 429, "server is busy"],
  ],
  quota: [
    ["OpenAI", 429, "You exceeded your current quota, please check your plan and billing details."],
    ["OpenRouter", 402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits"],
    [
      "OpenRouter, per answer",
      402,
      "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens",
    ],
    ["DeepSeek", 402, "Insufficient Balance"],
    ["Anthropic", 400, "Your credit balance is too low to access the Anthropic API."],
    ["z.ai", 429, "Insufficient balance or no resource package. Please recharge."],
    ["xAI", 429, "Your team has either used all available credits or reached its monthly spending limit."],
    ["Ollama cloud", 429, "you have reached your weekly usage limit, upgrade for higher limits"],
    ["Hugging Face", 402, "You have exceeded your monthly included credits for Inference Providers."],
  ],
  overloaded: [
    ["KoboldCpp", 503, "Server is busy; please try again later."],
    ["Ollama", 503, "server busy, please try again.  maximum pending requests exceeded"],
    ["TGI", 429, "Model is overloaded"],
    ["Moonshot", 429, "The engine is currently overloaded, please try again later"],
    [
      "Gemini",
      503,
      "This model is currently experiencing high demand. Spikes in demand are usually temporary.",
    ],
    ["llama.cpp, old", 500, "no slot available"],
    ["a wait", 503, "Overloaded, retry after 3 seconds", { retryAfterSeconds: 3 }],
  ],
  model_loading: [
    ["llama.cpp", 503, "Loading model"],
    ["Hugging Face", 503, "Model mistralai/Mistral-7B is currently loading"],
    ["Ollama", 500, "llm server loading model"],
    ["a gateway", 503, "Model not loaded yet"],
    ["in milliseconds", 503, "Loading model, retry in 350ms", { retryAfterSeconds: 0.35 }],
  ],
  model_not_loaded: [
    [
      "LM Studio",
      404,
      "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
    ],
    ["LM Studio, unloaded while it answered", 400, "Model unloaded."],
    ["LM Studio, on demand", 400, 'Failed to load model "gpt-oss-20b". Error: Error loading model.'],
    ["TabbyAPI", 400, "No models are currently loaded."],
    ["llama.cpp, router", 400, "model 'a.gguf' is not loaded"],
  ],
  model_not_found: [
    ["Ollama", 404, 'model "mistral" not found, try pulling it first'],
    ["vLLM", 404, "The model `gpt-9` does not exist."],
    ["DeepSeek", 400, "Model Not Exist"],
    ["OpenRouter", 400, "foo/bar is not a valid model ID"],
    ["Moonshot", 404, "Not found the model kimi-k9 or Permission denied"],
    ["Copilot", 400, "The requested model is not supported."],
    ["Codex", 400, "The 'gpt-9' model is not supported when using Codex with a ChatGPT account."],
    ["Azure", 404, "The API deployment for this resource does not exist."],
    [
      "LiteLLM",
      400,
      "/chat/completions: Invalid model name passed in model=x. Call `/v1/models` to view available models",
    ],
    ["z.ai", 400, "Unknown Model, please check the model code."],
    ["Together", 400, "Unable to access model m. Please visit https://api.together.ai/models"],
    [
      "Gemini",
      404,
      "models/gemini-9 is not found for API version v1main, or is not supported for generateContent.",
    ],
    ["MLX-LM", 404, "Repository Not Found for url: https://huggingface.co/api/models/x."],
  ],
  tools_unsupported: [
    ["Ollama", 400, "registry.ollama.ai/library/gemma3 does not support tools"],
    ["llama.cpp, old", 500, "tools param requires --jinja flag"],
    ["llama.cpp, very old", 500, "Cannot use tools with stream"],
    ["vLLM", 400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    ["OpenRouter", 404, 'No endpoints found that support tool use. Try disabling "shell".'],
    ["Groq", 400, "`tool calling` is not supported with this model"],
    ["Mistral", 400, "Function calling is not enabled for this model"],
    ["Bedrock", 400, "This model doesn't support tool use in streaming mode."],
    ["DeepSeek R1", 400, "deepseek-reasoner does not support Function Calling"],
    ["OpenAI", 400, "Unsupported parameter: 'tools' is not supported with this model."],
    ["pydantic", 422, "tools: Extra inputs are not permitted"],
  ],
  template: [
    ["llama.cpp", 500, "Jinja Exception: System message must be at the beginning."],
    ["TabbyAPI", 400, "TemplateError: Conversation roles must alternate user/assistant/user/assistant/..."],
    [
      "LM Studio (bug-tracker#1586)",
      400,
      'Error rendering prompt with jinja template: "No user query found in messages.".',
    ],
    ["Ollama", 500, "no user query found in messages"],
    ["Gemma 2 on vLLM", 400, "System role not supported"],
    ["Mistral models", 400, "Only user, assistant and tool roles are supported, got system."],
    ["Mistral models, older", 400, "Only user and assistant roles are supported!"],
    ["Mistral (avante#2562)", 400, "Unexpected role 'user' after role 'tool'"],
    [
      "Mistral, from the end",
      400,
      "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
    ],
    ["Qwen 3.5", 500, "Unexpected message role."],
    ["gpt-oss", 400, "Cannot pass both content and thinking in an assistant message with tool calls!"],
    ["Llama 3", 500, "This model only supports single tool-calls at once!"],
    [
      "llama.cpp 2026",
      500,
      "Unable to generate parser for this template. Automatic parser generation failed",
    ],
    ["llama.cpp, prefill", 400, "Assistant response prefill is incompatible with enable_thinking."],
    [
      "DeepSeek's Anthropic API",
      400,
      "Failed to deserialize the JSON body into the target type: messages[4].role: unknown variant `tool`, expected `user` or `assistant` at line 1",
    ],
    ["Anthropic", 400, 'messages: roles must alternate between "user" and "assistant"'],
    [
      "vLLM",
      400,
      "As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template",
    ],
  ],
  reasoning_replay_required: [
    ["DeepSeek", 400, "The `reasoning_content` in the thinking mode must be passed back to the API."],
    [
      "DeepSeek, at first",
      400,
      "Missing `reasoning_content` field in the assistant message at message index 2.",
    ],
    [
      "Moonshot",
      400,
      "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2",
    ],
    ["Gemini", 400, "Function call is missing a thought_signature in functionCall parts."],
  ],
  auth: [
    [
      "OpenAI",
      401,
      "Incorrect API key provided: sk-a. You can find your API key at https://platform.openai.com.",
    ],
    ["Gemini", 400, "API key not valid. Please pass a valid API key."],
    ["LiteLLM", 400, "No api key passed in."],
    ["OpenRouter", 400, "No auth credentials found"],
    ["LM Studio", 400, "Malformed LM Studio API token provided: abc"],
  ],
  bad_request: [
    ["FastAPI", 422, "Field required"],
    [
      "OpenAI, a call without its output",
      400,
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
    ],
    [
      "OpenAI, an output without its call",
      400,
      "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    ],
    [
      "DeepSeek",
      400,
      "Failed to deserialize the JSON body into the target type: tools[0]: missing field `function` at line 1",
    ],
    [
      "Ollama, of a schema",
      400,
      "json: cannot unmarshal array into Go struct field .tools.function.parameters.properties.type of type string",
    ],
    [
      "Gemini, of a schema",
      400,
      "Invalid JSON payload received. Unknown name \"const\" at 'tools[0].function_declarations[5].parameters': Cannot find field.",
    ],
    [
      "OpenAI, of a schema",
      400,
      "Invalid schema for function 'shell': In context=('properties', 'name'), 'x' is not permitted.",
    ],
    ["Anthropic, of a schema", 400, "tools.0.custom.input_schema: JSON schema is invalid"],
    [
      "LM Studio, of a message",
      400,
      "'messages' array must only contain objects with a 'content' field that is not empty.",
    ],
    ["vLLM, of an embedding model", 400, "The model does not support Chat Completions API"],
    ["OpenRouter", 403, "Your chosen model requires moderation and your input was flagged for hate"],
  ],
  server: [
    ["Ollama", 500, "llama runner process has terminated: exit status 2"],
    [
      "LocalAI, a time-out of Go and no overflow",
      500,
      "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
    ],
    ["llama.cpp", 500, 'Failed to parse input at pos 9: <tool_call>{"name":"x","message":"y"}'],
    ["TabbyAPI", 500, "Chat completion aborted. Please check the server console."],
  ],
};

for (const [kind, rows] of Object.entries(SENTENCES)) {
  for (const [source, status, message, rest] of rows) {
    test(`${kind}: ${source}, ${status}`, () => {
      expect(errorFromJson({ error: { message } }, status)).toEqual({ kind, message, status, ...rest });
    });
  }
}

/** What the wording of a parameter's refusal names, by its name in our request. */
test.each<[string, string | undefined]>([
  ["Extra inputs are not permitted: body.stream_options", "stream_options"],
  ["Unknown field return_progress", "return_progress"],
  ['json: unknown field "parallel_tool_calls"', "parallel_tool_calls"],
  [
    "Failed to deserialize the JSON body into the target type: unknown field `store`, expected one of `model`, `messages`",
    "store",
  ],
  [
    "Failed to deserialize the JSON body into the target type: tool_choice: invalid type: map, expected a string at line 1",
    "tool_choice",
  ],
  [
    "Failed to deserialize the JSON body into the target type: messages[4].content: invalid type: sequence, expected a string",
    "content",
  ],
  [
    "json: cannot unmarshal object into Go struct field ChatCompletionRequest.tool_choice of type string",
    "tool_choice",
  ],
  ['think value "high" is not supported for this model', "reasoning_effort"],
  ['"llama3" does not support thinking', "reasoning_effort"],
  ['invalid reasoning value: \'ultra\' (must be "high", "medium", "low", or "none")', "reasoning_effort"],
  ["Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"],
  [
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    "max_tokens",
  ],
  [
    "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
    "temperature",
  ],
  ["Unknown parameter: 'messages[1].reasoning_content'.", "reasoning_content"],
  ["Invalid type for 'messages[0].content': expected a string", "content"],
  ["Invalid tool_choice type: 'object'. Supported string values: none, auto, required", "tool_choice"],
  ["property 'store' is unsupported, did you mean 'stop'?", "store"],
  [
    "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported, did you mean 'reasoning'?)]",
    "reasoning_content",
  ],
  [
    "messages.1.assistant.reasoning_content: property 'messages.1.assistant.reasoning_content' is unsupported",
    "reasoning_content",
  ],
  ["prompt_cache_key: Extra inputs are not permitted", "prompt_cache_key"],
  ["temperature: Extra inputs are not permitted", "temperature"],
  ["Extra inputs are not permitted, field: 'messages[6].reasoning_content', value: 'x'", "reasoning_content"],
  ['Invalid JSON payload received. Unknown name "store": Cannot find field.', "store"],
  ["Additional properties are not allowed ('stream_options' was unexpected)", "stream_options"],
  [
    "litellm.UnsupportedParamsError: openai does not support parameters: ['reasoning_effort'], for model=x.",
    "reasoning_effort",
  ],
  ["Argument not supported on this model: reasoningEffort", "reasoning_effort"],
  ["No endpoints found that support the provided 'tool_choice' value.", "tool_choice"],
  ["Thinking mode does not support this tool_choice", "tool_choice"],
  ["parameter.enable_thinking must be set to false for non-streaming calls", "enable_thinking"],
  ["Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.", "tool_call_id"],
  ["Value error, Stream options can only be defined when `stream=True`.", "stream_options"],
  ["Completions.create() got an unexpected keyword argument 'chat_template_kwargs'", "chat_template_kwargs"],
  ["response_format of type json_schema is not supported", "response_format"],
  ["This model does not support parallel tool calls", "parallel_tool_calls"],
  ["Encrypted content is not supported with this model.", "include"],
  [
    "1 validation error for ChatCompletionRequest\nstream_options\n  Extra inputs are not permitted [type=extra_forbidden, input_value={}, input_type=dict]",
    "stream_options",
  ],
  [
    "[{'type': 'extra_forbidden', 'loc': ('body', 'messages', 1, 'reasoning'), 'msg': 'Extra inputs are not permitted', 'input': 'x'}]",
    "reasoning",
  ],
  ["'response_format.type' must be 'json_schema' or 'text'", "response_format"],
  ["Invalid schema for response_format 'answer'", "response_format"],
  ["temperature must be non-negative, got -1.0. (parameter=temperature, value=-1.0)", "temperature"],
  ["No endpoints found that can handle the requested parameters.", undefined],
  ["Unsupported parameter", undefined],
])("the parameter that is refused: %s", (message, parameter) => {
  expect(errorFromJson({ error: message }, 400)).toEqual({
    kind: "unsupported_parameter",
    message,
    status: 400,
    ...(parameter === undefined ? {} : { parameter }),
  });
});

describe("the parameter by its place", () => {
  const detail = (loc: unknown, type = "extra_forbidden", msg = "Extra inputs are not permitted") => ({
    detail: [{ type, loc, msg }],
  });
  test.each<[string, object, object]>([
    [
      "below the body",
      detail(["body", "stream_options", "include_usage"]),
      { kind: "unsupported_parameter", parameter: "stream_options" },
    ],
    [
      "in a message (Mistral)",
      { message: detail(["body", "messages", 0, "user", "name"]) },
      { kind: "unsupported_parameter", parameter: "name" },
    ],
    [
      "in a message, of its type",
      detail(["body", "messages", 0, "content"], "string_type", "Input should be a valid string"),
      { kind: "unsupported_parameter", parameter: "content" },
    ],
    [
      "in a message, behind the name of a union",
      detail(["body", "messages", 2, "ChatCompletionAssistantMessageParam", "reasoning"]),
      { kind: "unsupported_parameter", parameter: "reasoning" },
    ],
    ["missing", detail(["body", "messages"], "missing", "Field required"), { kind: "bad_request" }],
    [
      "the messages themselves",
      detail(["body", "messages"], "list_type", "Input should be a valid list"),
      { kind: "bad_request" },
    ],
    ["broken JSON", detail(["body", 123], "json_invalid", "JSON decode error"), { kind: "bad_request" }],
    ["all tools", detail(["body", "tools"]), { kind: "tools_unsupported" }],
    ["a keyword in a tool", detail(["body", "tools", 0, "function", "strict"]), { kind: "bad_request" }],
    [
      "OpenAI's param, not the value in quotes",
      {
        error: {
          message: "Invalid value: 'ultra'. Supported values are: 'low'.",
          param: "reasoning_effort",
          code: "invalid_value",
        },
      },
      { kind: "unsupported_parameter", parameter: "reasoning_effort" },
    ],
    [
      "OpenAI's param inside the tools",
      {
        error: {
          message: "Invalid 'tools[0].function.name': string does not match",
          param: "tools[0].function.name",
          code: "invalid_value",
        },
      },
      { kind: "bad_request" },
    ],
    [
      "OpenAI's param of what is missing",
      {
        error: {
          message: "Missing required parameter: 'messages[1].name'.",
          param: "messages[1].name",
          code: "missing_required_parameter",
        },
      },
      { kind: "bad_request" },
    ],
    [
      "Cerebras' param, which is none",
      {
        message: "body.store: Extra inputs are not permitted",
        param: "validation_error",
        code: "wrong_api_format",
      },
      { kind: "unsupported_parameter", parameter: "store" },
    ],
    [
      "a prototype's name",
      detail(["body", "__proto__"]),
      { kind: "unsupported_parameter", parameter: "__proto__" },
    ],
    ["places of odd types", detail([null, {}, [], 1.5, "body"]), { kind: "unsupported_parameter" }],
  ])("%s", (_, body, expected) => {
    const error = readErrorBody(JSON.stringify(body), 422);
    expect({
      kind: error.kind,
      ...(error.parameter === undefined ? {} : { parameter: error.parameter }),
    }).toEqual(expected);
  });
});

test.each<[string, ModelError["wants"]]>([
  ["This model is only supported in v1/responses and not in v1/chat/completions.", "responses"],
  [
    "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?",
    "responses",
  ],
  ['model "gpt-5.4" is not accessible via the /chat/completions endpoint', "responses"],
  [
    "Unsupported legacy protocol: /v1/chat/completions is not supported. Please use /v1/responses.",
    "responses",
  ],
  ["This model only supports the Responses API.", "responses"],
  [
    "This is a chat model and not supported in the v1/responses endpoint. Did you mean to use v1/chat/completions?",
    "chat",
  ],
  ["The Responses API is not supported by this provider.", "chat"],
  ["This model is only available in v1/chat/completions and not in v1/responses.", "chat"],
  ["Please use shorter responses.", undefined],
])("the API that is wanted: %s", (message, wants) => {
  const error = errorFromJson({ error: { message } }, 404);
  expect(error.wants).toBe(wants);
  expect(error.kind).toBe(wants === undefined ? "not_found" : "bad_request");
});

test("a parameter that goes with another API names both", () => {
  const message =
    "Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions. Please use /v1/responses instead.";
  expect(errorFromJson({ error: { message, param: "reasoning_effort" } }, 400)).toEqual({
    kind: "unsupported_parameter",
    message,
    status: 400,
    wants: "responses",
    parameter: "reasoning_effort",
  });
});
