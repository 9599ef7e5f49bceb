/** Loaded when the first answer of an Ollama server is over. */
import { askBeside, type BesideOptions } from "./ask-beside.ts";

/** What is a minute shorter than wanted needs no request. */
const SLACK_MS = 60_000;

/** Only longer than the server would keep it: who runs Ollama with `OLLAMA_KEEP_ALIVE=-1` is not to get an hour. */
export async function keepModel(model: string, minutes: number, options: BesideOptions): Promise<void> {
  const expires = expiryOf(await askBeside("/api/ps", undefined, options), model);
  if (expires === undefined || expires >= Date.now() + minutes * 60_000 - SLACK_MS) {
    return;
  }
  // Without a prompt: it neither reads nor writes a token (routes.go, GenerateHandler).
  await askBeside("/api/generate", { model, keep_alive: `${minutes}m`, stream: false }, options);
}

/** undefined: it is not loaded, or is none that runs there. */
function expiryOf(answer: unknown, model: string): number | undefined {
  const { models } = (answer ?? {}) as { readonly models?: unknown };
  const names = [model, `${model}:latest`];
  for (const entry of Array.isArray(models) ? models : []) {
    const { name, model: id, expires_at: expires } = (entry ?? {}) as Record<string, unknown>;
    if (names.includes(String(name)) || names.includes(String(id))) {
      const time = Date.parse(String(expires));
      // Beyond what a date can hold, it is for ever (`OLLAMA_KEEP_ALIVE=-1`).
      return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
    }
  }
  return undefined;
}
