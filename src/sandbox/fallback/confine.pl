# Confines one command where there is no bubblewrap, with what the kernel offers to everyone: namespaces, Landlock,
# seccomp. Arguments: MODE NETWORK CPU FILTER CWD [KIND PATH]... -- COMMAND...
#   MODE     namespaces: the disk is laid out anew; landlock: for systems that forbid user namespaces
#   NETWORK  online, offline
#   CPU      as Node names it
#   FILTER   the file descriptor from which a filter of system calls can be read, or none
#   KIND     write, read, empty, null: what bubblewrap's mounts are called in linux.ts; outer paths come before inner ones
#
# No module is loaded: a library path of the user's may lead to where a command can write, and this runs unconfined.
# The variables of the command have names that begin with LEAT_ here, for the same reason.
#
# Three processes. The one that leat started stays outside, reports on file descriptor 3 and is what leat kills. The
# second is the first process of the namespace, or else adopts all that the command leaves behind; it ends with the
# first, and everything ends with it. The third becomes the command.

my ($mode, $network, $cpu, $filter_fd, $cwd) = splice @ARGV, 0, 5;
my @plan;
while (@ARGV and (my $kind = shift) ne '--') { push @plan, [$kind, shift] }
my $isolated = $mode eq 'namespaces';

# Since Linux 5.2 every processor has the same number for a new call; these are older.
my %calls = (
  x64 => {
    capset => 126, close => 3, mount => 165, prctl => 157, setsid => 112, socket => 41, unshare => 272,
    audit => 0xC000003E,
  },
  arm64 => {
    capset => 91, close => 57, mount => 40, prctl => 167, setsid => 157, socket => 198, unshare => 97,
    audit => 0xC00000B7,
  },
);
my $call = $calls{$cpu};
my ($OPEN_TREE, $MOVE_MOUNT, $OPENAT2, $MOUNT_SETATTR) = (428, 429, 437, 442);
my ($CREATE_RULESET, $ADD_RULE, $RESTRICT_SELF, $IO_URING_SETUP) = (444, 445, 446, 425);
my ($AT_FDCWD, $AT_EMPTY_PATH, $AT_RECURSIVE, $O_CLOEXEC, $O_PATH) = (-100, 0x1000, 0x8000, 0x80000, 0x200000);
my ($READ_ONLY, $NO_SUID, $NO_DEV, $NO_EXEC, $MS_PRIVATE) = (1, 2, 4, 8, 1 << 18);
my ($SET_DEATH_SIGNAL, $SET_DUMPABLE, $SET_SECCOMP, $DROP_BOUND, $ADOPT, $NO_NEW_PRIVILEGES, $AMBIENT)
  = (1, 4, 22, 24, 36, 38, 47);
my ($KILL, $USR1) = (9, 10);
# What a call is given by address must be a variable.
my $no_path = '';

my $call_filter = '';
my ($error_reader, $error_writer, $life_reader, $life_writer);
# The command starts with the signals leat was started with, but those it has to survive here.
my @ignored = qw(HUP INT TERM);

sub main {
  pipe $error_reader, $error_writer or die "pipe: $!\n";
  pipe $life_reader, $life_writer or die "pipe: $!\n";
  defined $call or die "no system call numbers for $cpu\n";
  length pack('p', '') == 8 or die "perl is not a 64-bit program\n";
  open my $status, '>&=', 3 or die "file descriptor 3: $!\n";
  $call_filter = read_filter();
  my $abi = landlock_abi();
  $isolated or $abi >= 3 or die "Landlock: too old or absent\n";
  enter_namespaces() if $isolated;
  prctl($SET_DEATH_SIGNAL, $KILL);

  my $keeper = fork;
  defined $keeper or die "fork: $!\n";
  if ($keeper == 0) {
    close $_ for $status, $error_reader, $life_writer;
    eval { keep($abi) };
    fail($@);
  }
  close $_ for $error_writer, $life_reader;
  # One write each: leat may look at any time.
  syswrite $status, qq({ "child-pid": $keeper, "landlock": $abi }\n);
  # The end of this pipe comes when the command was started.
  my $problem = join '', <$error_reader>;
  waitpid $keeper, 0;
  if ($problem ne '') {
    print STDERR $problem;
    exit 1;
  }
  my $code = exit_code($?);
  syswrite $status, qq({ "exit-code": $code }\n);
  exit $code;
}

