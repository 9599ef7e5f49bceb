/** What a hostile command would try under the Perl helper, and what a harmless one has to do without. */
import type { SandboxLimit } from "../../../src/protocol/index.ts";

/** How an attempt ends in each mode: `held`, or the limit that says it is not. */
export interface Attempt {
  readonly what: string;
  /** Ends with 0 where the attempt succeeds. Runs in the workspace. */
  readonly script: string;
  readonly landlock?: SandboxLimit;
  /** What it takes for the attempt to mean something: an ordinary user can't do it anyway; or it is about the sandbox itself. */
  readonly needs?: "root" | "sandbox";
}

/**
 * Variables: OUT, a folder outside that the user may write, with the file f; SECRET, a hidden file; PID, a process of
 * the user's outside; TCP and UDP, ports of its services on loopback, and ABSTRACT and SOCKET, its Unix sockets.
 */
export const ATTEMPTS: readonly Attempt[] = [
  { what: "a new file outside", script: "touch $OUT/new" },
  { what: "a new folder outside", script: "mkdir $OUT/folder" },
  { what: "a symlink outside", script: "ln -s /etc $OUT/link" },
  { what: "a pipe outside", script: "mkfifo $OUT/pipe" },
  { what: "overwriting", script: "echo x > $OUT/f" },
  { what: "appending", script: "echo x >> $OUT/f" },
  { what: "cutting off without opening", script: `perl -e 'exit !truncate "$ENV{OUT}/f", 0'` },
  { what: "deleting", script: "rm $OUT/f" },
  { what: "deleting an empty folder", script: "rmdir $OUT/empty" },
  { what: "renaming outside", script: "mv $OUT/f $OUT/g" },
  { what: "moving in", script: "mv $OUT/f here" },
  { what: "moving out", script: "touch here && mv here $OUT/here && [ -e $OUT/here ]" },
  { what: "a hard link to a file outside", script: "ln $OUT/f hard" },
  { what: "a hard link from outside to a file of ours", script: "touch a && ln a $OUT/hard" },
  { what: "through a symlink", script: "ln -s $OUT out && touch out/new" },
  { what: "through a dangling symlink", script: "ln -s $OUT/dangling d && echo x > d" },
  { what: "through ..", script: "touch ../$(basename $OUT)/new" },
  { what: "through the root of a process", script: "touch /proc/$PID/root$OUT/new" },
  { what: "through our own root", script: "touch /proc/self/root$OUT/new" },
  {
    what: "through the working folder of the process between",
    script: "touch /proc/$PPID/cwd$OUT/new",
    needs: "sandbox",
  },
  { what: "mode", script: "chmod 600 $OUT/f", landlock: "attributes-writable" },
  { what: "times", script: "touch -d 2001-01-01 $OUT/f", landlock: "attributes-writable" },

  { what: "a hook", script: "echo evil > .git/hooks/pre-commit", landlock: "git-writable" },
  { what: "git's configuration", script: "echo evil >> .git/config", landlock: "git-writable" },
  {
    what: "another .git",
    script: "mv .git away && mkdir .git",
    landlock: "git-writable",
  },
  { what: "a .codex", script: "mkdir .codex", landlock: "git-writable" },

  { what: "a secret", script: "grep -q SECRET $SECRET" },
  { what: "a secret moved away", script: "mv $SECRET here && grep -q SECRET here" },
  { what: "a secret linked", script: "ln $SECRET here && grep -q SECRET here" },
  { what: "a secret through the root of a process", script: "grep -q SECRET /proc/$PID/root$SECRET" },
  { what: "how large a secret is", script: "[ -s $SECRET ]", landlock: "hidden-names-visible" },
  { what: "overwriting a secret", script: "echo x > $SECRET && [ -s $SECRET ]" },

  { what: "loopback by TCP", script: "(exec 5<>/dev/tcp/127.0.0.1/$TCP)" },
  { what: "loopback by IPv6", script: "(exec 5<>/dev/tcp/::1/$TCP)" },
  { what: "loopback by UDP", script: udp("127.0.0.1") },
  { what: "another machine by UDP", script: "echo x > /dev/udp/192.0.2.1/53" },
  { what: "an abstract socket", script: unix('"\\0$ENV{ABSTRACT}"') },
  { what: "the socket of the ssh agent", script: unix("$ENV{SOCKET}") },
  {
    what: "a raw socket",
    script: `perl -MSocket -e 'exit !socket my $s, PF_INET, SOCK_RAW, 1'`,
    needs: "root",
  },

  { what: "a signal", script: "kill -0 $PID" },
  {
    what: "the end of the process between",
    script: "kill -9 $PPID; sleep 0.05; [ ! -d /proc/$PPID ]",
    needs: "sandbox",
  },
  {
    what: "memory of the process between",
    script: "(exec 5</proc/$PPID/mem) || readlink /proc/$PPID/cwd",
    needs: "sandbox",
  },
  { what: "the environment of a process", script: "head -c1 /proc/$PID/environ | grep -q ." },
  { what: "the memory of a process", script: "(exec 5</proc/$PID/mem)" },
  { what: "ptrace", script: "perl -e 'exit syscall(0 + $ENV{PTRACE}, 0x4206, 0 + $ENV{PID}, 0, 0) != 0'" },
  {
    what: "the arguments of a process",
    script: "grep -q run-attempts /proc/$PID/cmdline",
    landlock: "processes-visible",
  },

  {
    what: "the keyring of the login session",
    script: `perl -e '@n = \`uname -m\` =~ /x86_64/ ? (248, 250) : (217, 219); ($t, $d, $p) = ("user", "leat", "key"); exit(syscall($n[0], $t, $d, $p, 3, -3) < 0 && syscall($n[1], 0, -3, 0) < 0 ? 1 : 0)'`,
  },
  {
    what: "the host of a virtual machine",
    script: "perl -e 'exit !socket(my $s, 40, 1, 0)'",
    needs: "sandbox",
  },
  {
    what: "sockets by way of io_uring",
    script: `perl -e '$p = "\\0" x 120; exit(syscall(425, 1, $p) < 0)'`,
    needs: "sandbox",
  },
  { what: "kernel settings", script: "cat /proc/sys/vm/swappiness > /proc/sys/vm/swappiness", needs: "root" },
  { what: "the kernel's debug key", script: "echo h > /proc/sysrq-trigger", needs: "root" },
  {
    what: "our own limits of namespaces",
    script: "echo 9 > /proc/sys/user/max_user_namespaces",
    needs: "root",
  },
  { what: "kernel objects", script: "f=/sys/kernel/mm/ksm/run; [ -e $f ] && cat $f > $f", needs: "root" },
  { what: "a further user namespace with mounts", script: "unshare -Urm mount -t tmpfs none /mnt" },
  { what: "mounting", script: "mount -t tmpfs none /mnt", needs: "root" },
  { what: "remounting", script: "mount -o remount,rw /", needs: "root" },
  { what: "taking a protection away", script: "umount .git", needs: "root" },
  { what: "entering a namespace outside", script: "nsenter -t $PID -m true", needs: "root" },
  {
    what: "disks and memory",
    script: "cat /dev/vda /dev/sda /dev/nvme0n1 /dev/mem | head -c1 | grep -q .",
    needs: "root",
  },
  { what: "the kernel's messages", script: "[ -c /dev/kmsg ] && (exec 5<>/dev/kmsg)", needs: "root" },
  { what: "a device", script: "mknod dev b 8 0", needs: "root" },
  { what: "any capability", script: "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status", needs: "root" },
  { what: "more by setuid programs", script: "grep -q 'NoNewPrivs:.*0' /proc/self/status" },
];

