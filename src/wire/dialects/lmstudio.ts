import type { NamedQuirks } from "./dialect.ts";

/** LM Studio wants every content to be a string or an array, also beside tool calls (lmstudio-bug-tracker#261). */
export const lmstudio: NamedQuirks = { name: "lmstudio", emptyContent: "empty-string" };
