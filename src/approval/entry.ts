/** The way in. What judges is loaded with the first call that has to be judged. */
import type { ApprovalOptions, Approvals } from "./approvals.ts";

export async function openApprovals(options: ApprovalOptions): Promise<Approvals> {
  const { createApprovals } = await import("./approvals.ts");
  return createApprovals(options);
}
