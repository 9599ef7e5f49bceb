export type ApprovalPolicy = "untrusted" | "on-failure" | "on-request" | "never";

export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";

/** What model commands and edits may touch. Every path is absolute. */
export type SandboxPolicy =
  | { readonly mode: "read-only" }
  | {
      readonly mode: "workspace-write";
      /** The working directory, `/tmp`, `$TMPDIR` and the configured roots, as far as they are included. */
      readonly writableRoots: readonly string[];
      readonly networkAccess: boolean;
    }
  | { readonly mode: "danger-full-access" };

/** Which of leat's own variables a command inherits: `[shell_environment_policy]` of the config. */
export interface ShellEnvironmentPolicy {
  readonly inherit: "all" | "core" | "none";
  readonly ignoreDefaultExcludes: boolean;
  /** Patterns of names with `*` and `?`, case-insensitive; likewise `includeOnly`. */
  readonly exclude: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly includeOnly: readonly string[];
}
