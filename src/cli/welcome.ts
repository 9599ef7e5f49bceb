/** `leat` alone: who runs on this machine, and the next thing to type, which works as it stands there. */
import { realpathSync } from "node:fs";
import type { Config } from "../config/index.ts";
import { safeLine } from "../exec/index.ts";
import { formatCount } from "../figures/index.ts";
import { createHttpClient } from "../net/index.ts";
import { chatModels, type Discovery, discoverServers, type FoundServer } from "../servers/index.ts";
import { findRepositoryRoot } from "../session/index.ts";
import { exitCode } from "./exit-code.ts";
import { explainConfigError } from "./explain-config.ts";
import type { Io } from "./io.ts";
import { asProvider } from "./local/found-provider.ts";
import { HOW_TO_START, PORTS_TEXT } from "./local/how-to-start.ts";
import { keyCommand, modelsText, serverTitle } from "./local/local-text.ts";
import { ownModel } from "./local/pick-server.ts";
import { isUnconfigured } from "./provider-choice.ts";
import { loadSettings } from "./settings.ts";
import { version } from "./version.ts";

export async function welcome(io: Io): Promise<number> {
  const http = createHttpClient(new Set());
  const discovery = await discoverServers({ http, signal: io.interrupt }).finally(() => http.close());
  if (io.interrupt.aborted) {
    return exitCode.interrupted;
  }
  const settings = loadSettings({ overrides: [], addDirs: [], flags: {} }, io);
  const next = settings.ok
    ? nextText(discovery, settings.config, io)
    : `${explainConfigError(settings.error).message}\n${explainConfigError(settings.error).hint ?? ""}\n`;
  io.stdout.write(`leat ${version}, a coding agent for the terminal that makes local models first class.

${runningText(discovery)}
${next}
  leat demo      watch it mend a failing test; needs no model
  leat models    every model of these servers, with its window and what it can do
  leat undo      put back what the last turn changed
  leat --help    all commands

The interactive interface is not here yet.
`);
  return exitCode.ok;
}

function runningText({ found, wantKey, silent }: Discovery): string {
  const lines = [
    ...found.map((one) => `${serverTitle(one)}: ${modelsText(one, formatCount)}`),
    ...wantKey.map((port) => `A server (localhost:${port}) wants a key. ${keyCommand(port)}`),
    ...silent.map(
      (port) =>
        `localhost:${port} takes connections, but does not answer. Look at the log of what runs there.`,
    ),
  ];
  return lines.length === 0
    ? `No model server runs on this machine (ports ${PORTS_TEXT}). To start one:\n${HOW_TO_START}`
    : `Running on this machine:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** What is configured goes before what runs, and exec says which of them it takes. */
function nextText({ found }: Discovery, config: Config, io: Io): string {
  const usable = found.find(({ server }) => server.isLoading === true || chatModels(server).length > 0);
  const trust = isTrusted(config, io.cwd) ? "" : " --skip-git-repo-check";
  const command = (options: string) => `  leat exec${trust}${options} "explain this project"\n`;
  if (!isUnconfigured(config)) {
    const { provider, model } = config;
    const own = `Next, with ${safeLine(model)} of ${safeLine(provider.name)}, as configured:\n${command("")}`;
    const other = usable === undefined ? undefined : optionsFor(usable, config);
    return other === undefined ? own : `${own}Or with what runs here:\n${command(other)}`;
  }
  return usable === undefined ? "Then, or without any server:" : `Next:\n${command("")}`;
}

/** undefined: it is the configured one. */
function optionsFor(found: FoundServer, config: Config): string | undefined {
  const { id, model, table } = asProvider(found, ownModel(found), config);
  const isSame = table === undefined || table.baseUrl === config.provider.baseUrl;
  if (id === config.provider.id && isSame) {
    return undefined;
  }
  // A name with a sign that a shell reads is left to exec, which takes the loaded one.
  const named = /^[\w./:@-]+$/.test(model) ? ` -m ${model}` : "";
  const place =
    table === undefined || config.providers.some((one) => one.id === id && one.baseUrl === table.baseUrl)
      ? ""
      : ` -c model_providers.${id}.base_url=${table.baseUrl}`;
  return ` -c model_provider=${id}${place}${named}`;
}

function isTrusted({ trustedProjects }: Config, cwd: string): boolean {
  const real = realpathSync(cwd);
  return findRepositoryRoot(real) !== undefined || trustedProjects.includes(real);
}
