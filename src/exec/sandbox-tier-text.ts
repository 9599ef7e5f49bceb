import type { SandboxLimit, SandboxTier } from "../protocol/index.ts";

/** `namespaces + Landlock`; short enough for the header. */
export function tierName({ name, landlockVersion }: SandboxTier): string {
  switch (name) {
    case "namespaces":
      return landlockVersion === undefined ? "namespaces" : "namespaces + Landlock";
    case "landlock":
      return "Landlock alone";
    case "bubblewrap":
    case "seatbelt":
    case "none":
      return name;
    default:
      return name satisfies never;
  }
}

/** What confines commands instead of bubblewrap, why, and what it leaves open. */
export function tierSentence(tier: SandboxTier): string {
  const reason =
    tier.insteadOf?.problem === "does_not_start"
      ? `bubblewrap does not start${tier.insteadOf.detail === undefined ? "" : ` (${tier.insteadOf.detail})`}`
      : "there is no bubblewrap";
  const limits = tier.limits.map((limit) => LIMITS[limit]);
  const leaves = limits.length === 0 ? "" : `. It does not do all: ${limits.join("; ")}`;
  return `commands are confined by ${tierName(tier)}, since ${reason}${leaves}`;
}

const LIMITS: Readonly<Record<SandboxLimit, string>> = {
  "git-writable": ".git and .codex can be changed, hooks included",
  "attributes-writable": "mode, owner and times of your files elsewhere can be changed",
  "processes-visible": "other processes and their arguments can be seen",
  "signals-open": "your other processes can be ended",
  "hidden-names-visible": "names and sizes of hidden files can be seen",
  "local-sockets-refused": "local servers and sockets do not work",
  "shared-memory-refused": "shared memory does not work",
};
