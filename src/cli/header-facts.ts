import type { Config } from "../config/index.ts";
import type { HeaderFacts } from "../exec/index.ts";
import { isLoopback } from "../net/index.ts";
import type { SandboxPolicy } from "../protocol/index.ts";
import type { Conversation } from "./conversation.ts";
import { explainUnknownKeys } from "./explain-config.ts";
import { version } from "./version.ts";

type OpenConversation = Extract<Conversation, { ok: true }>;

/** What stands above a run: who answers, from where, and what it may touch. */
export function headerFacts(
  config: Config,
  conversation: OpenConversation,
  addDirs: readonly string[],
): HeaderFacts {
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
    warnings: [
      ...warnings(config, conversation),
      ...(addDirs.length > 0 && config.sandboxMode === "read-only"
        ? ["--add-dir has no effect in the sandbox mode read-only: add --full-auto"]
        : []),
    ],
  };
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

/** Codex's default is a model of OpenAI's, which a local server is unlikely to have. */
function modelIsGuessed({ modelIsDefault, provider, model }: Config): boolean {
  return modelIsDefault && model.startsWith("gpt-5") && isLoopback(new URL(provider.baseUrl).hostname);
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
