import type { Quirks } from "./dialect.ts";

/** Gemma 3: "Conversation roles must alternate"; the template puts the system text into the first user turn itself. */
export const gemma3: Quirks = { turns: "alternating" };

/** Gemma 1 and 2: "System role not supported" (chat-ui#1386), and turns must alternate. */
export const gemma: Quirks = { turns: "alternating", system: "first-user-message" };
