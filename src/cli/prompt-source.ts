import type { Io } from "./io.ts";

export type PromptSource =
  | { readonly type: "prompt"; readonly prompt: string }
  | { readonly type: "missing"; readonly message: string }
  /** Ctrl-C while stdin was read. */
  | { readonly type: "interrupted" };

const NO_PROMPT = "No prompt provided. Either specify one as an argument or pipe the prompt into stdin.";

export function isFromStdin(argument: string | undefined): boolean {
  return argument === undefined || argument === "-";
}

/** Codex's rules (reference: codex exec, 0.45): an argument, or `-`, or whatever is piped in. */
export async function readPrompt(argument: string | undefined, io: Io): Promise<PromptSource> {
  if (argument !== undefined && !isFromStdin(argument)) {
    return argument.trim() === ""
      ? { type: "missing", message: NO_PROMPT }
      : { type: "prompt", prompt: argument };
  }
  if (argument === undefined) {
    if (io.stdin().isTTY) {
      return {
        type: "missing",
        message: NO_PROMPT,
      };
    }
    io.stderr.write("Reading prompt from stdin...\n");
  }
  const prompt = await readAll(io.stdin(), io.interrupt);
  if (prompt === undefined) {
    return { type: "interrupted" };
  }
  return prompt.trim() === ""
    ? { type: "missing", message: "No prompt provided via stdin." }
    : { type: "prompt", prompt };
}

/** Decoded as a whole, so that a character split between two reads stays one. Undefined when interrupted. */
async function readAll(stream: NodeJS.ReadStream, signal: AbortSignal): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  const stop = () => stream.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    // A stream destroyed in the middle ends its loop with an error of Node's own.
    if (!signal.aborted) {
      throw error;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (signal.aborted) {
    return undefined;
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}
