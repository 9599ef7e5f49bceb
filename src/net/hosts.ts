/**
 * Which hosts may be contacted: loopback, and those the user configured. Everything else is refused, so
 * that nothing a model, a server or a redirect says can make leat talk to a stranger.
 */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || isLoopbackAddress(name);
}

export function isAllowedHost(hostname: string, configured: ReadonlySet<string>): boolean {
  return isLoopback(hostname) || configured.has(hostname.toLowerCase());
}

/**
 * 127.0.0.0/8, and the same mapped into IPv6, where URLs spell it in hexadecimal. A name such as
 * `127.0.0.1.example.org` is not an address.
 */
function isLoopbackAddress(name: string): boolean {
  return /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})$/.test(name);
}