# What it says ends up in front of the user, and the command is not started.
sub fail {
  my ($problem) = @_;
  syswrite $error_writer, $problem ne '' ? $problem : "failed\n";
  exit 1;
}

sub exit_code {
  my ($wait_status) = @_;
  return $wait_status & 127 ? 128 + ($wait_status & 127) : $wait_status >> 8;
}

# ---- The process between

sub keep {
  my ($abi) = @_;
  $SIG{$_} = 'IGNORE' for @ignored;
  if ($isolated) {
    prctl($SET_DEATH_SIGNAL, $KILL);
  } else {
    # The command's own children may have left its process group: they are found as ours when it has ended.
    $SIG{USR1} = sub { end_all(); exit 137 };
    prctl($ADOPT, 1);
    prctl($SET_DEATH_SIGNAL, $USR1);
  }
  # If the first process was gone before the line above, this pipe is at its end; else it says nothing.
  my $readable = '';
  vec($readable, fileno $life_reader, 1) = 1;
  select($readable, undef, undef, 0) and exit 1;

  syscall($call->{setsid});
  lay_out_disk($abi) if $isolated;
  raise_loopback() if $isolated and $network eq 'offline';
  drop_privileges();
  chdir '/';

  my $command = fork;
  defined $command or die "fork: $!\n";
  if ($command == 0) {
    eval { become_command($abi) };
    fail($@);
  }
  # Nobody may look into this process, or make it outlive the first.
  prctl($SET_DUMPABLE, 0);
  close $error_writer;
  my $code = 137;
  while ((my $ended = wait) != -1) {
    if ($ended == $command) {
      $code = exit_code($?);
      last;
    }
  }
  end_all() unless $isolated;
  exit $code;
}

sub become_command {
  my ($abi) = @_;
  restrict_access($abi) if $abi >= 2;
  refuse_sockets() unless $isolated;
  add_filter($call_filter) if $call_filter ne '';
  chdir $cwd or die "$cwd: $!\n";
  $SIG{$_} = 'DEFAULT' for @ignored, 'USR1';
  my %variables = map { (substr($_, 5) => $ENV{$_}) } grep { /^LEAT_/ } keys %ENV;
  %ENV = (%variables, PWD => $cwd);
  exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
}

# Kills children until there are none: the children of a killed one become ours. Only the second process does this, so
# no process id can be reused while we look at it: a dead child of ours stays until we ask for it.
sub end_all {
  for (1 .. 2000) {
    1 while (my $ended = waitpid -1, 1) > 0;
    return if waitpid(-1, 1) == -1;
    kill 'KILL', children();
    select undef, undef, undef, 0.002;
  }
}

sub children {
  my @found;
  opendir my $folder, '/proc' or return;
  for my $pid (grep { /^\d+$/ } readdir $folder) {
    open my $file, '<', "/proc/$pid/stat" or next;
    # The name in brackets may hold anything.
    push @found, $pid if (join '', <$file>) =~ /.*\) \S (\d+)/s and $1 == $$;
  }
  return @found;
}

# ---- Namespaces: the disk as linux.ts lays it out

sub enter_namespaces {
  my ($user, $group) = ($>, (split ' ', $))[0]);
  # user, mount, process, IPC, host name; network.
  my $flags = 0x10000000 | 0x00020000 | 0x20000000 | 0x08000000 | 0x04000000;
  $flags |= 0x40000000 if $network eq 'offline';
  syscall($call->{unshare}, $flags) == 0 or die "user namespaces: $!\n";
  write_file('/proc/self/setgroups', 'deny');
  write_file('/proc/self/uid_map', "$user $user 1");
  write_file('/proc/self/gid_map', "$group $group 1");
}

my %placed;

