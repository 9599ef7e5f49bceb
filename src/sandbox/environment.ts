/** Which variables of leat's own environment a model's command gets to see. */
import type { ShellEnvironmentPolicy } from "../protocol/index.ts";

const CORE_NAMES = new Set(["HOME", "LOGNAME", "PATH", "SHELL", "USER", "USERNAME", "TMPDIR", "TEMP", "TMP"]);
const DEFAULT_EXCLUDES = ["*KEY*", "*SECRET*", "*TOKEN*"];

/**
 * Codex's order: inherit, default excludes, exclude, set, include_only.
 * `secretNames` are the providers' key variables: no inheritance setting lets them through, only `set` does.
 */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  policy: ShellEnvironmentPolicy,
  secretNames: readonly string[],
): Record<string, string> {
  const excluded = matcher([...(policy.ignoreDefaultExcludes ? [] : DEFAULT_EXCLUDES), ...policy.exclude]);
  const included = policy.includeOnly.length === 0 ? () => true : matcher(policy.includeOnly);
  const secrets = new Set(secretNames);

  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(parent)) {
    if (value === undefined || !isInherited(name, policy.inherit)) {
      continue;
    }
    if (secrets.has(name) || excluded(name)) {
      continue;
    }
    variables.set(name, value);
  }
  for (const [name, value] of Object.entries(policy.set)) {
    variables.set(name, value);
  }
  return Object.fromEntries([...variables].filter(([name]) => included(name)));
}

function isInherited(name: string, inherit: ShellEnvironmentPolicy["inherit"]): boolean {
  return inherit === "all" || (inherit === "core" && CORE_NAMES.has(name));
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(patternExpression);
  return (name) => expressions.some((expression) => expression.test(name));
}

function patternExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/\*+/g, "*")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "is");
}
