/**
 * What a known server tells of itself, in front of the same chat route: `leat practice --as ollama`. The bodies have the fields
 * of the real ones; versions say that this is none.
 */

export type ServerFace = "ollama" | "lmstudio" | "llamacpp" | "vllm";

/** Tokens the practice model says it holds. */
const WINDOW = 32_768;
/** What the model it plays was made for. */
const LONGEST = 131_072;
const VERSION = "0.0.0-leat-practice";

export interface Told {
  readonly status: number;
  readonly body: unknown;
}

/** The header `server`, where the real one sends one. */
export function softwareOf(face: ServerFace): string | undefined {
  switch (face) {
    case "llamacpp":
      return "llama.cpp";
    case "vllm":
      return "uvicorn";
    case "ollama":
    case "lmstudio":
      return undefined;
    default:
      return face satisfies never;
  }
}

/** The answer to any route but that of the chat; `name` is method and path. */
export function tellAs(face: ServerFace, name: string, model: string): Told {
  switch (face) {
    case "ollama":
      return asOllama(name, model);
    case "lmstudio":
      return asLmStudio(name, model);
    case "llamacpp":
      return asLlamaCpp(name, model);
    case "vllm":
      return asVllm(name, model);
    default:
      return face satisfies never;
  }
}

function asOllama(name: string, model: string): Told {
  const details = { format: "gguf", family: "practice", parameter_size: "0B", quantization_level: "none" };
  const entry = { name: model, model, size: 0, digest: "0".repeat(64), details };
  switch (name) {
    case "GET /v1/models":
      return list({ id: model, owned_by: "library" });
    case "GET /api/version":
      return ok({ version: VERSION });
    case "GET /api/tags":
      return ok({ models: [{ ...entry, modified_at: "2026-01-01T00:00:00Z" }] });
    case "GET /api/ps":
      return ok({
        models: [{ ...entry, expires_at: "2100-01-01T00:00:00Z", size_vram: 0, context_length: WINDOW }],
      });
    case "POST /api/show":
      return ok({
        capabilities: ["completion", "tools", "thinking"],
        parameters: `num_ctx ${WINDOW}`,
        details,
        model_info: { "general.architecture": "practice", "practice.context_length": LONGEST },
      });
    default:
      return { status: 404, body: "404 page not found" };
  }
}

function asLmStudio(name: string, model: string): Told {
  const capabilities = {
    vision: false,
    trained_for_tool_use: true,
    reasoning: { allowed_options: ["on"], default: "on" },
  };
  switch (name) {
    case "GET /v1/models":
      return list({ id: model, owned_by: "organization_owner" });
    case "GET /api/v1/models":
      return ok({
        models: [
          {
            type: "llm",
            publisher: "leat",
            key: model,
            display_name: "the practice model of leat",
            loaded_instances: [{ id: model, config: { context_length: WINDOW, parallel: 1 } }],
            max_context_length: LONGEST,
            format: "script",
            capabilities,
          },
        ],
      });
    case "GET /api/v0/models":
      return ok({
        object: "list",
        data: [
          {
            id: model,
            object: "model",
            type: "llm",
            state: "loaded",
            max_context_length: LONGEST,
            loaded_context_length: WINDOW,
            capabilities: ["tool_use"],
          },
        ],
      });
    default:
      // With status 200, as LM Studio does.
      return ok({ error: `Unexpected endpoint or method. (${name})` });
  }
}

function asLlamaCpp(name: string, model: string): Told {
  switch (name) {
    case "GET /health":
      return ok({ status: "ok" });
    case "GET /v1/models":
      return list({ id: model, owned_by: "llamacpp", meta: { n_ctx: WINDOW, n_ctx_train: LONGEST } });
    case "GET /props":
      return ok({
        default_generation_settings: { id: 0, id_task: -1, n_ctx: WINDOW, speculative: false, params: {} },
        total_slots: 1,
        model_alias: model,
        model_path: model,
        modalities: { vision: false, audio: false },
        chat_template: "",
        chat_template_caps: { supports_tools: true, supports_tool_calls: true, supports_system_role: true },
        build_info: VERSION,
      });
    case "GET /slots":
      return ok([{ id: 0, id_task: -1, n_ctx: WINDOW, speculative: false, is_processing: false }]);
    default:
      return {
        status: 404,
        body: { error: { code: 404, message: "File Not Found", type: "not_found_error" } },
      };
  }
}

function asVllm(name: string, model: string): Told {
  switch (name) {
    case "GET /health":
      return { status: 200, body: "" };
    case "GET /version":
      return ok({ version: VERSION });
    case "GET /v1/models":
      return list({ id: model, owned_by: "vllm", root: model, parent: null, max_model_len: WINDOW });
    default:
      return { status: 404, body: { detail: "Not Found" } };
  }
}

function list(model: Readonly<Record<string, unknown>>): Told {
  return ok({ object: "list", data: [{ object: "model", created: 0, ...model }] });
}

function ok(body: unknown): Told {
  return { status: 200, body };
}
