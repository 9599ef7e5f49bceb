/**
 * Outputs of failed commands, and what the sandbox is to blame for in them. $WS is the workspace, $OUT a folder outside
 * that the user may write, with the file f; $SECRET a hidden folder with the file id; $PORT a port of the user's on
 * loopback, $SOCK a Unix socket of his.
 */
import type { SandboxTierName } from "../../../src/protocol/index.ts";

export interface OutputCase {
  readonly output: string;
  /** `write PATH`, `read PATH`, `network TARGET`. */
  readonly denials: readonly string[];
  /** Else bubblewrap. */
  readonly tier?: SandboxTierName;
  readonly networkAccess?: true;
}

const write = (path: string) => [`write ${path}`];
const read = (path: string) => [`read ${path}`];
const network = (target = "") => [`network ${target}`];

export const WRITES: readonly OutputCase[] = [
  // GNU coreutils, in all their ways to quote.
  { output: "touch: cannot touch '$OUT/new': Read-only file system", denials: write("$OUT/new") },
  { output: "touch: cannot touch ‘$OUT/new’: Read-only file system", denials: write("$OUT/new") },
  { output: "touch: cannot touch '$OUT/a b'\\''s': Read-only file system", denials: write("$OUT/a b's") },
  { output: "mkdir: cannot create directory '$OUT/d/e': Read-only file system", denials: write("$OUT/d/e") },
  { output: "rm: cannot remove '$OUT/f': Read-only file system", denials: write("$OUT/f") },
  { output: "mv: cannot move '$WS/a' to '$OUT/a': Read-only file system", denials: write("$OUT/a") },
  { output: "cp: cannot create regular file '$OUT/new': Read-only file system", denials: write("$OUT/new") },
  { output: "ln: failed to create symbolic link '$OUT/l': Read-only file system", denials: write("$OUT/l") },
  { output: "tee: $OUT/new: Read-only file system", denials: write("$OUT/new") },
  { output: "chmod: changing permissions of '$OUT/f': Read-only file system", denials: write("$OUT/f") },
  { output: "dd: failed to open '$OUT/f': Read-only file system", denials: write("$OUT/f") },
  {
    output: "sed: couldn't open temporary file $OUT/sedaB3: Read-only file system",
    denials: write("$OUT/sedaB3"),
  },
  {
    output: "install: cannot create regular file '../outside/x': Read-only file system",
    denials: write("$OUT/x"),
  },
  // Shells.
  { output: "bash: line 1: $OUT/new: Read-only file system", denials: write("$OUT/new") },
  { output: "bash: line 3: $OUT/with a space: Read-only file system", denials: write("$OUT/with a space") },
  { output: "./run.sh: line 12: $OUT/f: Read-only file system", denials: write("$OUT/f") },
  { output: "sh: 1: cannot create $OUT/new: Read-only file system", denials: write("$OUT/new") },
  { output: "zsh:1: read-only file system: $OUT/new", denials: write("$OUT/new") },
  { output: "bash: line 1: ~/x: Read-only file system", denials: write("$HOME/x") },
  { output: "bash: line 1: .git/x: Read-only file system", denials: write("$WS/.git/x") },
  // git.
  {
    output: "fatal: Unable to create '$WS/.git/index.lock': Read-only file system",
    denials: write("$WS/.git/index.lock"),
  },
  {
    output: "error: could not lock config file .git/config: Read-only file system",
    denials: write("$WS/.git/config"),
  },
  {
    output:
      "fatal: cannot lock ref 'refs/heads/x': Unable to create '$WS/.git/refs/heads/x.lock': Read-only file system",
    denials: write("$WS/.git/refs/heads/x.lock"),
  },
  {
    output: "error: cannot open '.git/FETCH_HEAD': Read-only file system",
    denials: write("$WS/.git/FETCH_HEAD"),
  },
  { output: "mv: cannot move '.git' to 'away': Device or resource busy", denials: write("$WS/.git") },
  { output: "rm: cannot remove '$WS/.git': Device or resource busy", denials: write("$WS/.git") },
  // Node, npm.
  {
    output: "node:fs:573\n  return binding.open(\n\nError: EROFS: read-only file system, open '$OUT/new'",
    denials: write("$OUT/new"),
  },
  {
    output: "Error: EROFS: read-only file system, rename '$WS/a' -> '$OUT/b' {",
    denials: write("$OUT/b"),
  },
  {
    output:
      "npm error code EROFS\nnpm error syscall mkdir\nnpm error path $OUT/.npm/_cacache\nnpm error errno -30",
    denials: write("$OUT/.npm/_cacache"),
  },
  { output: "npm ERR! code EROFS\nnpm ERR! path $OUT/x", denials: write("$OUT/x") },
  {
    output: "npm error [Error: EROFS: read-only file system, mkdir '$OUT/.npm'] {",
    denials: write("$OUT/.npm"),
  },
  // Python, pip.
  {
    output:
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nOSError: [Errno 30] Read-only file system: '$OUT/new'",
    denials: write("$OUT/new"),
  },
  {
    output: "OSError: [Errno 30] Read-only file system: '$WS/a' -> '$OUT/b'",
    denials: write("$OUT/b"),
  },
  {
    output:
      "\u001b[31mERROR: Could not install packages due to an OSError: [Errno 30] Read-only file system: '$OUT/lib/x.py'\u001b[0m",
    denials: write("$OUT/lib/x.py"),
  },
  // Rust, Go, Java, Ruby, Perl, PHP, .NET.
  {
    output:
      "error: failed to open: $OUT/debug/.cargo-lock\n\nCaused by:\n  Read-only file system (os error 30)",
    denials: write("$OUT/debug/.cargo-lock"),
  },
  {
    output:
      "error: failed to create directory `$OUT/registry`\n\nCaused by:\n  Read-only file system (os error 30)",
    denials: write("$OUT/registry"),
  },
  {
    output: "rustup: could not write $OUT/s.toml: Read-only file system (os error 30)",
    denials: write("$OUT/s.toml"),
  },
  { output: "open $OUT/new: read-only file system", denials: write("$OUT/new") },
  { output: "go: writing stat cache: mkdir $OUT/pkg: read-only file system", denials: write("$OUT/pkg") },
  {
    output: "failed to initialize build cache at $OUT/c: mkdir $OUT/c: read-only file system",
    denials: write("$OUT/c"),
  },
  {
    output: "java.io.FileNotFoundException: $OUT/new (Read-only file system)",
    denials: write("$OUT/new"),
  },
  {
    output: 'Exception in thread "main" java.nio.file.FileSystemException: $OUT/new: Read-only file system',
    denials: write("$OUT/new"),
  },
  { output: "Read-only file system @ rb_sysopen - $OUT/new (Errno::EROFS)", denials: write("$OUT/new") },
  { output: "Can't open $OUT/new: Read-only file system at -e line 1.", denials: write("$OUT/new") },
  {
    output: "PHP Warning:  file_put_contents($OUT/new): Failed to open stream: Read-only file system in",
    denials: [],
  },
  { output: "System.IO.IOException: Read-only file system : '$OUT/new'", denials: write("$OUT/new") },
  // Others.
  {
    output: "E: Could not open lock file $OUT/lock-frontend - open (30: Read-only file system)",
    denials: write("$OUT/lock-frontend"),
  },
  { output: "tar: $OUT/x: Cannot open: Read-only file system", denials: write("$OUT/x") },
  {
    output: "/usr/bin/ld: cannot open output file $OUT/a.out: Read-only file system",
    denials: write("$OUT/a.out"),
  },
  {
    output: `${"compiling\n".repeat(20_000)}touch: cannot touch '$OUT/late': Read-only file system\n`,
    denials: write("$OUT/late"),
  },
  {
    output:
      "touch: cannot touch '$OUT/a': Read-only file system\r\ntouch: cannot touch '$OUT/a': Read-only file system",
    denials: write("$OUT/a"),
  },
  // The other sandboxes say it in their own way.
  {
    output: "touch: cannot touch '$OUT/new': Permission denied",
    denials: write("$OUT/new"),
    tier: "landlock",
  },
  {
    output: "PermissionError: [Errno 13] Permission denied: '$OUT/new'",
    denials: write("$OUT/new"),
    tier: "landlock",
  },
  { output: "java.nio.file.AccessDeniedException: $OUT/new", denials: write("$OUT/new"), tier: "landlock" },
  {
    output: "System.UnauthorizedAccessException: Access to the path '$OUT/new' is denied.",
    denials: write("$OUT/new"),
    tier: "landlock",
  },
  { output: "touch: $OUT/new: Operation not permitted", denials: write("$OUT/new"), tier: "seatbelt" },
  { output: "zsh: operation not permitted: $OUT/new", denials: write("$OUT/new"), tier: "seatbelt" },
];

