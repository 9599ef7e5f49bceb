import { resolve } from "node:path";
import type { ConfigError, ShellEnvironmentPolicy } from "../protocol/index.ts";
import { builtInProviders } from "./built-in-providers.ts";
import type { DocumentCheck } from "./check-document.ts";
import type {
  CompactionConfig,
  Config,
  ConfigFlags,
  GenerationConfig,
  KnownProvider,
  LoopGuardConfig,
  ToolsConfig,
  WorkspaceWriteConfig,
} from "./config.ts";
import { type ConfigDocument, errorAt } from "./document.ts";
import { formatKey, type KeyPath } from "./dotted-key.ts";
import { nearestField } from "./nearest.ts";
import { chooseProfile } from "./profile.ts";
import { knownProviders, resolveProvider, stringRecord } from "./provider.ts";
import { findSetting, flagSetting, foundSetting, type Origins, settle, shownValues } from "./settings.ts";
import { isTable, type TomlTable, valueAt } from "./toml-value.ts";

export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: ConfigFlags;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly error: ConfigError };

/** Settles every value: flag, then profile, then document, then default. */
export function resolveConfig(
  document: ConfigDocument,
  check: DocumentCheck & { ok: true },
  { cwd, env, flags }: Surroundings,
): ConfigResult {
  const origins: Origins = new Map();
  const chosen = chooseProfile(document, flags.profile, origins);
  if (!chosen.ok) {
    return chosen;
  }
  const { profile } = chosen;
  const { found } = flags;
  const get = <T>(key: string, flag?: string, foundValue?: string): T => {
    const path = key.split(".");
    const setting =
      foundValue !== undefined
        ? foundSetting(foundValue)
        : flag === undefined
          ? findSetting(document, profile, path)
          : flagSetting(flag);
    return settle<T>(origins, path, setting);
  };

  const builtIns = builtInProviders(env, found);
  const providers = knownProviders(document, builtIns);
  const providerId = get<string>("model_provider", flags.modelProvider, found?.id);
  if (!providers.some(({ id }) => id === providerId)) {
    const places = flags.modelProvider === undefined ? placesOfProvider(profile) : [];
    return { ok: false, error: unknownProvider(document, places, providerId, providers) };
  }
  const resolved = resolveProvider(document, builtIns, providerId, origins);
  if (!resolved.ok) {
    return resolved;
  }
  const model = get<string>("model", flags.model, found?.model);
  const defaultModel = builtIns.get(providerId)?.defaultModel ?? model;
  const contextWindow = get<number | undefined>("model_context_window");
  const instructionsFile =
    get<string | undefined>("model_instructions_file") ??
    get<string | undefined>("experimental_instructions_file");

  const ossProvider = get<string | undefined>("oss_provider");
  const hiddenPaths = get<string[] | undefined>("sandbox_hidden_paths");
  const keepLoaded = get<number | undefined>("keep_model_loaded_minutes");
  const absolute = (path: string): string => resolve(cwd, withHome(path, env["HOME"]));
  const config: Config = {
    file: document.file,
    ...(profile !== undefined && { profile }),
    model: origins.get("model")?.origin === "default" ? defaultModel : model,
    modelIsDefault: origins.get("model")?.origin === "default",
    provider: resolved.provider,
    providers,
    approvalPolicy: get("approval_policy", flags.approvalPolicy),
    sandboxMode: get("sandbox_mode", flags.sandboxMode),
    workspaceWrite: workspaceWrite(get, absolute),
    ...(hiddenPaths !== undefined && { sandboxHiddenPaths: hiddenPaths.map(absolute) }),
    holdsSecrets: check.holdsSecrets,
    shellEnvironment: shellEnvironment(get),
    tools: tools(get),
    stats: get("stats"),
    ...(ossProvider !== undefined && { ossProvider }),
    prewarm: get("prewarm"),
    ...(keepLoaded !== undefined && { keepModelLoadedMinutes: keepLoaded }),
    undo: get("undo"),
    editTool: get("edit_tool"),
    hideAgentReasoning: get("hide_agent_reasoning"),
    showRawAgentReasoning:
      get<boolean | undefined>("show_raw_agent_reasoning") ?? flags.showRawAgentReasoning,
    ...(contextWindow !== undefined && { contextWindow }),
    compaction: compaction(get, absolute),
    generation: generation(get),
    loopGuard: loopGuard(get),
    projectDocMaxBytes: get("project_doc_max_bytes"),
    projectDocFallbackFilenames: [...get<string[]>("project_doc_fallback_filenames")],
    ...(instructionsFile !== undefined && { instructionsFile: absolute(instructionsFile) }),
    trustedProjects: trustedProjects(document),
    warnings: check.unknown,
    notYet: check.notYet.filter((path) => inForce(path, profile)).map(formatKey),
    codexOnly: check.codexOnly.filter((path) => inForce(path, profile)).map(formatKey),
    origins: Object.fromEntries([...origins].map(([key, { origin }]) => [key, origin])),
    values: shownValues(origins),
  };
  return { ok: true, config };
}

