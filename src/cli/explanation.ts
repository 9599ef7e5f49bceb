/** What a person reads of an error: what happened, and what to do next. */
export interface Explanation {
  readonly message: string;
  readonly hint?: string;
}

/** What the user chose, so that hints can name it. */
export interface ExplainContext {
  readonly profile?: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly baseUrl: string;
  readonly model: string;
  /** The environment variable the key is read from, if any. */
  readonly envKey?: string;
  /** The configuration holds the key itself. */
  readonly hasBearerToken?: boolean;
}
