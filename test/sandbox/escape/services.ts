/** Services of the host, on loopback and on sockets, which write down what they hear. */
import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { createInterface } from "node:readline";

export interface Services {
  /** Variables with the port numbers. */
  readonly ports: { readonly TCP4: string; readonly TCP6: string; readonly UDP4: string };
  /** All that has been heard by now. */
  heard(): Promise<string>;
  close(): Promise<void>;
}

/**
 * One Perl process serves them all: Node has no Unix sockets for datagrams. Asked by a line, it prints what it has
 * heard, after reading all that had been sent by then.
 */
const SERVER = `
use Socket qw(:all); use IO::Select; $| = 1; $SIG{PIPE} = "IGNORE";
my $select = IO::Select->new; my (%listens, @ports); my $heard = "";
sub add { my ($domain, $type, $address) = @_;
  socket(my $s, $domain, $type, 0) or die $!; bind($s, $address) or return "0";
  $type == SOCK_STREAM and listen($s, 50); $listens{fileno $s} = $type == SOCK_STREAM; $select->add($s);
  my $name = getsockname $s;
  return $domain == PF_INET ? (unpack_sockaddr_in($name))[0] : $domain == PF_INET6 ? (unpack_sockaddr_in6($name))[0] : 0 }
push @ports, add(PF_INET, SOCK_STREAM, pack_sockaddr_in(0, INADDR_ANY));
push @ports, eval { add(PF_INET6, SOCK_STREAM, pack_sockaddr_in6(0, inet_pton(AF_INET6, "::1"))) } // 0;
push @ports, add(PF_INET, SOCK_DGRAM, pack_sockaddr_in(0, INADDR_LOOPBACK));
for (@ARGV) { my ($type, $path) = /^(.):(.*)$/; $path =~ s/^\\@/\\0/;
  add(PF_UNIX, $type eq "d" ? SOCK_DGRAM : SOCK_STREAM, pack_sockaddr_un($path)) }
print "@ports\\n";
$select->add(\\*STDIN);
while (1) { my @ready = $select->can_read(0);
  my @others = grep { fileno $_ != 0 } @ready;
  if (!@others) { @ready = $select->can_read;
    if (@ready == 1 && fileno $ready[0] == 0) { defined(my $line = <STDIN>) or exit;
      (my $text = $heard) =~ s/[^ -~]+/\\n/g; print map("$_\\n", split /\\n/, $text), "END\\n"; next }
    @others = grep { fileno $_ != 0 } @ready }
  for my $s (@others) {
    if ($listens{fileno $s}) { my $c; if (accept($c, $s)) { delete $listens{fileno $c}; $select->add($c) } }
    else { my $got = recv($s, my $bytes, 65536, 0); $heard .= "$bytes\\n" if defined $bytes;
      my $is_stream = unpack("i", getsockopt($s, SOL_SOCKET, SO_TYPE)) == SOCK_STREAM;
      if ($is_stream && $bytes eq "") { $select->remove($s); close $s } } } }
`;

export async function startServices(sockets: {
  readonly abstract: readonly string[];
  readonly streams: readonly string[];
  readonly datagrams: readonly string[];
}): Promise<Services> {
  const addresses = [
    ...sockets.abstract.map((name) => `s:@${name}`),
    ...sockets.streams.map((path) => `s:${path}`),
    ...sockets.datagrams.map((path) => `d:${path}`),
  ];
  const server = spawn("perl", ["-e", SERVER, ...addresses], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => server.on("close", () => resolve()));
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done === true) {
      throw new Error("the services have ended");
    }
    return value;
  };
  const [TCP4 = "", TCP6 = "", UDP4 = ""] = (await nextLine()).split(" ");
  for (const path of [...sockets.streams, ...sockets.datagrams]) {
    chmodSync(path, 0o777);
  }
  return {
    ports: { TCP4, TCP6, UDP4 },
    async heard() {
      server.stdin.write("\n");
      const texts: string[] = [];
      for (let line = await nextLine(); line !== "END"; line = await nextLine()) {
        texts.push(line);
      }
      return texts.join("\n");
    },
    async close() {
      server.stdin.end();
      await ended;
    },
  };
}
