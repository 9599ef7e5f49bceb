import instructions from "./prompt.md";

export { createContextKeeper } from "./context/keeper.ts";
export { type ContextFacts, initialContext } from "./initial-context.ts";
export { type ProjectDocs, readProjectDocs } from "./project-docs.ts";
export { runTurn } from "./turn.ts";
export { requestOf, type TurnDependencies } from "./turn-state.ts";

/** The system prompt; the same for every model, since each byte of it is read before the first token comes. */
export const baseInstructions: string = instructions.trimEnd();