export const READS: readonly OutputCase[] = [
  { output: "cat: $SECRET/id: No such file or directory", denials: read("$SECRET/id") },
  { output: "cat: $SECRET/id: Permission denied", denials: read("$SECRET/id"), tier: "landlock" },
  { output: "cat: $SECRET/id: Operation not permitted", denials: read("$SECRET/id"), tier: "seatbelt" },
  {
    output: "FileNotFoundError: [Errno 2] No such file or directory: '$SECRET/id'",
    denials: read("$SECRET/id"),
  },
  { output: "cat: $SECRET/absent: No such file or directory", denials: [] },
];

export const NETWORK: readonly OutputCase[] = [
  { output: "curl: (6) Could not resolve host: github.com", denials: network("github.com") },
  {
    output: "fatal: unable to access 'https://github.com/a/b/': Could not resolve host: github.com",
    denials: network("github.com"),
  },
  {
    output: "ssh: Could not resolve hostname github.com: Temporary failure in name resolution",
    denials: network("github.com"),
  },
  {
    output:
      "npm error code EAI_AGAIN\nnpm error request to https://r.io/x failed, reason: getaddrinfo EAI_AGAIN r.io",
    denials: network("r.io"),
  },
  { output: "Error: getaddrinfo ENOTFOUND api.host.io", denials: network("api.host.io") },
  { output: "wget: unable to resolve host address ‘host.io’", denials: network("host.io") },
  { output: "ping: host.io: Temporary failure in name resolution", denials: network("host.io") },
  {
    output:
      "Err:1 http://deb.debian.org/debian bookworm InRelease\n  Temporary failure resolving 'deb.debian.org'",
    denials: network("deb.debian.org"),
  },
  {
    output:
      "urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded (Caused by NameResolutionError: [Errno -3] Temporary failure in name resolution)",
    denials: network("pypi.org"),
  },
  {
    output: "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
    denials: network(),
  },
  {
    output: "go: dial tcp: lookup proxy.golang.org: Temporary failure in name resolution",
    denials: network("proxy.golang.org"),
  },
  {
    output:
      "dial tcp: lookup proxy.golang.org on 127.0.0.53:53: dial udp 127.0.0.53:53: connect: network is unreachable",
    denials: network("proxy.golang.org"),
  },
  { output: "dial tcp 140.82.1.4:443: connect: network is unreachable", denials: network("140.82.1.4") },
  {
    output: "java.net.UnknownHostException: repo.maven.apache.org",
    denials: network("repo.maven.apache.org"),
  },
  { output: "Error: connect ENETUNREACH 1.1.1.1:443 - Local (0.0.0.0:0)", denials: network("1.1.1.1") },
  {
    output:
      "bash: connect: Network is unreachable\nbash: line 1: /dev/tcp/1.1.1.1/80: Network is unreachable",
    denials: network("1.1.1.1"),
  },
  { output: "ssh: connect to host 10.0.0.1 port 22: Network is unreachable", denials: network("10.0.0.1") },
  { output: "OSError: [Errno 101] Network is unreachable", denials: network() },
  {
    output:
      "warning: spurious network error: [6] Could not resolve host name (Could not resolve host: index.crates.io)",
    denials: network("index.crates.io"),
  },
  {
    output:
      "Failed to open TCP connection to rubygems.org:443 (getaddrinfo: Temporary failure in name resolution)",
    denials: network("rubygems.org"),
  },
  // Services of the user's on this machine, which are there.
  {
    output: "curl: (7) Failed to connect to localhost port $PORT after 0 ms: Connection refused",
    denials: network("localhost:$PORT"),
  },
  { output: "Error: connect ECONNREFUSED 127.0.0.1:$PORT", denials: network("127.0.0.1:$PORT") },
  { output: "dial tcp 127.0.0.1:$PORT: connect: connection refused", denials: network("127.0.0.1:$PORT") },
  {
    output:
      'psql: error: connection to server at "localhost" (127.0.0.1), port $PORT failed: Connection refused',
    denials: network("localhost:$PORT"),
  },
  {
    output: "bash: line 1: /dev/tcp/127.0.0.1/$PORT: Connection refused",
    denials: network("127.0.0.1:$PORT"),
  },
  {
    output: "Cannot connect to the Docker daemon at unix://$SOCK. Is the docker daemon running?",
    denials: network("$SOCK"),
  },
  { output: "connect EPERM 1.1.1.1:443", denials: network("1.1.1.1"), tier: "seatbelt" },
];

