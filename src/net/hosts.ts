/**
 * Which hosts may be contacted: loopback, and those the user configured. Everything else is refused, so
 * that nothing a model, a server or a redirect says can make leat talk to a stranger.
 */
import type { LookupFunction } from "node:net";

export function isLoopback(hostname: string): boolean {
  const name = canonicalHost(hostname).replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || isLoopbackAddress(name);
}

/** `configured` holds names as `canonicalHost` makes them. */
export function isAllowedHost(hostname: string, configured: ReadonlySet<string>): boolean {
  return isLoopback(hostname) || configured.has(canonicalHost(hostname));
}

/** One spelling a host: a name that ends in a dot is the same host, only said to be complete. */
export function canonicalHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}

/**
 * The addresses of `localhost` and the names below it, without a question to anybody: where the system's table of hosts
 * lacks them, its resolver would send the name to a DNS server, which may answer with any address (RFC 6761, 6.3).
 * IPv4 first, on which model servers listen; the other one is tried when nothing is there.
 */
export const lookUpLoopback: LookupFunction = (_hostname, { all }, done) => {
  // Node's own look-up answers later, too, and its callers count on that.
  process.nextTick(() => {
    if (all === true) {
      done(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ]);
    } else {
      done(null, "127.0.0.1", 4);
    }
  });
};

/**
 * 127.0.0.0/8, and the same mapped into IPv6, where URLs spell it in hexadecimal. A name such as
 * `127.0.0.1.example.org` is not an address.
 */
function isLoopbackAddress(name: string): boolean {
  return /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})$/.test(name);
}
