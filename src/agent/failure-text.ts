/** What the model reads of a mistake in a tool: it costs the call, not the turn. */
export function failureText(error: unknown): string {
  return `the tool failed: ${error instanceof Error ? error.message : String(error)}`;
}
