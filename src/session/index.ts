export { findRepositoryRoot, type GitFacts, readGitFacts } from "./git-facts.ts";
export type { RolloutUsage, TurnContext } from "./rollout.ts";
export { createSession, type Session, type SessionOptions } from "./session.ts";
