/** Where a router behind one address finds out which session a request belongs to. */
import type { ProviderConfig } from "../config/index.ts";
import { isLoopback } from "../net/index.ts";

/** As Codex and opencode name it, which gateways look for. */
const USUAL_HEADERS = ["session-id", "x-session-id"];

/** Beyond this machine an id that tells sessions apart is sent only where the user has asked for it. */
export function sessionHeaders(provider: ProviderConfig, sessionId: string): Record<string, string> {
  const usual = isLoopback(new URL(provider.baseUrl).hostname) ? USUAL_HEADERS : [];
  const names = provider.sessionIdHeaders ?? usual;
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), sessionId]));
}

/** `{session_id}` in any text of the configured body, however deep: what is no text stays as it is. */
export function withSessionId(
  body: Readonly<Record<string, unknown>>,
  sessionId: string,
): Record<string, unknown> {
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replaceAll("{session_id}", sessionId);
    }
    if (Array.isArray(value)) {
      return value.map(fill);
    }
    return typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]))
      : value;
  };
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, fill(value)]));
}
