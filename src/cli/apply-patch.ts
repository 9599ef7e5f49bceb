/** `leat apply-patch`: the patch tool on its own. What it prints and how it ends is Codex's, word for word. */
import { isUtf8 } from "node:buffer";
import { applyPatchStandalone } from "../tools/index.ts";
import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { reasonOf } from "./reason-of.ts";

/** `given`: the positional arguments; without one, the patch is read from stdin. */
export async function runApplyPatch(
  [patch, ...surplus]: readonly string[],
  io: Pick<Io, "cwd" | "stdin" | "stdout" | "stderr">,
): Promise<number> {
  const fail = (message: string, code: number): number => {
    io.stderr.write(`${message}\n`);
    return code;
  };
  if (surplus.length > 0) {
    return fail("Error: apply_patch accepts exactly one argument.", exitCode.usage);
  }
  const read = patch === undefined ? await readAll(io.stdin()) : { ok: true as const, text: patch };
  if (!read.ok) {
    return fail(`Error: Failed to read PATCH from stdin.\n${read.reason}`, exitCode.failure);
  }
  if (patch === undefined && read.text === "") {
    return fail(USAGE, exitCode.usage);
  }
  const result = await applyPatchStandalone(read.text, io.cwd);
  if (result.kind === "failed") {
    return fail(result.message, exitCode.failure);
  }
  io.stdout.write(`${result.summary}\n`);
  return exitCode.ok;
}

const USAGE = "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch";

type ReadAll = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<ReadAll> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of stream) {
      pieces.push(Buffer.from(piece));
    }
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
  const bytes = Buffer.concat(pieces);
  return isUtf8(bytes)
    ? { ok: true, text: bytes.toString("utf8") }
    : { ok: false, reason: "stream did not contain valid UTF-8" };
}
