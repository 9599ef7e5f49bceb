import type { StandaloneResult } from "./apply-patch/standalone.ts";

/** `leat apply-patch`: no model, no sandbox, and loaded only for that. */
export async function applyPatchStandalone(patch: string, cwd: string): Promise<StandaloneResult> {
  const standalone = await import("./apply-patch/standalone.ts");
  return await standalone.applyPatchStandalone(patch, cwd);
}