/** What works without a sandbox and does no harm; `landlock`: the limit by which it does not there. */
export const USES: readonly Attempt[] = [
  {
    what: "files",
    script: "mkdir -p a/b && echo x > a/f && mv a/f a/b/ && ln a/b/f g && rm -r a && chmod 600 g",
  },
  { what: "our own processes", script: "sleep 9 & kill $! && [ -r /proc/self/status ]" },
  { what: "devices", script: "head -c9 /dev/urandom > /dev/null && : > /dev/null && [ ! -s /dev/zero ]" },
  { what: "standard streams by name", script: "echo x > /dev/stdout && echo x | cat /dev/stdin" },
  {
    what: "pairs of sockets",
    script: "perl -MSocket -e 'exit !socketpair my $a, my $b, AF_UNIX, SOCK_STREAM, 0'",
  },
  { what: "reading elsewhere", script: "cat /etc/passwd $OUT/f && ls / $OUT" },
  { what: "a shell of its own", script: "sh -c 'exit 3'; [ $? = 3 ]" },
  {
    what: "a server on loopback",
    script: server("PF_INET", 'pack_sockaddr_in(0, inet_aton("127.0.0.1"))'),
    landlock: "local-sockets-refused",
  },
  {
    what: "a Unix socket",
    script: server("PF_UNIX", 'pack_sockaddr_un("s.sock")'),
    landlock: "local-sockets-refused",
  },
  { what: "shared memory", script: "echo x > /dev/shm/x", landlock: "shared-memory-refused" },
];

function udp(host: string): string {
  return `exec 5<>/dev/udp/${host}/$UDP; echo ping >&5; [ "$(timeout 0.3 head -n1 <&5)" = pong ]`;
}

/** Node 20 fills an abstract name up to its full length. */
function unix(path: string): string {
  return `perl -MSocket -e 'for (${path}, pack "a108", ${path}) {
    my $s; socket($s, PF_UNIX, SOCK_STREAM, 0) && connect($s, pack_sockaddr_un($_)) && exit 0 } exit 1'`;
}

function server(family: string, address: string): string {
  return `perl -MSocket -e 'my ($s, $c); socket($s, ${family}, SOCK_STREAM, 0) && bind($s, ${address}) && listen($s, 1)
    && socket($c, ${family}, SOCK_STREAM, 0) && connect($c, getsockname $s) && exit 0; exit 1'`;
}
