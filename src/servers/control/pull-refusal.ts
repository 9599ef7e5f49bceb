/** Why a server does not pull a model, judged by its words: it hands on what its system, disk and registry said. */

export interface PullRefusal {
  readonly reason: PullRefusalReason;
  /** The server's own words. */
  readonly message: string;
  /** HTTP status, where it refused at once. */
  readonly status?: number;
}

type PullRefusalReason =
  | "disk-full"
  | "disk-not-writable"
  | "no-such-model"
  | "bad-name"
  | "server-too-old"
  | "registry-unreachable"
  /** The registry or its mirror stopped sending; the server has given up for now. */
  | "download-broke"
  | "damaged"
  | "denied"
  | "wants-key"
  | "no-route"
  | "other";

export function pullRefusal(message: string, status?: number): PullRefusal {
  const known = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  return {
    reason: known ?? reasonOfStatus(status),
    message,
    ...(status === undefined ? {} : { status }),
  };
}

/** Whether the same may well succeed in a moment. */
export function isPassing({ reason, status }: PullRefusal): boolean {
  return (
    reason === "download-broke" || (reason === "other" && status !== undefined && PASSING_STATUS.has(status))
  );
}

const PASSING_STATUS = new Set([429, 502, 503, 504]);

/** The first that fits counts: `dial tcp: lookup …: no such host` of a registry names no model that is missing. */
const REASONS: readonly (readonly [RegExp, PullRefusalReason])[] = [
  [/no space left on device|not enough (?:free )?(?:disk )?space|ENOSPC|disk (?:is )?full/i, "disk-full"],
  [/insufficient (?:disk )?space|disk quota exceeded/i, "disk-full"],
  [/permission denied|read-only file system|EACCES|EROFS/i, "disk-not-writable"],
  [/requires a newer version|update to the latest version/i, "server-too-old"],
  [/invalid model (?:name|path)|model is required|name .{0,200} is invalid/i, "bad-name"],
  // Ollama says so of a blob, whatever kept the parts of it from arriving (ollama/ollama, server/download.go).
  [/max retries exceeded|unexpected EOF|: EOF$|^EOF$|connection reset|broken pipe/i, "download-broke"],
  [/digest mismatch/i, "damaged"],
  [/no such host|dial tcp|server misbehaving|i\/o timeout|TLS handshake|x509:/i, "registry-unreachable"],
  [/network is unreachable|proxyconnect|deadline exceeded|operation timed out/i, "registry-unreachable"],
  [/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|getaddrinfo|fetch failed/i, "registry-unreachable"],
  [/unexpected endpoint or method/i, "no-route"],
  [/file does not exist|manifest unknown|not found|does not exist|no such model/i, "no-such-model"],
  [/unauthori[sz]ed|forbidden|access denied|gated/i, "denied"],
];

function reasonOfStatus(status: number | undefined): PullRefusalReason {
  if (status === 401 || status === 403) {
    return "wants-key";
  }
  if (status === 405 || status === 501) {
    return "no-route";
  }
  return status === 404 ? "no-such-model" : "other";
}
