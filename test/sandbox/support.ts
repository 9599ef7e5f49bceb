import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxPolicy } from "../../src/protocol/index.ts";
import type { CommandEnd, Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";

/** A folder under /tmp, as a real path; `remove` takes it away with all that is in it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "leat-sandbox-test-")));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export const ENVIRONMENT = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: "/nonexistent" };

export function workspaceWrite(
  writableRoots: readonly string[],
  options: { networkAccess?: boolean } = {},
): SandboxPolicy {
  return { mode: "workspace-write", writableRoots, networkAccess: options.networkAccess ?? false };
}

export function sandboxFor(cwd: string, options: Partial<SandboxOptions> = {}): Sandbox {
  return createSandbox({ policy: workspaceWrite([cwd]), cwd, environment: ENVIRONMENT, ...options });
}

export interface RunOptions {
  readonly cwd: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

export function runScript(sandbox: Sandbox, script: string, options: RunOptions): Promise<CommandEnd> {
  return sandbox.run({
    argv: ["bash", "-c", script],
    cwd: options.cwd,
    timeoutMs: options.timeoutMs ?? 10_000,
    signal: options.signal ?? new AbortController().signal,
    onOutput: options.onOutput ?? (() => {}),
  });
}

/** Exit code and text of a command that must have run. */
export async function outcome(end: Promise<CommandEnd>): Promise<{ exitCode: number; text: string }> {
  const settled = await end;
  if (settled.kind !== "exited") {
    throw new Error(`did not run: ${JSON.stringify(settled)}`);
  }
  return { exitCode: settled.exitCode, text: settled.output.text };
}

export function writeExecutable(path: string, script: string): void {
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}

/** undefined if bubblewrap works here; else why not, for the name of a skipped suite. */
export async function whyNoBubblewrap(): Promise<string | undefined> {
  const error =
    process.platform === "linux"
      ? await createSandbox({ policy: { mode: "read-only" }, cwd: "/", environment: ENVIRONMENT }).check()
      : { problem: "unsupported_platform", detail: process.platform };
  return error === undefined ? undefined : `bubblewrap: ${error.problem} ${error.detail ?? ""}`;
}

export async function eventually(condition: () => boolean): Promise<boolean> {
  for (let round = 0; round < 100; round += 1) {
    if (condition()) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return condition();
}

/** Whoever writes every few milliseconds would have written between so many looks, on a busy machine too. */
const SILENT_LOOKS = 6;

/** Whether what is looked at stops changing. */
export function fallsSilent(look: () => unknown): Promise<boolean> {
  let before = JSON.stringify(look());
  let same = 0;
  return eventually(() => {
    const now = JSON.stringify(look());
    same = now === before ? same + 1 : 0;
    before = now;
    return same >= SILENT_LOOKS;
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
