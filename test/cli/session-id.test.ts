import { expect, test } from "vitest";
import { sessionHeaders, withSessionId } from "../../src/cli/session-id.ts";
import type { ProviderConfig } from "../../src/config/index.ts";

const provider = (baseUrl: string, sessionIdHeaders?: readonly string[]) =>
  ({ baseUrl, ...(sessionIdHeaders && { sessionIdHeaders }) }) as unknown as ProviderConfig;

test.each([
  { url: "http://localhost:8000/v1", sent: { "session-id": "s1", "x-session-id": "s1" } },
  { url: "http://[::1]:8000/v1", sent: { "session-id": "s1", "x-session-id": "s1" } },
  { url: "http://10.0.0.7:8000/v1", sent: {} },
  { url: "https://api.openai.com/v1", sent: {} },
  { url: "http://10.0.0.7:8000/v1", names: ["X-SMG-Routing-Key"], sent: { "x-smg-routing-key": "s1" } },
  { url: "http://127.0.0.1:8000/v1", names: [], sent: {} },
])("$url with $names", ({ url, names, sent }) => {
  expect(sessionHeaders(provider(url, names), "s1")).toEqual(sent);
});

test("the id stands where the configured body asks for it", () => {
  const body = {
    prompt_cache_key: "leat-{session_id}",
    nvext: { agent_hints: [{ id: "{session_id}" }, 3, null] },
    priority: 0,
  };
  expect(withSessionId(body, "s1")).toEqual({
    prompt_cache_key: "leat-s1",
    nvext: { agent_hints: [{ id: "s1" }, 3, null] },
    priority: 0,
  });
});
