/** What each way of confining commands leaves open, as far as is known; each is shown by a test. */
import type { SandboxLimit, SandboxTier } from "../../protocol/index.ts";

const VERSION_WITH_SCOPES = 6;

interface TierContext {
  /** 0 without. */
  readonly landlockVersion: number;
  /** There are folders that commands may write. */
  readonly hasRoots: boolean;
}

export function helperTier(name: "namespaces" | "landlock", context: TierContext): SandboxTier {
  const { landlockVersion } = context;
  return {
    name,
    ...(landlockVersion === 0 ? {} : { landlockVersion }),
    limits: name === "namespaces" ? [] : landlockLimits(context),
  };
}

function landlockLimits(context: TierContext): SandboxLimit[] {
  const isScoped = context.landlockVersion >= VERSION_WITH_SCOPES;
  return [
    ...(context.hasRoots ? (["git-writable"] as const) : []),
    "attributes-writable",
    ...(isScoped ? [] : (["signals-open"] as const)),
    "processes-visible",
    "hidden-names-visible",
    "local-sockets-refused",
    "shared-memory-refused",
  ];
}
