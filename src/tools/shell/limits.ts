/** Both in milliseconds; a model may ask for anything up to the maximum. */
export const DEFAULT_TIMEOUT_MS = 120_000;
export const MAX_TIMEOUT_MS = 600_000;
