import { codexOnly, type KeySpec, notYet, used } from "./key-spec.ts";
import { CODEX_ONLY_KEYS } from "./keys-codex-only.ts";

/** The schema table: general keys first, then tables by name. */
export const KEYS: readonly KeySpec[] = [
  used("model", "string", "The model to ask, by the name its server knows it under.", {
    default: "gpt-5-codex",
  }),
  used("model_provider", "string", "Where the model runs: an id of `model_providers` or a built-in one.", {
    default: "openai",
  }),
  used(
    "oss_provider",
    "string",
    "The local provider that `--oss` stands for ([local-servers.md](local-servers.md)).",
    {
      allowed: ["lmstudio", "ollama", "llamacpp"],
    },
  ),
  used("model_context_window", "integer", "Tokens the model can hold."),
  used(
    "model_auto_compact_token_limit",
    "integer",
    "Tokens of a prompt at which the conversation is summed up. Not set: when a fifth of the window is left.",
  ),
  used("compact_prompt", "string", "What to say when the conversation is to be summed up."),
  used(
    "experimental_compact_prompt_file",
    "path",
    "The same, from a file. Relative to the working directory.",
  ),
  used("model_reasoning_effort", "string", "How hard to think. Not set: the server's own default.", {
    allowed: ["none", "minimal", "low", "medium", "high", "xhigh"],
  }),
  used(
    "model_reasoning_summary",
    "string",
    "How to sum up the thinking, where only a summary is given out.",
    {
      allowed: ["auto", "concise", "detailed", "none"],
    },
  ),
  used("model_verbosity", "string", "How long answers should be (GPT-5).", {
    allowed: ["low", "medium", "high"],
  }),
  used("model_max_output_tokens", "integer", "The longest answer to ask for. Not set: no limit is sent."),
  used(
    "model_reasoning_budget",
    "integer",
    "Tokens of thinking at a stretch, after which the model is asked to answer. Not set, or 0: no limit.",
  ),
  used("profile", "string", "The profile in force when no `--profile` is given."),
  used("approval_policy", "string", "When to ask before a command runs. `leat exec` never asks.", {
    default: "on-request",
    allowed: ["untrusted", "on-failure", "on-request", "never"],
  }),
  used("sandbox_mode", "string", "What commands and edits may touch.", {
    default: "read-only",
    allowed: ["read-only", "workspace-write", "danger-full-access"],
  }),
  used("stats", "boolean", "Keep the figures of each answer, for `leat stats`.", { default: true }),
  used(
    "prewarm",
    "boolean",
    "Have a server on this machine read the beginning of the prompt while you are waited for ([warm.md](warm.md)).",
    { default: true },
  ),
  used(
    "keep_model_loaded_minutes",
    "integer",
    "How long LM Studio and Ollama keep the model after the last request; 0: leat asks for nothing. Not set: 60 for Ollama, LM Studio's own.",
  ),
  used("undo", "boolean", "Keep what a turn changes, for `leat undo`.", { default: true }),
  used(
    "edit_tool",
    "string",
    "How the model changes files; `auto` goes by its family, `write_file` alone writes whole files only.",
    { default: "auto", allowed: ["auto", "edit_file", "apply_patch", "write_file"] },
  ),
  used("hide_agent_reasoning", "boolean", "Do not show the model's thinking.", { default: false }),
  used(
    "show_raw_agent_reasoning",
    "boolean",
    "`false` hides the thinking as well. Not set: it is shown, as it comes from the model.",
  ),
  used("project_doc_max_bytes", "integer", "How much of AGENTS.md is read; 0: nothing.", { default: 32768 }),
  used("project_doc_fallback_filenames", "strings", "Read in a directory that has no AGENTS.md.", {
    default: [],
  }),
  used("model_instructions_file", "path", "Replaces the system prompt. Relative to the working directory."),
  used("experimental_instructions_file", "path", "The older name of `model_instructions_file`."),

  used("sandbox_workspace_write", "table", "What `workspace-write` means."),
  used("sandbox_workspace_write.writable_roots", "strings", "Further directories that may be written to.", {
    default: [],
  }),
  used("sandbox_workspace_write.network_access", "boolean", "Commands may reach the network.", {
    default: false,
  }),
  used("sandbox_workspace_write.exclude_tmpdir_env_var", "boolean", "`$TMPDIR` is not writable.", {
    default: false,
  }),
  used("sandbox_workspace_write.exclude_slash_tmp", "boolean", "`/tmp` is not writable.", { default: false }),

  used(
    "sandbox_hidden_paths",
    "strings",
    "Files and folders that commands and tools may not read, such as `~/.ssh`. Not set: a list of leat's own ([sandbox.md](sandbox.md#secrets)); `auth.json` is always one of them.",
  ),

  used("shell_environment_policy", "table", "Which environment variables a command gets."),
  used("shell_environment_policy.inherit", "string", "What to start from.", {
    default: "all",
    allowed: ["all", "core", "none"],
  }),
  used(
    "shell_environment_policy.ignore_default_excludes",
    "boolean",
    "Keep variables whose name has KEY, SECRET or TOKEN in it.",
    { default: false },
  ),
  used("shell_environment_policy.exclude", "strings", "Names to leave out; `*` and `?` are wildcards.", {
    default: [],
  }),
  used("shell_environment_policy.set", "string-map", "Variables to set.", { secret: true }),
  used("shell_environment_policy.include_only", "strings", "If given, only these names are kept.", {
    default: [],
  }),
  used(
    "shell_environment_policy.experimental_use_profile",
    "boolean",
    "Commands run in a login shell, which reads the profile.",
    { default: false },
  ),

  used("tool_output_token_limit", "integer", "How much of a tool's output the model gets to see, in tokens."),
  used("tools", "table", "Tools of the model."),
  used("tools.view_image", "boolean", "Offer the tool for images. Not set: to models known to see."),
  used("tools_view_image", "boolean", "The older name of `tools.view_image`."),
  used("loop_guard", "table", "What leat does when a model goes round in circles."),
  used(
    "loop_guard.repeated_calls",
    "boolean",
    "The same call with the same result: told to the model, then refused, then the turn ends.",
    { default: true },
  ),
  used(
    "loop_guard.repeated_text",
    "boolean",
    "An answer that repeats itself without end is cut off, and the model is told to go on, once.",
    { default: true },
  ),
  used(
    "loop_guard.unfinished_answers",
    "boolean",
    "After an empty answer, or one that only announces a step, the model is told to go on, once.",
    { default: true },
  ),

  used("model_providers", "table", "Model servers by id. A built-in id changes only the fields given."),
  used("model_providers.<id>", "table", "One server."),
  used("model_providers.<id>.name", "string", "Its name for people; without it, the id."),
  used("model_providers.<id>.base_url", "url", "Its URL; as a rule it ends in `/v1`."),
  used("model_providers.<id>.env_key", "string", "The environment variable that holds the API key."),
  used("model_providers.<id>.env_key_instructions", "string", "Shown when that variable is not set."),
  used("model_providers.<id>.wire_api", "string", "Chat Completions or Responses.", {
    default: "chat",
    allowed: ["chat", "responses"],
  }),
  used("model_providers.<id>.query_params", "string-map", "Added to every URL.", { secret: true }),
  used(
    "model_providers.<id>.extra_body",
    "table",
    "Further fields for the body of every request; `{session_id}` in a text is the session's id.",
  ),
  used("model_providers.<id>.http_headers", "string-map", "Headers for every request.", { secret: true }),
  used("model_providers.<id>.env_http_headers", "string-map", "Headers whose values are in variables."),
  used(
    "model_providers.<id>.session_id_headers",
    "strings",
    "Headers that carry the session's id, for routers that keep a session on one machine. Without it: `session-id` and `x-session-id` on loopback, none elsewhere.",
  ),
  used("model_providers.<id>.request_max_retries", "integer", "Retries before an answer begins.", {
    default: 4,
    cap: 100,
  }),
  used("model_providers.<id>.stream_max_retries", "integer", "Retries of an answer that broke off.", {
    default: 5,
    cap: 100,
  }),
  used("model_providers.<id>.stream_idle_timeout_ms", "integer", "The longest silence, in milliseconds.", {
    default: 300_000,
  }),
  used(
    "model_providers.<id>.prewarm",
    "boolean",
    "Prewarm this server wherever it is, or never. Not set: only where it costs nothing.",
  ),
  used("model_providers.<id>.requires_openai_auth", "boolean", "The key may come from auth.json.", {
    default: false,
  }),
  used("model_providers.<id>.experimental_bearer_token", "string", "The API key itself.", { secret: true }),
  notYet("model_providers.<id>.auth", "any", "A command that prints the API key."),
  notYet("model_providers.<id>.aws", "any", "Amazon Bedrock's way to sign in."),
  codexOnly("model_providers.<id>.websocket_connect_timeout_ms", "Responses over WebSocket."),
  codexOnly("model_providers.<id>.supports_websockets", "Responses over WebSocket."),

  used("profiles", "table", "Profiles by name: settings that go together."),
  used("profiles.<name>", "table", "Any other key of this page but `profile`, `projects` and providers."),

  used("projects", "table", "Directories by absolute path."),
  used("projects.<path>", "table", "One directory."),
  used("projects.<path>.trust_level", "string", "Whether leat may work there without a git repository.", {
    allowed: ["trusted", "untrusted"],
  }),

  notYet("review_model", "string", "The model for reviews."),
  notYet("openai_base_url", "url", "Replaces the URL of the built-in `openai`."),
  notYet("developer_instructions", "string", "Added to the system prompt."),
  notYet("project_root_markers", "strings", "Files that mark the top of a project."),
  notYet("default_permissions", "string", "The permission profile in force, in place of `sandbox_mode`."),
  notYet("permissions", "any", "Permission profiles."),
  notYet("notify", "strings", "A program to start when a turn has ended."),
  notYet("file_opener", "string", "The editor that file links open.", {
    default: "vscode",
    allowed: ["vscode", "vscode-insiders", "windsurf", "cursor", "none"],
  }),
  notYet("history", "table", "The prompts typed, kept for the next session."),
  notYet("history.persistence", "string", "Whether they are kept.", {
    default: "save-all",
    allowed: ["save-all", "none"],
  }),
  notYet("history.max_bytes", "integer", "The largest size of the file."),
  notYet("tui.notifications", "any", "Tell the terminal when a turn has ended."),
  notYet("otel", "any", "Traces for OpenTelemetry."),

  notYet("mcp_servers", "table", "MCP servers by name."),
  notYet("mcp_servers.<name>", "table", "One server: a command to start or a URL."),
  notYet("mcp_servers.<name>.command", "string", "The program."),
  notYet("mcp_servers.<name>.args", "strings", "Its arguments."),
  notYet("mcp_servers.<name>.env", "string-map", "Its environment.", { secret: true }),
  notYet("mcp_servers.<name>.env_vars", "any", "Variables it inherits."),
  notYet("mcp_servers.<name>.cwd", "path", "Where it starts."),
  notYet("mcp_servers.<name>.url", "string", "Streamable HTTP."),
  notYet("mcp_servers.<name>.bearer_token", "string", "Its token.", { secret: true }),
  notYet("mcp_servers.<name>.bearer_token_env_var", "string", "The variable that holds its token."),
  notYet("mcp_servers.<name>.http_headers", "string-map", "Headers for every request.", { secret: true }),
  notYet("mcp_servers.<name>.env_http_headers", "string-map", "Headers whose values are in variables."),
  notYet("mcp_servers.<name>.startup_timeout_sec", "number", "How long it may take to start.", {
    default: 10,
  }),
  notYet("mcp_servers.<name>.startup_timeout_ms", "integer", "The older spelling, in milliseconds."),
  notYet("mcp_servers.<name>.tool_timeout_sec", "number", "How long a call may take.", { default: 60 }),
  notYet("mcp_servers.<name>.enabled", "boolean", "Whether it is started.", { default: true }),
  notYet("mcp_servers.<name>.required", "boolean", "leat stops when it does not start.", { default: false }),
  notYet("mcp_servers.<name>.enabled_tools", "strings", "Only these tools."),
  notYet("mcp_servers.<name>.disabled_tools", "strings", "All but these tools."),
  notYet("mcp_servers.<name>.scopes", "any", "OAuth scopes."),
  notYet("mcp_servers.<name>.oauth_resource", "any", "OAuth resource."),
  notYet("mcp_servers.<name>.oauth", "any", "OAuth settings."),
  notYet("mcp_servers.<name>.tools", "any", "Settings of single tools."),

  ...CODEX_ONLY_KEYS,
];
