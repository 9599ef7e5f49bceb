import { type Attempt, changed, gone, harmful, needsRoot, thereIs } from "./attempt.ts";

const works = "works" as const;

export const FILE_ATTEMPTS: readonly Attempt[] = [
  {
    name: "write outside",
    script: 'echo x > "$W/outside/new-1"',
    breach: thereIs("outside/new-1"),
    unconfined: works,
  },
  {
    name: "append outside",
    script: 'echo x >> "$W/outside/kept-1"',
    breach: changed("outside/kept-1"),
    unconfined: works,
  },
  {
    name: "truncate outside",
    script: 'truncate -s 0 "$W/outside/kept-2"',
    breach: changed("outside/kept-2"),
    unconfined: works,
  },
  {
    name: "delete outside",
    script: 'rm -f "$W/outside/kept-3"',
    breach: gone("outside/kept-3"),
    unconfined: works,
  },
  {
    name: "change rights outside",
    script: 'chmod 777 "$W/outside/kept-4"',
    breach: changed("outside/kept-4"),
    unconfined: works,
  },
  {
    name: "change times outside",
    script: 'touch -d 2001-01-01 "$W/outside/kept-5"',
    breach: changed("outside/kept-5"),
    unconfined: works,
  },
  {
    name: "write by ..",
    script: "echo x > ../outside/new-2",
    breach: thereIs("outside/new-2"),
    unconfined: works,
  },
  {
    name: "write through a symlink",
    script: 'ln -s "$W/outside" s1 && echo x > s1/new-3',
    breach: thereIs("outside/new-3"),
    unconfined: works,
  },
  {
    name: "write through a symlink that was there",
    script: "echo x > out/new-4",
    breach: thereIs("outside/new-4"),
    unconfined: works,
  },
  {
    name: "write through a hard link",
    script: 'ln "$W/outside/kept-6" h1 && echo x >> h1',
    breach: changed("outside/kept-6"),
    unconfined: works,
  },
  {
    name: "move out",
    script: 'touch m1 && mv m1 "$W/outside/new-5"',
    breach: thereIs("outside/new-5"),
    unconfined: works,
  },
  { name: "move in", script: 'mv "$W/outside/kept-7" m2', breach: gone("outside/kept-7"), unconfined: works },
  {
    name: "write by /proc/self/root",
    script: 'echo x > "/proc/self/root$W/outside/new-6"',
    breach: thereIs("outside/new-6"),
    unconfined: works,
  },
  {
    name: "write by /proc/1/root",
    script: 'echo x > "/proc/1/root$W/outside/new-7"',
    breach: thereIs("outside/new-7"),
    unconfined: needsRoot,
  },
  {
    name: "write by the root of any process",
    script: 'for p in /proc/[0-9]*; do echo x > "$p/root$W/outside/new-8"; done',
    breach: thereIs("outside/new-8"),
    unconfined: works,
  },
  {
    name: "write by the folder of a process outside",
    script: 'echo x > "/proc/$DECOY/cwd/new-9"',
    breach: thereIs("outside/new-9"),
    unconfined: works,
  },
  {
    name: "write by an open folder",
    script: 'exec 8< "$W/outside" && echo x > /proc/self/fd/8/new-10',
    breach: thereIs("outside/new-10"),
    unconfined: works,
  },
  {
    name: "replace the program leat",
    script: 'echo x >> "$W/dist/main.js"',
    breach: changed("dist/main.js"),
    unconfined: works,
  },
  {
    name: "write into /etc",
    script: 'touch "/etc/leat-escape-$MARK"',
    breach: thereIs("/etc/leat-escape-$MARK"),
    unconfined: needsRoot,
  },
  {
    name: "write into the shared memory of the host",
    script: 'touch "/dev/shm/leat-escape-$MARK"',
    breach: thereIs("/dev/shm/leat-escape-$MARK"),
    unconfined: works,
  },
  {
    name: "make a control group",
    script: 'mkdir "/sys/fs/cgroup/leat-escape-$MARK"',
    breach: thereIs("/sys/fs/cgroup/leat-escape-$MARK"),
    unconfined: needsRoot,
  },
  {
    name: "write into $TMPDIR that is excluded",
    script: 'echo x > "$W/tmp/new"',
    breach: thereIs("tmp/new"),
    unconfined: works,
  },

  {
    name: "a git hook",
    script: "echo x > .git/hooks/pre-commit",
    breach: thereIs("project/.git/hooks/pre-commit"),
    unconfined: works,
  },
  {
    name: "a setting of git's",
    script: "git config core.fsmonitor ./evil",
    breach: changed("project/.git/config"),
    unconfined: works,
  },
  {
    name: "a file that git's settings include",
    script: "echo x >> extra.gitconfig",
    breach: changed("project/extra.gitconfig"),
    unconfined: works,
  },
  {
    name: "a hook where core.hooksPath leads",
    script: "echo x > .githooks/pre-push",
    breach: thereIs("project/.githooks/pre-push"),
    unconfined: works,
  },
  {
    name: "a submodule's settings",
    script: "echo x >> .git/modules/sub/config",
    breach: changed("project/.git/modules/sub/config"),
    unconfined: works,
  },
  {
    name: "a submodule led elsewhere",
    script: "echo 'gitdir: ../evil' > sub/.git",
    breach: changed("project/sub/.git"),
    unconfined: works,
  },
  {
    name: "a submodule that is not filled yet",
    script: "mkdir empty-sub/.git && echo x > empty-sub/.git/config",
    breach: thereIs("project/empty-sub/.git/config"),
    unconfined: works,
  },
  {
    name: "a hook in a nested repository",
    script: "echo x > vendor/lib/.git/hooks/post-checkout",
    breach: thereIs("project/vendor/lib/.git/hooks/post-checkout"),
    unconfined: works,
  },
  {
    name: "a nested repository moved with the folder around it",
    script: "mv vendor vendor-2 && mv vendor-2 vendor && touch moved-vendor",
    breach: thereIs("project/moved-vendor"),
    unconfined: works,
  },
  {
    name: ".git of a worktree led elsewhere",
    script: "echo 'gitdir: /evil' > ../worktree/.git",
    breach: changed("worktree/.git"),
    unconfined: works,
  },
  {
    name: "the git folder of a worktree",
    script: 'echo x > "$W/main-git/worktrees/w/new"',
    breach: thereIs("main-git/worktrees/w/new"),
    unconfined: works,
  },
  {
    name: "the hooks of a worktree",
    script: 'echo x > "$W/main-git/hooks/new"',
    breach: thereIs("main-git/hooks/new"),
    unconfined: works,
  },
  {
    name: ".git that is a link, replaced",
    script: "rm ../linked/.git && mkdir ../linked/.git && touch ../linked/.git/config",
    breach: changed("linked/.git"),
    unconfined: works,
  },
  {
    name: "what .git links to",
    script: "echo x > ../linked/real-git/hooks-new",
    breach: thereIs("linked/real-git/hooks-new"),
    unconfined: works,
  },
  {
    name: "the hooks of a bare repository",
    script: "echo x > ../bare/hooks/post-update",
    breach: thereIs("bare/hooks/post-update"),
    unconfined: works,
  },
  {
    name: "a repository where none was",
    script: "git init -q ../plain; mkdir -p ../plain/.git && echo x > ../plain/.git/config",
    breach: thereIs("plain/.git/config"),
    unconfined: works,
  },
  {
    name: "the place of a missing .git moved away",
    script:
      "mv ../plain-2/.git ../plain-2/away; rmdir ../plain-2/.git; mkdir ../plain-2/.git && touch ../plain-2/.git/made",
    breach: thereIs("plain-2/.git/made"),
    unconfined: works,
  },
  {
    name: "the mark on the place of a missing .git",
    script: "rm -rf ../plain/.git/.leat-*; touch ../plain/.git/.leat-1-1",
    breach: thereIs("plain/.git/.leat-1-1"),
    unconfined: { notTried: "there is no such place without the sandbox" },
  },
  {
    name: "settings of Codex for the project",
    script: "mkdir -p ../plain/.codex && echo x > ../plain/.codex/config.toml",
    breach: thereIs("plain/.codex/config.toml"),
    unconfined: works,
  },
  {
    name: "the home of leat in a writable folder",
    script: 'mkdir -p "$CODEX_HOME/leat" && echo x > "$CODEX_HOME/leat/rules.toml"',
    breach: thereIs("open/codex-home/leat/rules.toml"),
    unconfined: works,
  },
  {
    name: "the home of leat moved away",
    script:
      'mv "$W/open/codex-home" "$W/open/other" && mv "$W/open/other" "$W/open/codex-home" && touch moved-home',
    breach: thereIs("project/moved-home"),
    unconfined: works,
  },
  {
    name: ".git renamed",
    script: "mv .git git-away && mv git-away .git && touch moved-git",
    breach: thereIs("project/moved-git"),
    unconfined: works,
  },

  {
    name: "kernel settings",
    script: ": >> /proc/sys/kernel/core_pattern",
    breach: { type: "script-succeeds" },
    unconfined: needsRoot,
  },
  {
    name: "the kernel's debug key",
    script: "[ -w /proc/sysrq-trigger ]",
    breach: { type: "script-succeeds" },
    unconfined: needsRoot,
  },
  {
    name: "files of the kernel in /sys",
    script: "find /sys -maxdepth 4 -type f -writable 2>/dev/null | grep -q .",
    breach: { type: "script-succeeds" },
    unconfined: needsRoot,
  },
  {
    name: "files of the kernel in /proc",
    script:
      "find /proc -maxdepth 4 -path '/proc/[0-9]*' -prune -o -path /proc/self -prune -o -path /proc/pressure -prune -o -path /proc/thread-self -prune -o -type f -writable -print 2>/dev/null | grep -q .",
    breach: { type: "script-succeeds" },
    unconfined: needsRoot,
  },
  {
    name: "memory and disks",
    script:
      "for d in mem kmem kmsg port sda vda nvme0n1 loop0 loop-control fuse kvm; do [ -e /dev/$d ] && exit 0; done; exit 1",
    breach: { type: "script-succeeds" },
    unconfined: harmful,
  },
  {
    name: "a device made anew",
    script: "mknod disk b 8 0 || mknod zero c 1 5",
    breach: { type: "script-succeeds" },
    unconfined: needsRoot,
  },
];
