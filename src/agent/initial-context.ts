import { basename } from "node:path";
import type { ApprovalPolicy, MessageItem, SandboxPolicy } from "../protocol/index.ts";
import { networkAllowed } from "../sandbox/index.ts";

/** What stands at the head of the history: facts that differ by machine and session, kept out of the system prompt. */
export interface ContextFacts {
  readonly cwd: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** The configured roots only: the cwd and the temp folders go without saying. */
  readonly extraWritableRoots: readonly string[];
  /** Path of the user's shell, as in `$SHELL`. */
  readonly shell: string | undefined;
  readonly userInstructions: string | undefined;
}

/** One or two user messages in Codex's wording, which models know from training. */
export function initialContext(facts: ContextFacts): MessageItem[] {
  const messages: MessageItem[] = [];
  if (facts.userInstructions !== undefined) {
    messages.push(userMessage(`<user_instructions>\n\n${facts.userInstructions}\n\n</user_instructions>`));
  }
  messages.push(userMessage(environmentContext(facts)));
  return messages;
}

export function userMessage(text: string): MessageItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

function environmentContext(facts: ContextFacts): string {
  const policy = facts.sandboxPolicy;
  const roots = policy.mode === "workspace-write" ? facts.extraWritableRoots : [];
  const shell = basename(facts.shell ?? "");
  return [
    "<environment_context>",
    `  <cwd>${facts.cwd}</cwd>`,
    `  <approval_policy>${facts.approvalPolicy}</approval_policy>`,
    `  <sandbox_mode>${policy.mode}</sandbox_mode>`,
    `  <network_access>${networkAllowed(policy) ? "enabled" : "restricted"}</network_access>`,
    ...(roots.length === 0
      ? []
      : ["  <writable_roots>", ...roots.map((root) => `    <root>${root}</root>`), "  </writable_roots>"]),
    ...(shell === "bash" || shell === "zsh" ? [`  <shell>${shell}</shell>`] : []),
    "</environment_context>",
  ].join("\n");
}
