/**
 * Commands that destroy what no sandbox, no snapshot and no second thought brings back. The list is short on purpose:
 * where nobody can be asked, what is on it does not run at all.
 */
import { basename } from "node:path";
import { gitDanger } from "./danger-git.ts";
import { hasLetter, mayBeLong, operandsOf, optionsOf } from "./options.ts";

/** Names the part that destroys; undefined for a command that is not on the list. */
type Check = (args: readonly string[], circumstances: { readonly isFed: boolean }) => string | undefined;

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["rm", removal],
  ["git", gitDanger],
  // A file system, a partition table or a whole disk is gone.
  [
    "dd",
    (args) =>
      args.some((word) => isDevice(word.replace(/^of=/, "")) && word.startsWith("of="))
        ? "dd of=/dev/…"
        : undefined,
  ],
  ["mke2fs", () => "mke2fs"],
  ["mkswap", () => "mkswap"],
  ["blkdiscard", () => "blkdiscard"],
  [
    "wipefs",
    (args) =>
      args.some((word) => hasLetter(word, "a") || mayBeLong(word, "--all")) ? "wipefs -a" : undefined,
  ],
  [
    "diskutil",
    (args) =>
      /^(?:erase|zero|random|secureErase|partition)/i.test(args[0] ?? "") ? `diskutil ${args[0]}` : undefined,
  ],
  ["tee", ontoDevice("tee")],
  ["cp", ontoDevice("cp")],
  [
    "mv",
    (args) => (args.at(-1) === "/dev/null" ? "mv … /dev/null" : ontoDevice("mv")(args, { isFed: false })),
  ],
  // Overwritten, so that nothing can be got back.
  ["shred", () => "shred"],
  // Rights of a whole system or home: no list says how they were.
  ["chmod", recursive("chmod")],
  ["chown", recursive("chown")],
  ["chgrp", recursive("chgrp")],
  ["find", (args) => (args.includes("-delete") ? "find -delete" : undefined)],
  // Every process of the user, or the machine, with all unsaved work.
  ["kill", (args) => (killed(args).includes("-1") ? "kill -1" : undefined)],
  ["killall5", () => "killall5"],
  ["shutdown", (args) => (args.includes("-c") ? undefined : "shutdown")],
  ["reboot", () => "reboot"],
  ["halt", () => "halt"],
  ["poweroff", () => "poweroff"],
  ["init", (args) => (/^[06]$/.test(args[0] ?? "") ? `init ${args[0]}` : undefined)],
  ["telinit", (args) => (/^[06]$/.test(args[0] ?? "") ? `telinit ${args[0]}` : undefined)],
  [
    "systemctl",
    oneOf("systemctl", ["poweroff", "reboot", "halt", "kexec", "soft-reboot", "rescue", "emergency"]),
  ],
  // All of the user's jobs, without a copy.
  ["crontab", (args) => (args.some((word) => hasLetter(word, "r")) ? "crontab -r" : undefined)],
  // Data volumes, and what runs elsewhere, where no snapshot of ours reaches.
  ["docker", containers("docker")],
  ["podman", containers("podman")],
  ["docker-compose", (args) => (isDownWithVolumes(args) ? "docker-compose down -v" : undefined)],
  ["kubectl", oneOf("kubectl", ["delete"])],
  ["terraform", infrastructure("terraform")],
  ["tofu", infrastructure("tofu")],
]);

/** Judges one command by itself; what it runs in turn is judged on its own. */
export function dangerOf(
  words: readonly string[],
  circumstances: { readonly isFed: boolean },
): string | undefined {
  const [program = "", ...args] = words;
  const name = basename(program);
  return name.startsWith("mkfs") ? name : CHECKS.get(name)?.(args, circumstances);
}

/** Disks and memory as files; `/dev/null`, terminals and the like are none. */
export function isDevice(path: string): boolean {
  return /^\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|dm-|md|loop|mapper\/|block\/|k?mem$|port$)/.test(
    path,
  );
}

/** `rm -f` and `rm -rf` as in Codex, in every spelling; without `-f` where it takes a whole tree or an unseen list. */
function removal(args: readonly string[], { isFed }: { readonly isFed: boolean }): string | undefined {
  const options = optionsOf(args);
  const isForced = options.some((word) => hasLetter(word, "f") || mayBeLong(word, "--force"));
  const isRecursive = options.some(
    (word) => hasLetter(word, "r") || hasLetter(word, "R") || mayBeLong(word, "--recursive"),
  );
  if (isForced) {
    return isRecursive ? "rm -rf" : "rm -f";
  }
  if (isFed) {
    return "rm of all that is found";
  }
  const tree = isRecursive ? operandsOf(args).find(isWholeTree) : undefined;
  return tree === undefined ? undefined : `rm -r ${tree}`;
}

/** The root, a home, the folder we are in or the one above, a folder of the system: by name or by all that is in it. */
function isWholeTree(path: string): boolean {
  return /^(?:~|\$HOME|\$\{HOME\}|\.{1,2})?\/?\*?$/.test(path) ? path !== "" : /^\/[^/]*\/?\*?$/.test(path);
}

/** Not the folder we are in: its rights are known from git, and easily mended. */
function isForeignTree(path: string): boolean {
  return isWholeTree(path) && !/^(?:\.\/?)?\*?$/.test(path);
}

function recursive(name: string): Check {
  return (args) => {
    const isRecursive = optionsOf(args).some(
      (word) => hasLetter(word, "R") || mayBeLong(word, "--recursive"),
    );
    const tree = isRecursive ? operandsOf(args).find(isForeignTree) : undefined;
    return tree === undefined ? undefined : `${name} -R ${tree}`;
  };
}

function ontoDevice(name: string): Check {
  return (args) =>
    args.some(isDevice) && isDevice(args.at(-1) ?? "") ? `${name} … ${args.at(-1)}` : undefined;
}

/** A value of an option may stand before the subcommand, as in `kubectl -n prod delete`. */
function oneOf(name: string, subcommands: readonly string[]): Check {
  return (args) => {
    const found = subcommands.find((subcommand) => args.includes(subcommand));
    return found === undefined ? undefined : `${name} ${found}`;
  };
}

/** What `kill` aims at; its first option is the signal. */
function killed(args: readonly string[]): readonly string[] {
  const [first = ""] = args;
  if (first === "-s" || first === "-n") {
    return args.slice(2);
  }
  return first.startsWith("-") ? args.slice(1) : args;
}

function containers(name: string): Check {
  return (args) => {
    const operands = operandsOf(args);
    const found = /(?:^| )(system prune|volume (?:prune|rm|remove))(?: |$)/.exec(operands.join(" "))?.[1];
    if (found !== undefined) {
      return `${name} ${found}`;
    }
    return operands.includes("compose") && isDownWithVolumes(args) ? `${name} compose down -v` : undefined;
  };
}

function isDownWithVolumes(args: readonly string[]): boolean {
  return args.includes("down") && args.some((word) => word === "-v" || word === "--volumes");
}

function infrastructure(name: string): Check {
  return (args) =>
    args.includes("destroy") || args.includes("-destroy") || args.includes("--destroy")
      ? `${name} destroy`
      : undefined;
}