/** What looks like it, and is not. */
export const INNOCENT: readonly OutputCase[] = [
  { output: "", denials: [] },
  { output: "1 failed, 3 passed", denials: [] },
  { output: "cat: missing.txt: No such file or directory", denials: [] },
  { output: "bash: line 1: frobnicate: command not found", denials: [] },
  { output: "make: *** [Makefile:2: all] Error 1", denials: [] },
  // Not the sandbox's error: files of others, a key, a script that is not executable.
  { output: "touch: cannot touch '$OUT/new': Permission denied", denials: [] },
  { output: "bash: line 1: ./script.sh: Permission denied", denials: [] },
  { output: "git@github.com: Permission denied (publickey).", denials: [] },
  { output: "chown: changing ownership of '$OUT/f': Operation not permitted", denials: [] },
  { output: "kill: (1) - Operation not permitted", denials: [] },
  { output: "sudo: a password is required\nPermission denied", denials: [] },
  // Inside the workspace nothing is forbidden.
  { output: "touch: cannot touch '$WS/new': Read-only file system", denials: [] },
  { output: "touch: cannot touch 'new': Read-only file system", denials: [] },
  { output: "rm: cannot remove '$WS/mounted': Device or resource busy", denials: [] },
  { output: "touch: cannot touch '$WS/new': Permission denied", denials: [], tier: "landlock" },
  { output: "touch: cannot touch '$OUT/new': Read-only file system", denials: [], tier: "none" },
  // Read-only on the host too, or not the user's.
  { output: "touch: cannot touch '/proc/version': Read-only file system", denials: [] },
  { output: "bash: line 1: /sys/kernel/vmcoreinfo/x: Read-only file system", denials: [] },
  // A test that fails quotes what it wanted, a search and a diff what stands in a file.
  { output: "AssertionError: expected touch: cannot touch '$OUT/new': Read-only file system", denials: [] },
  { output: "Expected: $OUT/new: Read-only file system\nReceived: undefined", denials: [] },
  { output: "- touch: cannot touch '$OUT/new': Read-only file system", denials: [] },
  { output: "+ OSError: [Errno 30] Read-only file system: '$OUT/new'", denials: [] },
  { output: "src/errors.ts:12:$OUT/new: Read-only file system", denials: [] },
  { output: "  12 | throw new Error(\"EROFS: read-only file system, open '$OUT/new'\");", denials: [] },
  { output: "throw new Error(\"EROFS: read-only file system, open '$OUT/new'\");", denials: [] },
  { output: "✗ says EROFS: read-only file system, open '$OUT/new'", denials: [] },
  { output: "not ok 3 - $OUT/new: Read-only file system", denials: [] },
  { output: "// touch: cannot touch '$OUT/new': Read-only file system", denials: [] },
  { output: "the file system $OUT is mounted as a Read-only file system these days", denials: [] },
  { output: "if you see Read-only file system, remount $OUT", denials: [] },
  { output: "Read-only file system", denials: [] },
  { output: "error in $OUT/x\nRead-only file system", denials: [] },
  { output: `${"x".repeat(5000)} touch: cannot touch '$OUT/new': Read-only file system`, denials: [] },
  {
    output: `${"log\n".repeat(20_000)}touch: cannot touch '$OUT/x': Read-only file system\n${"log\n".repeat(20_000)}`,
    denials: [],
  },
  // Another language is not understood.
  { output: "touch: '$OUT/new' kann nicht berührt werden: Das Dateisystem ist nur lesbar", denials: [] },
  // Network that is there, a server that is not, a name that leads nowhere, a quotation.
  { output: "curl: (6) Could not resolve host: github.com", denials: [], networkAccess: true },
  { output: "Error: connect ECONNREFUSED 127.0.0.1:1", denials: [] },
  { output: "ConnectionRefusedError: [Errno 111] Connection refused", denials: [] },
  { output: "connect ECONNREFUSED 10.1.2.3:443", denials: [] },
  { output: "getaddrinfo ENOTFOUND nowhere.invalid", denials: [] },
  { output: "curl: (6) Could not resolve host: api.example.test", denials: [] },
  { output: "expect(error).toThrow('getaddrinfo ENOTFOUND github.com')", denials: [] },
  { output: "HTTP 403: network policy of the host", denials: [] },
  { output: "Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock.", denials: [] },
  { output: "connect EPERM 1.1.1.1:443", denials: [] },
];
