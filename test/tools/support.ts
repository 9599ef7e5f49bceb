import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import type { SandboxPolicy } from "../../src/protocol/index.ts";
import type { CommandEnd, Sandbox } from "../../src/sandbox/index.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import type { PreparedCall, ToolContext, ToolResult } from "../../src/tools/index.ts";
import { BackgroundCommands, createFileMemory, prepareCall } from "../../src/tools/prepare-call.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** A folder with these files, removed after the test. */
export function makeFolder(files: Record<string, string | Buffer> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "leat-tools-")));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Every file and folder under `folder`; files by their content, folders (with a slash) by the empty text. */
export function readTree(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isDirectory()) {
      tree[`${name}/`] = "";
    } else {
      tree[name] = entry.isFile() ? readFileSync(path, "latin1") : "(special)";
    }
  }
  return tree;
}

export function makeContext(cwd: string, options: Partial<ToolContext> = {}): ToolContext {
  return {
    cwd,
    userHome: "/home/u",
    sandbox: realSandbox(cwd, { mode: "danger-full-access" }),
    signal: new AbortController().signal,
    outputLimit: { bytes: 10_240, lines: 256 },
    shell: { useLoginShell: false, firstWaitMs: 1_000, background: new BackgroundCommands() },
    files: createFileMemory(),
    onOutput: () => {},
    ...options,
  };
}

/** The home is the folder itself, so that nobody's shell profile speaks in a test. */
export function realSandbox(
  cwd: string,
  policy: SandboxPolicy,
  {
    path = "/usr/local/bin:/usr/bin:/bin",
    ...options
  }: { hiddenFiles?: readonly string[]; path?: string } = {},
): Sandbox {
  return createSandbox({
    ...options,
    policy,
    cwd,
    environment: { PATH: path, HOME: cwd },
  });
}

/** A sandbox in which every command ends in the same way; what it was asked is in `commands`. */
export function scriptedSandbox(end: CommandEnd): { sandbox: Sandbox; commands: unknown[] } {
  const commands: unknown[] = [];
  const sandbox: Sandbox = {
    get unconfined() {
      return sandbox;
    },
    policy: { mode: "danger-full-access" },
    missing: undefined,
    check: async () => undefined,
    tier: async () => ({ name: "none", limits: [] }),
    checkWrite: () => ({ allowed: true }),
    isHidden: () => false,
    async run({ argv, cwd, timeoutMs }) {
      commands.push({ argv, cwd, timeoutMs });
      return end;
    },
  };
  return { sandbox, commands };
}

export function exited(
  text: string,
  more: Partial<Extract<CommandEnd, { kind: "exited" }>> = {},
): CommandEnd {
  const output = {
    text,
    totalBytes: Buffer.byteLength(text),
    totalLines: text.split("\n").length - (text.endsWith("\n") || text === "" ? 1 : 0),
  };
  return { kind: "exited", exitCode: 0, timedOut: false, output, ...more };
}

export function prepare(name: string, args: unknown, context: ToolContext): PreparedCall {
  const json = typeof args === "string" ? args : JSON.stringify(args);
  return prepareCall({ name, arguments: json }, context, []);
}

/** What the agent does with a call: runs it if it can be run. */
export async function call(name: string, args: unknown, context: ToolContext): Promise<ToolResult> {
  const prepared = prepare(name, args, context);
  return prepared.kind === "ready" ? await prepared.run() : prepared;
}
