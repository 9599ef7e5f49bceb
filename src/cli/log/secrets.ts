import type { Config } from "../../config/index.ts";
import { type Endpoint, secretsOf } from "../../wire/index.ts";
import type { Io } from "../io.ts";

export interface SecretSources {
  readonly config: Config;
  readonly endpoint: Endpoint;
  readonly env: Io["env"];
  /** Codex's, whether this provider uses it or not. */
  readonly openAiKey: string | undefined;
}

/** As with `secretsOf`: what is shorter is no key, and hiding it would tear ordinary text apart. */
const SHORTEST_SECRET = 8;

/** Makes text fit to be written down: the keys and headers of all providers, and what looks like a key wherever it came from. */
export function secretHider(sources: SecretSources): (text: string) => string {
  const known = knownSecrets(sources);
  return (text) => {
    const without = known.reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
    return KEY_SHAPES.reduce((shown, [shape, instead]) => shown.replace(shape, instead), without);
  };
}

function knownSecrets({ config, endpoint, env, openAiKey }: SecretSources): string[] {
  const values = [
    ...secretsOf(endpoint),
    ...config.providers.flatMap(({ secretValues, secretVariables }) => [
      ...secretValues,
      ...secretVariables.map((name) => env[name]?.trim()),
    ]),
    ...Object.entries(env).map(([name, value]) => (SECRET_NAME.test(name) ? value?.trim() : undefined)),
    openAiKey,
  ].filter((value) => value !== undefined);
  const secrets = values
    .flatMap((value) => [value, value.slice(value.lastIndexOf(" ") + 1)])
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // As it stands in a URL, and in JSON: the arguments of a call are JSON text.
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  // The longest first: of a secret that holds another one, no part is to be left.
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}

const SECRET_NAME = /key|token|secret|passw|credential/i;

/** What is kept of a match says what stood there. Repetitions that may fail late are bounded: the text is a model's. */
const KEY_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, "$1 …"],
  [/\b(?:sk|pk|rk|hf|gsk|xai|gh[opsu]|github_pat|glpat|xox[abprs])[-_][\w-]{12,}/g, "…"],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, "…"],
  [/\beyJ[\w-]{10,500}\.[\w-]{10,5000}\.[\w-]*/g, "…"],
  [
    /\b((?:[\w-]{0,40}(?:api[-_]?key|token|secret|password)|authorization)\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\,;&…]{8,}/gi,
    "$1…",
  ],
  // Of URLs the credentials and the query.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,500}@/gi, "$1…@"],
  [/(\bhttps?:\/\/[^\s?#"'\\]{1,2000})\?[^\s#"'\\]*/gi, "$1?…"],
];
