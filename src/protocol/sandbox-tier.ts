import type { SandboxError } from "./error.ts";

/** What confines commands on this machine, and what of the sandbox's promises it can't keep. */
export interface SandboxTier {
  readonly name: SandboxTierName;
  /** The version of Landlock's interface in the kernel, where it takes part. */
  readonly landlockVersion?: number;
  readonly limits: readonly SandboxLimit[];
  /** Why it is not bubblewrap. */
  readonly insteadOf?: SandboxError;
}

/** From best to worst on Linux; `none` is the mode without confinement, and a machine without any sandbox. */
export type SandboxTierName = "bubblewrap" | "namespaces" | "landlock" | "seatbelt" | "none";

export type SandboxLimit =
  /** `.git` and `.codex` of writable folders can be changed, hooks included. */
  | "git-writable"
  /** Mode, owner, times and extended attributes of files outside can be changed. */
  | "attributes-writable"
  /** Other processes can be listed with their arguments, and shared memory of theirs be joined. */
  | "processes-visible"
  /** Signals reach every process of the user's. */
  | "signals-open"
  /** Hidden files can be listed, not read. */
  | "hidden-names-visible"
  /** More is forbidden than need be: sockets in the file system, and without network loopback too. */
  | "local-sockets-refused"
  /** More is forbidden than need be: `/dev/shm`. */
  | "shared-memory-refused";
