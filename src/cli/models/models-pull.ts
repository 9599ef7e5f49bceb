/** `leat models pull`: a model from the library of the server that will run it. */
import { safeLine } from "../../exec/index.ts";
import { exitCode } from "../exit-code.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { canPull } from "../local/local-text.ts";
import { chooseServer, clientFor } from "./choose-server.ts";
import type { ModelCommandOptions } from "./model-command.ts";
import { pullModel } from "./pull-model.ts";

export async function runModelsPull(options: ModelCommandOptions, io: Io): Promise<number> {
  const { name, provider } = options;
  if (!/^[^\s\p{Cc}]+$/u.test(name)) {
    return fail(io, {
      message: `'${safeLine(name)}' is no name of a model.`,
      hint: "A name has no blanks: leat models pull gpt-oss:20b (Ollama), leat models pull openai/gpt-oss-20b (LM Studio).",
    });
  }
  const choice = await chooseServer("pull", options, io);
  if (!choice.ok) {
    return choice.code;
  }
  const { address, server } = choice.chosen;
  const { kind, models } = server;
  if (!canPull(kind)) {
    throw new Error(`${kind} pulls no models`);
  }
  const http = clientFor(choice.chosen);
  const known = models.map(({ id }) => id);
  const command = `leat models pull ${shellWord(name)}${provider === undefined ? "" : ` --provider ${shellWord(provider)}`}`;
  try {
    const outcome = await pullModel({ address, kind, name, http, known, command }, io);
    switch (outcome) {
      case "pulled":
        return exitCode.ok;
      case "failed":
        return exitCode.failure;
      case "interrupted":
        return exitCode.interrupted;
      default:
        return outcome satisfies never;
    }
  } finally {
    http.close();
  }
}

/** To be typed as it is. */
function shellWord(word: string): string {
  const safe = safeLine(word);
  return /^[\w./:@%+=,-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
