import { type Attempt, heard, needsRoot, printed, succeeds } from "./attempt.ts";

const works = "works" as const;

/** Says the name of the attempt at a socket with a path; one that begins with @ is abstract. */
const say = (path: string, type = "SOCK_STREAM") =>
  `perl -MSocket -e '$p = $ARGV[0]; $p =~ s/^\\@/\\0/; socket(S, PF_UNIX, ${type}, 0) or exit 1; connect(S, pack_sockaddr_un($p)) or exit 1; send(S, "$ENV{NAME}\\n", 0)' "${path}"`;
const sayIp = (type: string, host: string, port: string) =>
  `perl -MSocket=:all -e '($e, @a) = getaddrinfo($ARGV[0], $ARGV[1], { socktype => ${type}, flags => AI_NUMERICHOST }); socket(S, $a[0]{family}, ${type}, 0) or exit 1; connect(S, $a[0]{addr}) or exit 1; send(S, "$ENV{NAME}\\n", 0)' ${host} "${port}"`;

export const NETWORK_ATTEMPTS: readonly Attempt[] = [
  {
    name: "a service of the host, IPv4",
    script: sayIp("SOCK_STREAM", "127.0.0.1", "$TCP4"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a service of the host, by bash",
    script: 'exec 7<>"/dev/tcp/127.0.0.1/$TCP4" && echo "$NAME" >&7',
    breach: heard,
    unconfined: works,
  },
  {
    name: "a service of the host, another loopback address",
    script: sayIp("SOCK_STREAM", "127.9.9.9", "$TCP4"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a service of the host, IPv6",
    script: sayIp("SOCK_STREAM", "::1", "$TCP6"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a service of the host, UDP",
    script: sayIp("SOCK_DGRAM", "127.0.0.1", "$UDP4"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a name server on the host",
    script: `perl -MSocket -e 'socket(S, PF_INET, SOCK_DGRAM, 0); send(S, "\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" . pack("C/a*", $ENV{NAME}) . "\\0\\0\\1\\0\\1", 0, pack_sockaddr_in($ENV{UDP4}, inet_aton("127.0.0.1"))) or exit 1'`,
    breach: heard,
    unconfined: works,
  },
  {
    name: "raw packets",
    script: "perl -MSocket -e 'socket(S, PF_INET, SOCK_RAW, 1) or exit 1'",
    breach: succeeds,
    unconfined: needsRoot,
  },
  {
    name: "packets below IP",
    script: "perl -MSocket -e 'socket(S, 17, SOCK_RAW, 768) or exit 1'",
    breach: succeeds,
    unconfined: needsRoot,
  },
  {
    name: "any interface but loopback",
    script: "tail -n +3 /proc/net/dev | grep -v ' lo:' | grep -q :",
    breach: succeeds,
    unconfined: { notTried: "a machine may have none" },
  },
  { name: "an abstract socket", script: say("@leat-escape-$MARK"), breach: heard, unconfined: works },
  { name: "a socket in the project", script: say("$W/project/dev.sock"), breach: heard, unconfined: works },
];

/** These must hold as well when the network is allowed. */
export const SOCKET_ATTEMPTS: readonly Attempt[] = [
  { name: "docker", script: say("$HOME/.docker/run/docker.sock"), breach: heard, unconfined: works },
  {
    name: "docker, where DOCKER_HOST says, in the project",
    script: say("$W/project/docker.sock"),
    breach: heard,
    unconfined: works,
  },
  { name: "the D-Bus of the session", script: say("$XDG_RUNTIME_DIR/bus"), breach: heard, unconfined: works },
  { name: "ssh-agent", script: say("$SSH_AUTH_SOCK"), breach: heard, unconfined: works },
  { name: "tmux", script: say("$W/tmux-sockets/default"), breach: heard, unconfined: works },
  {
    name: "an editor's control socket in a writable folder",
    script: say("$W/tmp/vscode-ipc.sock"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a daemon's socket elsewhere",
    script: say("$W/outside/daemon.sock"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a daemon's socket through a link",
    script: `ln -s "$W/outside/daemon.sock" d1; ${say("d1")}`,
    breach: heard,
    unconfined: works,
  },
  {
    name: "a daemon's socket by /proc/self/root",
    script: say("/proc/self/root$W/outside/daemon.sock"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "a daemon's socket of datagrams",
    script: say("$W/outside/log.sock", "SOCK_DGRAM"),
    breach: heard,
    unconfined: works,
  },
  {
    name: "whatever is in /run",
    script: "ls -A /run | grep -v current-system | grep -q .",
    breach: succeeds,
    unconfined: works,
  },
];

export const SECRET_ATTEMPTS: readonly Attempt[] = [
  { name: "a key for ssh", script: 'cat "$HOME/.ssh/id_ed25519"', breach: printed("ssh"), unconfined: works },
  {
    name: "a key by a link in the project",
    script: "cat key-link",
    breach: printed("ssh"),
    unconfined: works,
  },
  {
    name: "a key by /proc/self/root",
    script: 'cat "/proc/self/root$HOME/.ssh/id_ed25519"',
    breach: printed("ssh"),
    unconfined: works,
  },
  {
    name: "a key in a folder that is moved",
    script: 'mv "$HOME/.ssh" ssh-away; cat ssh-away/id_ed25519',
    breach: printed("ssh"),
    unconfined: { notTried: "the rows after it need the folder" },
  },
  {
    name: "a key in an archive of the home",
    script: 'tar c "$HOME" 2>/dev/null',
    breach: printed("ssh"),
    unconfined: works,
  },
  { name: "the keys of a cloud", script: 'cat "$HOME"/.aws/*', breach: printed("cloud"), unconfined: works },
  { name: "passwords for hosts", script: 'cat "$HOME/.netrc"', breach: printed("netrc"), unconfined: works },
  {
    name: "passwords by a hard link",
    script: 'ln "$HOME/.netrc" n1; cat n1',
    breach: printed("netrc"),
    unconfined: works,
  },
  { name: "a token for packages", script: 'cat "$HOME/.npmrc"', breach: printed("npm"), unconfined: works },
  {
    name: "the profile of a browser",
    script: 'grep -r SECRET "$HOME/.mozilla"',
    breach: printed("browser"),
    unconfined: works,
  },
  {
    name: "a folder that the home links to",
    script: 'cat "$W/outside/gnupg/key"',
    breach: printed("linked"),
    unconfined: works,
  },
  {
    name: "the key in auth.json",
    script: 'cat "$CODEX_HOME/auth.json"',
    breach: printed("auth"),
    unconfined: works,
  },
  {
    name: "a key in config.toml",
    script: 'cat "$CODEX_HOME/config.toml"',
    breach: printed("config"),
    unconfined: works,
  },
  {
    name: "everything readable",
    script: 'grep -r -a SECRET "$W" --exclude-dir=dist',
    breach: printed("auth"),
    unconfined: works,
  },
];