sub lay_out_disk {
  my ($abi) = @_;
  # Taken before anything is covered. Each holds the folder itself, whatever its name will lead to.
  my %trees = map { ($_->[1] => clone_tree($_->[0] eq 'null' ? '/dev/null' : $_->[1])) } grep { $_->[0] ne 'empty' } @plan;
  my @devices = map { [$_, clone_tree("/dev/$_")] } qw(null zero full random urandom tty);
  my $whole = grep { $_->[0] eq 'write' and $_->[1] eq '/' } @plan;
  set_flags(path_handle('/'), ($whole ? 0 : $READ_ONLY) | $NO_SUID | $NO_DEV, $MS_PRIVATE);

  make_devices(@devices);
  make_proc($abi);
  for my $step (grep { $_->[1] ne '/' } @plan) {
    my ($kind, $path) = @$step;
    if ($kind eq 'empty') {
      prepare_place($path, 1);
      mount_new('tmpfs', $path, $NO_SUID | $NO_DEV, 'mode=0755');
      $placed{$path} = 1;
      next;
    }
    # A socket may have gone since leat looked; then there is nothing to cover.
    next if $kind eq 'null' and not -e $path;
    my $tree = $trees{$path};
    set_flags($tree, ($kind eq 'read' ? $READ_ONLY : 0) | $NO_SUID | $NO_DEV, $MS_PRIVATE) if $kind ne 'null';
    prepare_place($path, $kind ne 'null' && -d "/proc/self/fd/$tree");
    place_tree($tree, $path);
  }
  # Only now: the places inside an empty folder had to be made first.
  set_flags(path_handle($_->[1]), $READ_ONLY, 0, 'alone') for grep { $_->[0] eq 'empty' } @plan;
}

# The disk's own would give a command of root's every disk of the machine.
sub make_devices {
  my @devices = @_;
  my $mask = umask 0;
  mount_new('tmpfs', '/dev', $NO_SUID, 'mode=0755');
  $placed{'/dev'} = 1;
  for (@devices) {
    my ($name, $tree) = @$_;
    write_file("/dev/$name", '');
    place_tree($tree, "/dev/$name");
  }
  mkdir "/dev/$_", 01777 for qw(pts shm);
  # Without a terminal of one's own most commands do well.
  eval { mount_new('devpts', '/dev/pts', $NO_SUID | $NO_EXEC, 'newinstance,ptmxmode=0666,mode=0620') };
  symlink $_->[1], "/dev/$_->[0]"
    for ['ptmx', 'pts/ptmx'], ['fd', '/proc/self/fd'], ['core', '/proc/kcore'], map { ['std' . (qw(in out err))[$_], "/proc/self/fd/$_"] } 0 .. 2;
  umask $mask;
}

# Without any capability, uid 0 is still the owner of the files in /proc/sys.
sub make_proc {
  my ($abi) = @_;
  mount_new('proc', '/proc', $NO_SUID | $NO_DEV | $NO_EXEC, '');
  # Another user namespace would have mounts of its own. Where this can't be set, Landlock forbids those.
  eval { write_file('/proc/sys/user/max_user_namespaces', '0'); 1 } or $abi >= 2 or die $@;
  set_flags(path_handle('/proc'), $READ_ONLY, 0, 'alone');
}

# A path without symlinks: one that was put there since leat looked is no way out.
sub path_handle {
  my ($path) = @_;
  my $how = pack 'QQQ', $O_PATH | $O_CLOEXEC, 0, 0x02 | 0x04;
  my $handle = syscall($OPENAT2, $AT_FDCWD, "$path", $how, length $how);
  $handle >= 0 or die "$path: $!\n";
  return $handle;
}

sub clone_tree {
  my ($path) = @_;
  my $tree = syscall($OPEN_TREE, path_handle($path), $no_path, 1 | $O_CLOEXEC | $AT_EMPTY_PATH | $AT_RECURSIVE);
  $tree >= 0 or die "$path: $!\n";
  return $tree;
}

sub place_tree {
  my ($tree, $path) = @_;
  # Both ends are given by their handles.
  syscall($MOVE_MOUNT, $tree, $no_path, path_handle($path), $no_path, 0x04 | 0x40) == 0 or die "mount $path: $!\n";
}

