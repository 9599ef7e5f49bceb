import type { ModelError, ModelErrorKind } from "../protocol/index.ts";

/** The one error that leaves this module: the connection failed, with what is known about it. */
export class TransportFailure extends Error {
  readonly detail: ModelError;

  constructor(detail: ModelError, options?: { cause: unknown }) {
    super(detail.message, options);
    this.detail = detail;
  }
}

export function idleFailure(url: string, idleTimeoutMs: number): TransportFailure {
  const message = `nothing arrived for ${Math.round(idleTimeoutMs / 1000)} s`;
  return new TransportFailure({ kind: "idle_timeout", message, url });
}

/** Turns what Node reports of a socket into a kind. */
export function describeSocketError(error: unknown, url: string): ModelError {
  const first = firstCause(error);
  const code = typeof first.code === "string" ? first.code : "";
  // The parser of HTTP says what it expected, which tells nobody that a wrong port or protocol was asked.
  if (code.startsWith("HPE_")) {
    return { kind: "disconnected", message: `what came is no HTTP (${code})`, url };
  }
  const message = first.message.replace(NODE_ADVICE, "");
  return { kind: kindOf(code), message: code === "" ? message : `${code}: ${message}`, url };
}

/** Node 24 adds how to start it otherwise, which a user of leat can't. */
const NODE_ADVICE = /; if the root CA is installed locally, .{0,200}$/;

function kindOf(code: string): ModelErrorKind {
  if (code === "ECONNREFUSED") {
    return "connection_refused";
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EAI_NODATA" || code === "EAI_NONAME") {
    return "host_not_found";
  }
  if (UNREACHABLE.has(code)) {
    return "unreachable";
  }
  // EPROTO is what Node 20 makes of a server that speaks no TLS.
  if (code === "EPROTO" || /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) {
    return "tls";
  }
  return "disconnected";
}

const UNREACHABLE = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ETIMEDOUT",
  "EADDRNOTAVAIL",
]);

/**
 * A name with several addresses fails with an AggregateError. A refusal says most, since it came from the
 * machine meant: without IPv6, `localhost` fails with EADDRNOTAVAIL on ::1 first. Else the first member counts.
 */
function firstCause(error: unknown): { message: string; code?: unknown } {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return firstCause(error.errors.find((member) => member?.code === "ECONNREFUSED") ?? error.errors[0]);
  }
  if (error instanceof Error) {
    return error as Error & { code?: unknown };
  }
  return { message: String(error) };
}
