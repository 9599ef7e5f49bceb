import type { Io } from "./io.ts";

export type PromptSource =
  | { readonly ok: true; readonly prompt: string }
  | { readonly ok: false; readonly message: string };

/** Codex's rules (reference: codex exec, 0.45): an argument, or `-`, or whatever is piped in. */
export async function readPrompt(argument: string | undefined, io: Io): Promise<PromptSource> {
  if (argument !== undefined && argument !== "-") return { ok: true, prompt: argument };
  if (argument === undefined) {
    if (io.stdin().isTTY) {
      return {
        ok: false,
        message: "No prompt provided. Either specify one as an argument or pipe the prompt into stdin.",
      };
    }
    io.stderr.write("Reading prompt from stdin...\n");
  }
  const prompt = await readAll(io.stdin());
  return prompt.trim() === ""
    ? { ok: false, message: "No prompt provided via stdin." }
    : { ok: true, prompt };
}

/** Decoded as a whole, so that a character split between two reads stays one. */
async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}