sub set_flags {
  my ($handle, $flags, $propagation, $alone) = @_;
  my $attributes = pack 'QQQQ', $flags, 0, $propagation, 0;
  my $how = $AT_EMPTY_PATH | (defined $alone ? 0 : $AT_RECURSIVE);
  syscall($MOUNT_SETATTR, $handle, $no_path, $how, $attributes, length $attributes) == 0 or die "mount_setattr: $!\n";
}

sub mount_new {
  my ($type, $path, $flags, $data) = @_;
  syscall($call->{mount}, "$type", "$path", "$type", $flags, "$data") == 0 or die "mount $type on $path: $!\n";
}

# Something to mount on. It is made only in folders that are ours, never on the user's disk.
sub prepare_place {
  my ($path, $is_folder) = @_;
  return if -e $path;
  my @inside = grep { index($path, "$_/") == 0 } keys %placed or return;
  my $made = '';
  my @names = split m{/}, substr $path, 1;
  my $last = pop @names;
  for (@names) {
    $made .= "/$_";
    mkdir $made, 0755;
  }
  $is_folder ? mkdir "$made/$last", 0755 : write_file("$made/$last", '');
}

sub write_file {
  my ($path, $text) = @_;
  open my $file, '>', $path or die "$path: $!\n";
  defined syswrite $file, $text or die "$path: $!\n";
  close $file;
}

# A network of one's own has a loopback, but it is down.
sub raise_loopback {
  socket my $socket, 2, 2, 0 or return;
  my $request = pack 'a16 s x22', 'lo', 0x41;
  ioctl $socket, 0x8914, $request;
}

# ---- Rights

sub drop_privileges {
  prctl($NO_NEW_PRIVILEGES, 1) == 0 or die "no_new_privs: $!\n";
  prctl($AMBIENT, 4);
  for (0 .. 63) { prctl($DROP_BOUND, $_) == 0 or last }
  my ($header, $none) = (pack('LL', 0x20080522, 0), pack 'L6', (0) x 6);
  syscall($call->{capset}, $header, $none) == 0 or die "capset: $!\n";
}

sub landlock_abi {
  my $abi = syscall($CREATE_RULESET, 0, 0, 1);
  return $abi < 0 ? 0 : $abi;
}

# Bits of Landlock's rights on files.
my ($EXECUTE, $WRITE, $READ, $LIST) = (1 << 0, 1 << 1, 1 << 2, 1 << 3);
my ($NEW_CHARACTER_DEVICE, $NEW_BLOCK_DEVICE, $REFER, $TRUNCATE, $DEVICE_CONTROL) = (1 << 6, 1 << 11, 1 << 13, 1 << 14, 1 << 15);

# With namespaces this comes second; without, it is what holds.
sub restrict_access {
  my ($abi) = @_;
  my $handled = (1 << ($abi >= 5 ? 16 : $abi >= 3 ? 15 : 14)) - 1;
  my $reading = $EXECUTE | $READ | $LIST;
  $handled &= ~$reading if $isolated;
  my $writing = $handled & ~($reading | $NEW_CHARACTER_DEVICE | $NEW_BLOCK_DEVICE);
  my $tcp = !$isolated && $network eq 'offline' && $abi >= 4 ? 3 : 0;
  # Abstract sockets and signals that lead out.
  my $scoped = $abi >= 6 ? 3 : 0;
  my $attributes = pack 'Q3', $handled, $tcp, $scoped;
  my $ruleset = syscall($CREATE_RULESET, $attributes, $abi >= 6 ? 24 : $abi >= 4 ? 16 : 8, 0);
  $ruleset >= 0 or die "Landlock: $!\n";

  my @roots = map { $_->[1] } grep { $_->[0] eq 'write' } @plan;
  allow($ruleset, $_, $writing & $handled) for @roots;
  if ($isolated) {
    allow($ruleset, '/dev', $writing);
  } else {
    allow($ruleset, "/dev/$_", ($WRITE | $READ | $TRUNCATE | $DEVICE_CONTROL) & $handled, 'if there')
      for qw(null zero full random urandom tty ptmx pts);
    # Names may be listed everywhere; of what is hidden, no file can be opened.
    allow($ruleset, '/', $LIST);
    my @hidden = ('/dev', map { $_->[1] } grep { $_->[0] eq 'empty' or $_->[0] eq 'null' } @plan);
    my %hidden = map { ($_ => 1) } @hidden;
    allow_reading($ruleset, $_, \%hidden) for '/', map { $_->[1] } grep { $_->[0] eq 'write' or $_->[0] eq 'read' } @plan;
  }
  syscall($RESTRICT_SELF, $ruleset, 0) == 0 or die "Landlock: $!\n";
}

