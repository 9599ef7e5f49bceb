/** `leat models`: what the servers on this machine have, and the provider in force, wherever it is. */
import { type AskServersOptions, askServers } from "./ask-servers.ts";
import { exitCode } from "./exit-code.ts";
import { explainConfigError } from "./explain-config.ts";
import { fail } from "./fail.ts";
import type { Io } from "./io.ts";
import { modelsAsJson, modelsAsText } from "./models-text.ts";

export interface ModelsOptions extends Omit<AskServersOptions, "about"> {
  readonly json: boolean;
}

export async function runModels(options: ModelsOptions, io: Io): Promise<number> {
  const servers = await askServers({ ...options, about: "all" }, io);
  if (!servers.ok) {
    return fail(io, explainConfigError(servers.error));
  }
  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  const { asked } = servers;
  io.stdout.write(options.json ? modelsAsJson(asked) : modelsAsText(asked));
  return asked.some(({ found }) => found.type === "identified") ? exitCode.ok : exitCode.failure;
}