/** Where the name may stand, the one that counts first. */
function placesOfProvider(profile: string | undefined): KeyPath[] {
  return [["profiles", profile ?? "", "model_provider"], ["model_provider"]];
}

/** Without a place, the name was typed. */
function unknownProvider(
  document: ConfigDocument,
  places: readonly KeyPath[],
  name: string,
  providers: readonly KnownProvider[],
): ConfigError {
  const known = providers.map(({ id }) => id);
  const fault = { problem: { type: "unknown_provider", name, known }, ...nearestField(name, known) } as const;
  const place = places.find((path) => valueAt(document.table, path) !== undefined) ?? places.at(-1);
  return place === undefined ? { kind: "config", ...fault } : errorAt(document, place, fault);
}

type Getter = <T>(key: string) => T;

function generation(get: Getter): GenerationConfig {
  const reasoningEffort = get<string | undefined>("model_reasoning_effort");
  const reasoningSummary = get<string | undefined>("model_reasoning_summary");
  const verbosity = get<string | undefined>("model_verbosity");
  const maxOutputTokens = get<number | undefined>("model_max_output_tokens");
  return {
    ...(reasoningEffort !== undefined && { reasoningEffort }),
    ...(reasoningSummary !== undefined && { reasoningSummary }),
    ...(verbosity !== undefined && { verbosity }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
}

function compaction(get: Getter, absolute: (path: string) => string): CompactionConfig {
  const tokenLimit = get<number | undefined>("model_auto_compact_token_limit");
  const prompt = get<string | undefined>("compact_prompt");
  const promptFile = get<string | undefined>("experimental_compact_prompt_file");
  return {
    ...(tokenLimit !== undefined && { tokenLimit }),
    ...(prompt !== undefined && { prompt }),
    ...(promptFile !== undefined && { promptFile: absolute(promptFile) }),
  };
}

function loopGuard(get: Getter): LoopGuardConfig {
  const reasoningBudget = get<number | undefined>("model_reasoning_budget") ?? 0;
  return {
    repeatedCalls: get("loop_guard.repeated_calls"),
    repeatedText: get("loop_guard.repeated_text"),
    unfinishedAnswers: get("loop_guard.unfinished_answers"),
    ...(reasoningBudget > 0 && { reasoningBudget }),
  };
}

function workspaceWrite(get: Getter, absolute: (path: string) => string): WorkspaceWriteConfig {
  return {
    writableRoots: get<string[]>("sandbox_workspace_write.writable_roots").map(absolute),
    networkAccess: get("sandbox_workspace_write.network_access"),
    excludeTmpdirEnvVar: get("sandbox_workspace_write.exclude_tmpdir_env_var"),
    excludeSlashTmp: get("sandbox_workspace_write.exclude_slash_tmp"),
  };
}

function shellEnvironment(get: Getter): ShellEnvironmentPolicy {
  return {
    inherit: get("shell_environment_policy.inherit"),
    ignoreDefaultExcludes: get("shell_environment_policy.ignore_default_excludes"),
    exclude: [...get<string[]>("shell_environment_policy.exclude")],
    set: stringRecord(get<TomlTable | undefined>("shell_environment_policy.set")),
    includeOnly: [...get<string[]>("shell_environment_policy.include_only")],
  };
}

function tools(get: Getter): ToolsConfig {
  const outputTokens = get<number | undefined>("tool_output_token_limit");
  const viewImage =
    get<boolean | undefined>("tools.view_image") ?? get<boolean | undefined>("tools_view_image");
  return {
    useLoginShell: get("shell_environment_policy.experimental_use_profile"),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(viewImage !== undefined && { viewImage }),
  };
}

/** What stands in another profile says nothing about this run. */
function inForce(path: KeyPath, profile: string | undefined): boolean {
  return path[0] !== "profiles" || path[1] === profile;
}

function trustedProjects(document: ConfigDocument): string[] {
  const projects = valueAt(document.table, ["projects"]);
  const entries = isTable(projects) ? [...projects] : [];
  return entries
    .filter(([, project]) => isTable(project) && project.get("trust_level") === "trusted")
    .map(([path]) => path);
}

function withHome(path: string, home: string | undefined): string {
  return home !== undefined && /^~(\/|$)/.test(path) ? `${home}${path.slice(1)}` : path;
}