# Landlock can only allow, so a folder around something hidden is not allowed itself, but all else that is in it.
sub allow_reading {
  my ($ruleset, $path, $hidden) = @_;
  return if $hidden->{$path} and not -d $path;
  my $inside = $path eq '/' ? '/' : "$path/";
  if (not grep { index($_, $inside) == 0 and $_ ne $path } keys %$hidden) {
    return allow($ruleset, $path, $READ | $EXECUTE, 'if there');
  }
  opendir my $folder, $path or return;
  for (readdir $folder) {
    my $child = "$inside$_";
    next if $_ eq '.' or $_ eq '..' or -l $child or $hidden->{$child};
    allow_reading($ruleset, $child, $hidden);
  }
}

sub allow {
  my ($ruleset, $path, $rights, $may_be_missing) = @_;
  my $handle = eval { path_handle($path) };
  if (not defined $handle) {
    return if defined $may_be_missing;
    die $@;
  }
  $rights &= $EXECUTE | $WRITE | $READ | $TRUNCATE | $DEVICE_CONTROL unless -d "/proc/self/fd/$handle";
  my $rule = pack 'Ql', $rights, $handle;
  if ($rights != 0 and syscall($ADD_RULE, $ruleset, 1, $rule, 0) != 0) {
    defined $may_be_missing or die "Landlock, $path: $!\n";
  }
  syscall($call->{close}, $handle);
}

# Landlock knows TCP only, and no socket in the file system: those of docker or D-Bus would be a way out. So without
# namespaces there are only pairs of sockets, and with network those of the Internet.
sub refuse_sockets {
  my ($EACCES, $ENETUNREACH, $ENOSYS) = (13, 101, 38);
  my ($load, $equal, $at_least, $return) = (0x20, 0x15, 0x35, 0x06);
  my ($allow, $refuse, $kill) = (0x7fff0000, 0x00050000, 0x80000000);
  my $others = $network eq 'offline' ? $refuse | $ENETUNREACH : $allow;
  # code, where to go if true, if false, value. seccomp_data: number at 0, processor at 4, first argument at 16.
  my @program = (
    [$load, 0, 0, 4],
    [$equal, 1, 0, $call->{audit}],
    [$return, 0, 0, $kill],
    [$load, 0, 0, 0],
    # The other set of numbers of an x86_64 kernel.
    [$at_least, 0, 1, 0x40000000],
    [$return, 0, 0, $refuse | $ENOSYS],
    # It can make sockets that nobody asks about.
    [$equal, 0, 1, $IO_URING_SETUP],
    [$return, 0, 0, $refuse | $ENOSYS],
    [$equal, 1, 0, $call->{socket}],
    [$return, 0, 0, $allow],
    [$load, 0, 0, 16],
    [$equal, 0, 1, 1],
    [$return, 0, 0, $refuse | $EACCES],
    [$return, 0, 0, $others],
  );
  my $code = join '', map { pack 'SCCL', @$_ } @program;
  add_filter($code);
}

# Of several filters the strictest answer counts.
sub add_filter {
  my ($code) = @_;
  my $filter = pack 'S x6 p', length($code) / 8, $code;
  syscall($call->{prctl}, $SET_SECCOMP, 2, $filter, 0, 0) == 0 or die "seccomp: $!\n";
}

sub read_filter {
  return '' if $filter_fd eq 'none';
  open my $file, '<&=', $filter_fd or die "file descriptor $filter_fd: $!\n";
  binmode $file;
  my $code = join '', <$file>;
  length $code > 0 or die "no filter of system calls\n";
  return $code;
}

sub prctl {
  my ($what, $value) = @_;
  return syscall($call->{prctl}, $what, $value, 0, 0, 0);
}

# What a list of processes shows, instead of this text.
$0 = 'leat-sandbox';
main();
