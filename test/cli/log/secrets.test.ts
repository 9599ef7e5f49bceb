import { expect, test } from "vitest";
import { secretHider } from "../../../src/cli/log/secrets.ts";
import { loadConfig } from "../../../src/config/index.ts";
import { generic } from "../../../src/wire/dialects/generic.ts";
import { tempFolder, writeFiles } from "../../support/temp-folder.ts";

function hider(): (text: string) => string {
  const home = tempFolder();
  writeFiles(home, {
    "config.toml": `model_provider = "here"
[model_providers.here]
base_url = "http://127.0.0.1/v1"
[model_providers.other]
base_url = "http://127.0.0.1/v1"
env_key = "OTHER_ACCESS"
env_http_headers = { "X-A" = "OTHER_HEADER" }
http_headers = { "X-B" = "Token a-header-of-other" }
query_params = { sig = "a-parameter-of-other" }
experimental_bearer_token = 'a"quoted\\token'
`,
  });
  const env = {
    OTHER_ACCESS: " the-access-of-other ",
    OTHER_HEADER: "header-of-the-environment",
    DEPLOY_TOKEN: "a-token-of-the-environment",
    SHORT_TOKEN: "short",
    EDITOR: "an-editor-with-a-long-name",
  };
  const config = loadConfig({ codexHome: home, cwd: home, env, overrides: [], flags: {} });
  if (!config.ok) {
    throw new Error(JSON.stringify(config.error));
  }
  const endpoint = {
    providerId: "here",
    baseUrl: "http://user:pass%20word@127.0.0.1/v1",
    queryParams: { key: "a-parameter-of-here" },
    headers: { authorization: "Bearer bearer-of-here", "x-team": "team-header-of-here" },
    wireApi: "chat" as const,
    dialect: generic,
    requestMaxRetries: 0,
    streamMaxRetries: 0,
    idleTimeoutMs: undefined,
  };
  return secretHider({ config: config.config, endpoint, env, openAiKey: "the-key-of-codex" });
}

test.each([
  ["of the provider in force", "bearer-of-here team-header-of-here a-parameter-of-here", "… … …"],
  ["its password", "pass word", "…"],
  ["of another provider's variables", "the-access-of-other, header-of-the-environment", "…, …"],
  ["of another provider's table", "a-header-of-other a-parameter-of-other", "… …"],
  ["of a variable with such a name", "a-token-of-the-environment", "…"],
  ["of Codex", "the-key-of-codex", "…"],
  ["with quotes, as it is and in JSON", 'a"quoted\\token {"a":"a\\"quoted\\\\token"}', '… {"a":"…"}'],
  ["as it stands in a URL", "x=a%22quoted%5Ctoken", "x=…"],
  ["a header of whatever kind", "authorization: Bearer abcdefgh12345678", "authorization: Bearer …"],
  ["keys by their shape", "sk-proj-abcdefgh12345678 ghp_abcdefgh12345678 AKIAABCDEFGHIJKLMNOP", "… … …"],
  ["a token of three parts", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "…"],
  ["assignments", 'API_KEY=abcdefgh12 "password": "abcdefgh12"', 'API_KEY=… "password": "…"'],
  ["assignments in JSON", '{\\"api_key\\": \\"abcdefgh12\\"}', '{\\"api_key\\": \\"…\\"}'],
  [
    "credentials and query of a URL",
    "see https://me:word@host/v1?sig=1#a and http://host/v1?b",
    "see https://…@host/v1?…#a and http://host/v1?…",
  ],
  ["not what is short", "short", "short"],
  [
    "not what is ordinary",
    "an-editor-with-a-long-name, 12 tokens: in 1.2 s",
    "an-editor-with-a-long-name, 12 tokens: in 1.2 s",
  ],
])("%s", (_what, text, hidden) => {
  expect(hider()(text)).toBe(hidden);
});
