import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** In a namespace of its own only root may do so, and without perl's help `lo` is down there. */
const LOOPBACK_UP = `socket(my $s, 2, 2, 0) or die "socket: $!"; my $r = pack("a16 x24", "lo");
ioctl($s, 0x8913, $r) or die "get: $!"; my (undef, $f) = unpack("a16 s", $r);
ioctl($s, 0x8914, pack("a16 s x22", "lo", $f | 1)) or die "set: $!"; exec @ARGV or die "exec: $!"`;

/** The words in front of a command that has no route, no other interface than loopback, and no table of hosts. */
export function cutOff(folder: string): string[] {
  const noHosts = join(folder, "hosts");
  writeFileSync(noHosts, "");
  const shell = 'mount --bind "$0" /etc/hosts && exec "$@"';
  return ["unshare", "-rnm", "perl", "-e", LOOPBACK_UP, "--", "/bin/sh", "-c", shell, noHosts];
}

/** Why a network namespace can't be had here; undefined where it can. */
export const noNamespaces: string | undefined = probe();

function probe(): string | undefined {
  if (process.platform !== "linux") {
    return "network namespaces are for Linux";
  }
  const tried = spawnSync(
    "/bin/sh",
    [
      "-c",
      `f=$(mktemp) && unshare -rnm perl -e '${LOOPBACK_UP}' -- mount --bind "$f" /etc/hosts; c=$?; rm -f "$f"; exit $c`,
    ],
    { encoding: "utf8" },
  );
  return tried.status === 0 ? undefined : `no network namespace: ${tried.stderr.trim()}`;
}
