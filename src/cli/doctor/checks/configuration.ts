import type { Config, UnknownKey } from "../../../config/index.ts";
import type { ConfigError } from "../../../protocol/index.ts";
import { explainConfigError, explainUnknownKeys } from "../../explain-config.ts";
import type { Advice, Check } from "../check.ts";

export type ConfigurationEvidence =
  | { readonly type: "broken"; readonly error: ConfigError }
  | {
      readonly type: "read";
      readonly config: Config;
      readonly home: string;
      readonly homeExists: boolean;
      /** `$CODEX_HOME` names the home. */
      readonly homeIsNamed: boolean;
      readonly fileExists: boolean;
    };

export function judgeConfiguration(evidence: ConfigurationEvidence): Check[] {
  if (evidence.type === "broken") {
    const { message, hint } = explainConfigError(evidence.error);
    return [{ id: "config.file", status: "fail", message, ...(hint === undefined ? {} : { hint }) }];
  }
  const { config } = evidence;
  return [
    homeCheck(evidence),
    fileCheck(evidence),
    ...valueChecks(config),
    ...providerChecks(config),
    ...unknownKeyChecks(config),
    ...unusedKeyChecks(config),
  ];
}

type Read = Extract<ConfigurationEvidence, { type: "read" }>;

function homeCheck({ home, homeExists, homeIsNamed }: Read): Check {
  const named = homeIsNamed ? " ($CODEX_HOME)" : "";
  return homeExists
    ? { id: "config.home", status: "ok", message: `home ${home}${named}`, data: { path: home } }
    : {
        id: "config.home",
        status: "info",
        message: `home ${home}${named} does not exist yet; leat makes it when it has something to keep`,
        data: { path: home },
      };
}

function fileCheck({ config, fileExists }: Read): Check {
  const profile = config.profile === undefined ? "" : `, with profile ${config.profile}`;
  return fileExists
    ? {
        id: "config.file",
        status: "ok",
        message: `${config.file} is read${profile}`,
        data: { path: config.file, exists: true },
      }
    : {
        id: "config.file",
        status: "info",
        message: `no ${config.file}: everything is at its default${profile}`,
        data: { path: config.file, exists: false },
      };
}

/** What a run is asked to do, wherever it comes from; of the rest only what somebody set. */
function valueChecks(config: Config): Check[] {
  const { provider, origins, values } = config;
  const field = (name: string) => {
    const suffix = `.${name}`;
    return (
      Object.keys(origins).find((key) => key.startsWith("model_providers.") && key.endsWith(suffix)) ?? name
    );
  };
  const [urlKey, apiKey] = [field("base_url"), field("wire_api")];
  const url = new URL(provider.baseUrl);
  const always: [string, string][] = [
    ["model", JSON.stringify(config.model)],
    ["model_provider", JSON.stringify(provider.id)],
    [urlKey, JSON.stringify(`${url.origin}${url.pathname}`)],
    [apiKey, JSON.stringify(provider.wireApi)],
    ["model_context_window", config.contextWindow === undefined ? "not set" : String(config.contextWindow)],
  ];
  const firstKeys = new Set(always.map(([key]) => key));
  const others = Object.entries(values).filter(([key]) => !firstKeys.has(key));
  return [...always, ...others].map(([key, value]) => {
    const origin = origins[key] ?? "default";
    const isSet = value !== "not set";
    return {
      id: `config.value.${key}`,
      status: "info",
      message: isSet ? `${key} = ${value} (${origin})` : `${key} is not set`,
      data: { key, value: isSet ? value : null, origin },
    };
  });
}

/** Of another provider nobody hears until it is chosen. */
function providerChecks({ providers }: Config): Check[] {
  return providers
    .filter(({ baseUrl }) => baseUrl === undefined)
    .map(({ id }) => {
      const table = `[model_providers.${/^[\w-]+$/.test(id) ? id : JSON.stringify(id)}]`;
      return {
        id: `config.provider.${id}`,
        status: "warn",
        message: `${table} has no base_url and can't be chosen`,
        data: { provider: id },
        advice: {
          reason: `${table} needs an address.`,
          paste: `${table}\nbase_url = "http://localhost:1234/v1"`,
        },
      };
    });
}

function unknownKeyChecks({ file, warnings }: Config): Check[] {
  const message = explainUnknownKeys(file, warnings);
  const [guessed] = warnings.filter((unknown) => unknown.nearest !== undefined);
  return message === undefined
    ? []
    : [
        {
          id: "config.unknown-keys",
          status: "warn",
          message,
          hint: `${warnings.length === 1 ? "It has" : "They have"} no effect. docs/configuration.md lists the keys there are.`,
          data: { keys: warnings },
          ...(guessed === undefined ? {} : { advice: adviceToRename(guessed) }),
        },
      ];
}

/** The first of them that resembles a key. */
function adviceToRename({ key, line, nearest }: UnknownKey): Advice {
  const where = line === undefined ? "-c" : `line ${line}`;
  return { reason: `${key} (${where}) is no key.`, paste: `${key.replace(/[^.]*$/, "")}${nearest} = …` };
}

function unusedKeyChecks({ notYet, codexOnly }: Config): Check[] {
  return [
    ...(notYet.length === 0
      ? []
      : [
          {
            id: "config.not-yet",
            status: "info" as const,
            message: `${counted(notYet.length)} leat does not act on yet: ${notYet.join(", ")}`,
            data: { keys: notYet },
          },
        ]),
    ...(codexOnly.length === 0
      ? []
      : [
          {
            id: "config.codex-only",
            status: "info" as const,
            message: `${counted(codexOnly.length)} only Codex acts on: ${codexOnly.join(", ")}`,
            data: { keys: codexOnly },
          },
        ]),
  ];
}

function counted(count: number): string {
  return count === 1 ? "1 key that" : `${count} keys that`;
}
