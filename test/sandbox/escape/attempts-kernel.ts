import { type Attempt, gone, harmful, needsRoot, printed, succeeds, thereIs } from "./attempt.ts";

const works = "works" as const;
const forbidden = { notTried: "systems differ in what they let an ordinary user do here" } as const;

export const KERNEL_ATTEMPTS: readonly Attempt[] = [
  {
    name: "mount over the outside",
    script: 'mount -t tmpfs none "$W/outside"',
    breach: succeeds,
    unconfined: needsRoot,
  },
  {
    name: "bind the project over the outside",
    script: 'mount --bind . "$W/outside"',
    breach: succeeds,
    unconfined: needsRoot,
  },
  {
    name: "remount the disk writable",
    script: 'mount -o remount,rw,bind / && echo x > "$W/outside/mount-1"',
    breach: thereIs("outside/mount-1"),
    unconfined: needsRoot,
  },
  {
    name: "uncover .git",
    script: "umount .git; umount -l .git; echo x > .git/mount-2",
    breach: thereIs("project/.git/mount-2"),
    unconfined: { notTried: "nothing covers it without the sandbox" },
  },
  {
    name: "uncover keys",
    script: 'umount "$HOME/.ssh" || umount -l "$HOME/.ssh"',
    breach: succeeds,
    unconfined: needsRoot,
  },
  { name: "uncover /run", script: "umount -l /run", breach: succeeds, unconfined: harmful },
  {
    name: "copy the tree of mounts",
    script: `perl -e 'my $p = "/"; exit(syscall(428, -100, $p, 0x8001) < 0 ? 1 : 0)'`,
    breach: succeeds,
    unconfined: needsRoot,
  },
  {
    name: "another root",
    script: "chroot . /bin/true || chroot / /bin/true",
    breach: succeeds,
    unconfined: needsRoot,
  },
  { name: "a user namespace", script: "unshare -U true", breach: succeeds, unconfined: forbidden },
  {
    name: "a user namespace with root in it",
    script: "unshare -Urm sh -c 'mount -o remount,rw,bind / && echo x > \"$W/outside/ns-1\"'",
    breach: thereIs("outside/ns-1"),
    unconfined: { notTried: "nothing is read-only without the sandbox" },
  },
  {
    name: "keys uncovered in a mount namespace of its own",
    script: 'unshare -Urm sh -c \'umount -l "$HOME/.ssh"; cat "$HOME"/.ssh/id_ed25519\'',
    breach: printed("ssh"),
    unconfined: forbidden,
  },
  { name: "a mount namespace", script: "unshare -m true", breach: succeeds, unconfined: needsRoot },
  { name: "a network namespace", script: "unshare -n true", breach: succeeds, unconfined: needsRoot },
  {
    name: "the namespaces of a process outside",
    script: 'nsenter -t "$DECOY" -m true || nsenter -t 1 -m true',
    breach: succeeds,
    unconfined: needsRoot,
  },
  {
    name: "bubblewrap in bubblewrap",
    script: "bwrap --unshare-user --bind / / sh -c 'echo x > \"$W/outside/ns-2\"'",
    breach: thereIs("outside/ns-2"),
    unconfined: forbidden,
  },
  {
    name: "any capability",
    script: "grep -qE '^Cap(Prm|Eff|Bnd|Amb):.*[1-9a-f]' /proc/self/status",
    breach: succeeds,
    unconfined: { notTried: "everybody has some in the bounding set" },
  },
  {
    name: "new privileges",
    script: "grep -q 'NoNewPrivs:.*0' /proc/self/status",
    breach: succeeds,
    unconfined: works,
  },
  {
    name: "a set-uid program",
    script: '[ "$("$W/outside/suid-id" -u)" = 0 ]',
    breach: succeeds,
    unconfined: { notTried: "the folder may be mounted without set-uid" },
    only: "ordinary user",
  },

  {
    name: "kill a process outside",
    script: 'kill -9 "$VICTIM"; kill -9 -- "-$VICTIM"',
    breach: { type: "process-gone", process: "victim" },
    unconfined: works,
  },
  {
    name: "see a process outside",
    script: 'grep -q leat-escape "/proc/$DECOY/cmdline"',
    breach: succeeds,
    unconfined: works,
  },
  {
    name: "attach to a process outside",
    script: `perl -e '$n = (\`uname -m\` =~ /x86_64/) ? 101 : 117; exit(syscall($n, 16, $ENV{DECOY} + 0, 0, 0) < 0 ? 1 : 0)'`,
    breach: succeeds,
    unconfined: forbidden,
  },
  {
    name: "the environment of a process outside",
    script: 'tr "\\0" "\\n" < "/proc/$DECOY/environ"',
    breach: printed("process"),
    unconfined: works,
  },
  {
    name: "the environment of any process, leat's too",
    script: "cat /proc/[0-9]*/environ | tr '\\0' '\\n'",
    breach: printed("environment"),
    unconfined: works,
  },
  {
    name: "keys in its own environment",
    script: "env; declare -p",
    breach: printed("environment"),
    unconfined: { notTried: "they stay out without the sandbox as well" },
  },
  {
    name: "shared memory of a program outside",
    script: `perl -e 'shmread($ENV{SHM_ID}, $b, 0, 64); print $b'`,
    breach: printed("shared-memory"),
    unconfined: works,
  },
  {
    name: "the keyring of the login session",
    script: `perl -e '@n = \`uname -m\` =~ /x86_64/ ? (248, 250) : (217, 219); ($t, $d, $p) = ("user", "leat", "key"); exit(syscall($n[0], $t, $d, $p, 3, -3) < 0 && syscall($n[1], 0, -3, 0) < 0 ? 1 : 0)'`,
    breach: succeeds,
    unconfined: works,
  },
  {
    name: "the host of a virtual machine",
    script: "perl -e 'exit !socket(my $s, 40, 1, 0)'",
    breach: succeeds,
    unconfined: { notTried: "not every kernel has such sockets" },
  },
  {
    name: "sockets by way of io_uring",
    script: `perl -e '$p = "\\0" x 120; exit(syscall(425, 1, $p) < 0)'`,
    breach: succeeds,
    unconfined: { notTried: "many systems forbid it to everybody" },
  },
  {
    name: "type into the terminal",
    script: `perl -e 'open(T, "+<", "/dev/tty") or exit 1; $c = "x"; exit(ioctl(T, 0x5412, $c) ? 0 : 1)'`,
    breach: succeeds,
    unconfined: { notTried: "the suite has no terminal" },
  },
  {
    name: "live on in the background",
    script: "(sleep 20) &",
    breach: { type: "process-left" },
    unconfined: works,
  },
  {
    name: "live on in a session of its own",
    script: "setsid -f sleep 20; nohup sleep 20 & disown",
    breach: { type: "process-left" },
    unconfined: works,
  },
  { name: "the host name", script: "hostname leat-escape", breach: succeeds, unconfined: needsRoot },
  { name: "the clock", script: "date -s 2001-01-01", breach: succeeds, unconfined: harmful },
  {
    name: "a kernel module",
    script: "modprobe dummy || insmod /dev/null",
    breach: succeeds,
    unconfined: harmful,
  },
  {
    name: "the folder around the project",
    script: 'mv "$W" "$W-away"',
    breach: gone("project"),
    unconfined: { notTried: "the world is in a folder that only its owner may change" },
  },
];
