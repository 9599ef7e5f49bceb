/** Failures of the network, as the messages of common programs tell them. Pure; says nothing of who is to blame. */

export interface NetworkEvidence {
  readonly kind: "network";
  /** `unreachable` is also a name that can't be looked up. A refusal means something only with its port. */
  readonly failure: "unreachable" | "refused" | "forbidden";
  readonly host?: string;
  readonly port?: number;
}

export interface SocketEvidence {
  readonly kind: "socket";
  readonly path: string;
}

const HOST = "([\\w.-]*[\\w])";

/** The first group is the host, where it is told. */
const UNREACHABLE: readonly RegExp[] = [
  // curl, git and what is built on them; ssh.
  new RegExp(`\\bcould(?:n't| not) resolve (?:host:|hostname|proxy:|host(?= ['"])) ['"]?${HOST}`, "i"),
  // Node.
  new RegExp(`\\bgetaddrinfo (?:EAI_AGAIN|ENOTFOUND) ${HOST}`),
  /\bconnect E(?:NETUNREACH|HOSTUNREACH|ADDRNOTAVAIL) (\S+?):\d+(?:\s|$)/,
  // apt, wget, Java, Go.
  new RegExp(`\\btemporary failure resolving '${HOST}'`, "i"),
  new RegExp(`\\bunable to resolve host address ['‘\`]${HOST}`),
  new RegExp(`\\bUnknownHostException: ${HOST}`),
  new RegExp(
    `\\blookup ${HOST}(?: on \\S+)?: .*(?:failure|no such host|unreachable|refused|misbehaving|not permitted)$`,
  ),
  /\bdial (?:tcp|udp) (\S+?):\d+: connect: network is unreachable/,
  /\/dev\/(?:tcp|udp)\/([^/\s]+)\/\d+: Network is unreachable/,
  /\bconnect to (?:host |address )?(\S+?)(?: port \d+|:\d+)?: Network is unreachable/,
  // Python with urllib3, and everything else that passes C's words on.
  /\bhost='([^']+)'.*(?:Temporary failure in name resolution|Name or service not known|Network is unreachable)/,
  new RegExp(
    `(?:^|[\\s(/@])${HOST}(?::\\d+)?(?:: | \\(getaddrinfo: |\\)\\.\\.\\. failed: )Temporary failure in name resolution`,
  ),
  /\b(?:temporary failure in name resolution|nodename nor servname provided)()/i,
  /(?:^|: |\] )network is unreachable()(?: \(os error \d+\))?[.)]*$/i,
];

/** A loopback address and a port, near each other. */
const LOCAL_PORT =
  /\b(localhost|127(?:\.\d{1,3}){3}|::1)\b["'\])]*(?: \([\d.:]+\))?(?::|\/|,? port[ =]|', port=)(\d{1,5})\b/;

/** macOS, where the sandbox forbids the call itself. */
const FORBIDDEN =
  /\bconnect EPERM (\S+?):\d+(?:\s|$)|\bdial (?:tcp|udp) (\S+?):\d+: connect: operation not permitted|\bconnect to (?:host )?(\S+?) port \d+: Operation not permitted/;

export function networkEvidence(line: string): NetworkEvidence | SocketEvidence | undefined {
  const socket =
    /\bunix:\/\/(\/[^\s:"']+?)[.,]?(?:["'\s:]|$)/.exec(line) ?? /\bdial unix (\/\S+): connect: /.exec(line);
  if (socket?.[1] !== undefined && /connect|dial/i.test(line)) {
    return { kind: "socket", path: socket[1] };
  }
  for (const pattern of UNREACHABLE) {
    const match = pattern.exec(line);
    if (match !== null) {
      const host = match[1];
      return {
        kind: "network",
        failure: "unreachable",
        ...(host === undefined || host === "" ? {} : { host }),
      };
    }
  }
  const forbidden = FORBIDDEN.exec(line)
    ?.slice(1)
    .find((group) => group !== undefined);
  if (forbidden !== undefined) {
    return { kind: "network", failure: "forbidden", host: forbidden };
  }
  if (/\bconnection refused\b|\bECONNREFUSED\b|couldn't connect to server/i.test(line)) {
    const [, host = "", port = ""] = LOCAL_PORT.exec(line) ?? [];
    return host === "" ? undefined : { kind: "network", failure: "refused", host, port: Number(port) };
  }
  return undefined;
}
