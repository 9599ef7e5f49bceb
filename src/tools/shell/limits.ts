/** Both in milliseconds; a model may ask for anything up to the maximum. */
export const defaultTimeoutMs = 120_000;
export const maxTimeoutMs = 600_000;
