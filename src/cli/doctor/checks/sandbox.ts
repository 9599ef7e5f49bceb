import { tierName, tierSentence } from "../../../exec/index.ts";
import type { SandboxError, SandboxMode, SandboxTier } from "../../../protocol/index.ts";
import { explainSandbox } from "../../explain.ts";
import type { Check } from "../check.ts";

export interface SandboxEvidence {
  readonly mode: SandboxMode;
  /** Why commands can't be confined; absent where they can. */
  readonly error?: SandboxError;
  readonly tier: SandboxTier;
  /** How bubblewrap is installed here, where that is known. */
  readonly install: string | undefined;
}

export function judgeSandbox({ mode, error, tier, install }: SandboxEvidence): Check {
  const id = "sandbox.tier";
  if (mode === "danger-full-access") {
    return {
      id,
      status: "warn",
      message: "sandbox_mode is danger-full-access: nothing confines the model's commands",
      hint: "Where that is not meant, take it out of the configuration.",
      data: { mode },
    };
  }
  if (error !== undefined) {
    const { message, hint } = explainSandbox(error);
    return {
      id,
      status: "fail",
      message,
      ...(hint === undefined ? {} : { hint }),
      data: { mode, problem: error.problem },
      ...(error.problem === "missing" ? adviceToInstall(install, "Commands need bubblewrap to run.") : {}),
    };
  }
  const data = { mode, tier: tier.name, limits: tier.limits };
  if (tier.insteadOf === undefined) {
    return { id, status: "ok", message: `commands are confined by ${tierName(tier)} (${mode})`, data };
  }
  return {
    id,
    status: tier.limits.length === 0 ? "ok" : "warn",
    message: tierSentence(tier),
    data,
    ...(tier.insteadOf.problem === "missing" && tier.limits.length > 0
      ? adviceToInstall(install, "Bubblewrap confines commands fully.")
      : {}),
  };
}

function adviceToInstall(paste: string | undefined, reason: string): Pick<Check, "advice"> {
  return paste === undefined ? {} : { advice: { reason, paste } };
}
