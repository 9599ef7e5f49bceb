import { safeJson } from "../safe-json.ts";
import { version } from "../version.ts";
import type { Check, Ending, Group } from "./check.ts";

/** One object, for programs. The names in it stay as they are; new ones may be added. */
export function reportAsJson(
  grouped: readonly { readonly group: Group; readonly check: Check }[],
  { advice, curl, interrupted }: Ending,
): string {
  const checks = grouped.map(({ group, check }) => {
    const { id, status, message, hint, data } = check;
    return { id, group: group.id, status, message, hint, data };
  });
  const report = { version, checks, advice, ...(curl === undefined ? {} : { curl }) };
  return `${safeJson(interrupted ? { ...report, interrupted } : report, 2)}\n`;
}
