/** What exec would use where nothing is configured, for commands that are about servers. */
import type { Config, ConfigFlags } from "../../config/index.ts";
import { createHttpClient } from "../../net/index.ts";
import { discoverServers } from "../../servers/index.ts";
import type { Io } from "../io.ts";
import { isLeftToLeat } from "../provider-choice.ts";
import type { Settings } from "../settings.ts";
import { asProvider } from "./found-provider.ts";
import { pickServer } from "./pick-server.ts";

/** The configuration as it is, where something is configured or nothing can be used. */
export async function withWhatRuns(
  config: Config,
  { home, reload }: { readonly home: string; readonly reload: (flags: ConfigFlags) => Settings },
  io: Io,
): Promise<Config> {
  if (!isLeftToLeat({ wanted: { offline: false }, config, home }, io)) {
    return config;
  }
  const http = createHttpClient(new Set());
  const { found } = await discoverServers({ http, signal: io.interrupt }).finally(() => http.close());
  const wanted = config.modelIsDefault ? undefined : { name: config.model, isTyped: false };
  const pick = pickServer(found, wanted);
  const settings =
    pick.type === "use" ? reload({ found: asProvider(pick.server, pick.model, config) }) : undefined;
  return settings?.ok === true ? settings.config : config;
}
