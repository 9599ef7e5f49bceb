import type { Config } from "../config/index.ts";
import type { HeaderFacts } from "../exec/index.ts";
import type { SandboxPolicy } from "../protocol/index.ts";
import type { Conversation } from "./conversation.ts";
import { explainUnknownKeys } from "./explain-config.ts";
import { version } from "./version.ts";

type OpenConversation = Extract<Conversation, { ok: true }>;

/** What stands above a run: who answers, from where, and what it may touch. */
export function headerFacts(config: Config, conversation: OpenConversation): HeaderFacts {
  return {
    version,
    model: config.model,
    providerName: config.provider.name,
    endpoint: new URL(config.provider.baseUrl).host,
    ...(config.contextWindow === undefined ? {} : { contextWindow: config.contextWindow }),
    sandbox: describePolicy(conversation.policy, conversation.dependencies.cwd),
    approval: config.approvalPolicy,
    sessionId: conversation.session.id,
    ...(config.profile === undefined ? {} : { profile: config.profile }),
    warnings: warnings(config, conversation),
  };
}

function warnings(config: Config, conversation: OpenConversation): string[] {
  const unknown = explainUnknownKeys(config.file, config.warnings);
  return [
    ...(unknown === undefined ? [] : [unknown]),
    ...(config.notYet.length === 0
      ? []
      : [`set but without effect in leat ${version}: ${config.notYet.join(", ")}`]),
    ...(conversation.docsTruncated
      ? ["AGENTS.md is longer than project_doc_max_bytes; the rest is left out"]
      : []),
  ];
}

function describePolicy(policy: SandboxPolicy, cwd: string): string {
  if (policy.mode !== "workspace-write") return policy.mode;
  const roots = policy.writableRoots.map((root) => (root === cwd ? "workdir" : root));
  return `workspace-write [${roots.join(", ")}]${policy.networkAccess ? " (network access enabled)" : ""}`;
}
