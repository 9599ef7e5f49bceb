/** `leat models`: what the servers on this machine have, and the provider in force, wherever it is. */
import { createHttpClient } from "../../net/index.ts";
import { exitCode } from "../exit-code.ts";
import { explainConfigError } from "../explain-config.ts";
import type { Io } from "../io.ts";
import { findTargets, hostsOf, meetTarget, type TargetOptions, type Targets } from "../server-targets.ts";
import { type AskedProvider, modelsAsJson, modelsAsText } from "./models-text.ts";

export interface ModelsOptions extends TargetOptions {
  readonly json: boolean;
}

export async function runModels(options: ModelsOptions, io: Io): Promise<number> {
  const found = await findTargets({ ...options, asExec: true }, io);
  if (!found.ok) {
    const { message, hint } = explainConfigError(found.error);
    io.stderr.write(`${message}\n${hint === undefined ? "" : `${hint}\n`}`);
    return exitCode.failure;
  }
  const asked = await askAll(found, io);
  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  io.stdout.write(options.json ? modelsAsJson(asked) : modelsAsText(asked));
  return asked.some(({ found: { type } }) => type === "identified") ? exitCode.ok : exitCode.failure;
}

async function askAll(
  { targets, chosen, home }: Extract<Targets, { ok: true }>,
  io: Io,
): Promise<AskedProvider[]> {
  const http = createHttpClient(hostsOf(targets));
  try {
    return await Promise.all(
      targets.map(async (target) => {
        const [config] = target;
        const ids = target.map(({ provider }) => provider.id);
        return {
          config,
          ids,
          ...(ids.includes(chosen.provider.id) ? { modelInForce: chosen.model } : {}),
          found: (await meetTarget(target, { home, http }, io)).found,
        };
      }),
    );
  } finally {
    http.close();
  }
}
