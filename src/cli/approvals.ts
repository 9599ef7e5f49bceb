/** What the user allows and forbids: the policy of the configuration, and the rules in the home. Loaded with the first call to judge. */
import { type Approvals, openApprovals } from "../approval/index.ts";
import type { Config } from "../config/index.ts";
import { keepRule, readRules } from "../home/index.ts";
import type { AgentEvent } from "../protocol/index.ts";

export async function openUserApprovals(
  { approvalPolicy, sandboxMode }: Pick<Config, "approvalPolicy" | "sandboxMode">,
  { home, emit }: { readonly home: string; readonly emit: (event: AgentEvent) => void },
): Promise<Approvals> {
  const { rules, error } = readRules(home);
  if (error !== undefined) {
    emit({ type: "notice", notice: { kind: "rules-unreadable", error } });
  }
  return await openApprovals({
    policy: approvalPolicy,
    mode: sandboxMode,
    readRules: () => rules,
    keepRule: (rule) => keepRule(home, rule),
  });
}
