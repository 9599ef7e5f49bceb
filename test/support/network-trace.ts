/** What a process and its children did on the network, by what `strace -f -e trace=network` wrote. */

export interface NetworkContacts {
  /** Addresses off this machine, with their ports, and whatever can't be read. */
  readonly outside: readonly string[];
  /** On this machine. */
  readonly loopback: readonly string[];
  /** Whoever turns names into addresses: port 53 of anybody, and daemons that do it for others. */
  readonly resolvers: readonly string[];
}

export function readNetworkTrace(trace: string): NetworkContacts {
  const outside = new Set<string>();
  const loopback = new Set<string>();
  const resolvers = new Set<string>();
  for (const line of trace
    .split("\n")
    .filter((text) => /\b(?:connect|sendto|sendmsg|sendmmsg)\(/.test(text))) {
    for (const { address, port } of addressesIn(line)) {
      const place = `${address} port ${port}`;
      (isLoopbackAddress(address) ? loopback : outside).add(place);
      if (port === "53" || port === "5353") {
        resolvers.add(place);
      }
    }
    if (/sa_family=AF_INET6?, sa_data/.test(line)) {
      outside.add(line);
    }
    const daemon = /sun_path="([^"]*(?:nscd|resolve|avahi|mdns|dbus)[^"]*)"/.exec(line)?.[1];
    // glibc looks for one in vain where none runs.
    if (daemon !== undefined && !/ = -1 (?:ENOENT|ECONNREFUSED)/.test(line)) {
      resolvers.add(daemon);
    }
  }
  return { outside: [...outside], loopback: [...loopback], resolvers: [...resolvers] };
}

function addressesIn(line: string): { readonly address: string; readonly port: string }[] {
  const four = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/g;
  const six = /sin6_port=htons\((\d+)\),[^}]*?inet_pton\(AF_INET6, "([^"]+)"/g;
  return [...line.matchAll(four), ...line.matchAll(six)].map(([, port = "", address = ""]) => ({
    address,
    port,
  }));
}

function isLoopbackAddress(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address);
}
