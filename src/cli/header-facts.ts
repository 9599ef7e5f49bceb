import type { Config } from "../config/index.ts";
import { type HeaderFacts, tierName, tierSentence } from "../exec/index.ts";
import { isLoopback } from "../net/index.ts";
import type { SandboxPolicy, SandboxTier } from "../protocol/index.ts";
import { bubblewrapIsMissing } from "../sandbox/index.ts";
import type { OpenConversation } from "./conversation.ts";
import { explainUnknownKeys } from "./explain-config.ts";
import { isGuessed } from "./provider-choice.ts";
import { version } from "./version.ts";

/** What stands above a run: who answers, from where, and what it may touch. */
export function headerFacts(
  config: Config,
  conversation: OpenConversation,
  {
    standIn,
    addDirs,
    offline,
  }: {
    readonly standIn: SandboxTier | undefined;
    readonly addDirs: readonly string[];
    readonly offline: boolean;
  },
): HeaderFacts {
  const { window } = conversation.dependencies.context.budget;
  return {
    version,
    model: config.model,
    providerName: config.provider.name,
    endpoint: new URL(config.provider.baseUrl).host,
    ...(window === undefined ? {} : { contextWindow: window }),
    sandbox: `${describePolicy(conversation.policy, conversation.dependencies.cwd)}${standIn === undefined ? "" : ` by ${tierName(standIn)}`}`,
    approval: config.approvalPolicy,
    sessionId: conversation.session.id,
    ...(config.profile === undefined ? {} : { profile: config.profile }),
    warnings: [
      ...warnings(config, conversation),
      ...(standIn === undefined || standIn.limits.length === 0 ? [] : [tierSentence(standIn)]),
      ...(addDirs.length > 0 && config.sandboxMode === "read-only"
        ? ["--add-dir has no effect in the sandbox mode read-only: add --full-auto"]
        : []),
      ...(offline && config.sandboxMode === "danger-full-access"
        ? ["--offline holds leat itself: without a sandbox the model's commands may use the network"]
        : []),
    ],
  };
}

/**
 * What stands in for bubblewrap where there is none. Only then does it take a probe to know what a run may touch, and
 * only then one is made before the first request.
 */
export async function findStandIn(
  conversation: OpenConversation,
  path: string | undefined,
): Promise<SandboxTier | undefined> {
  if (conversation.policy.mode === "danger-full-access" || !bubblewrapIsMissing(path)) {
    return undefined;
  }
  const sandbox = await conversation.dependencies.openSandbox();
  const tier = await sandbox.tier();
  return tier.name === "none" ? undefined : tier;
}

function warnings(config: Config, conversation: OpenConversation): string[] {
  const unknown = explainUnknownKeys(config.file, config.warnings);
  return [
    ...(unknown === undefined ? [] : [unknown]),
    ...(config.notYet.length === 0
      ? []
      : [`set but without effect in leat ${version}: ${config.notYet.join(", ")}`]),
    ...(modelIsGuessed(config)
      ? [`no model is configured, so ${config.model} is asked for: choose one with -m or in config.toml`]
      : []),
    ...(conversation.docsTruncated
      ? ["AGENTS.md is longer than project_doc_max_bytes; the rest is left out"]
      : []),
  ];
}

function modelIsGuessed(config: Config): boolean {
  return isGuessed(config) && isLoopback(new URL(config.provider.baseUrl).hostname);
}

function describePolicy(policy: SandboxPolicy, cwd: string): string {
  if (policy.mode === "read-only") {
    return "read-only (--full-auto lets it write)";
  }
  if (policy.mode === "danger-full-access") {
    return "danger-full-access (no sandbox)";
  }
  const roots = policy.writableRoots.map((root) => (root === cwd ? "workdir" : root));
  return `workspace-write [${roots.join(", ")}]${policy.networkAccess ? " (network access enabled)" : ""}`;
}
