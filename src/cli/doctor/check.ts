/** What a check found. The same for people and for `--json`. */
export interface Check {
  /** Stable, dotted: `config.file`, `model.tool-call`. */
  readonly id: string;
  /** `unknown`: it could not be judged, which is neither good nor bad. */
  readonly status: CheckStatus;
  readonly message: string;
  readonly hint?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** What can be pasted to mend it; collected at the end of the report. */
  readonly advice?: Advice;
}

export type CheckStatus = "ok" | "info" | "warn" | "fail" | "unknown";

export interface Advice {
  readonly reason: string;
  /** A command or lines of config.toml. */
  readonly paste: string;
}

/** Checks that belong together: one heading, or one server. */
export interface Group {
  readonly id: string;
  readonly title: string;
}

/** What stands at the end of a report. */
export interface Ending {
  readonly checks: readonly Check[];
  readonly advice: readonly Advice[];
  readonly curl: string | undefined;
  readonly interrupted: boolean;
}
