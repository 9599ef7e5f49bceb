/** The first user's file, as written: `sandbox_mode` stands in `[profiles.local-oss]`, whatever was meant. */
export const ISSUE_CONFIG = `[model_providers.openai]
name = "OpenAI API"
base_url = "https://api.openai.com/v1"
wire_api = "chat"

[model_providers.local-oss]
name = "Local gpt-oss-20b"
base_url = "http://localhost:1234/v1"
wire_api = "chat"

[profiles.cloud]
model = "gpt-5-codex"
model_provider = "openai"

[profiles.local-oss]
model = "openai/gpt-oss-20b"
model_provider = "local-oss"
show_raw_agent_reasoning = true

sandbox_mode = "workspace-write"

[sandbox_workspace_write]
network_access = true
`;
