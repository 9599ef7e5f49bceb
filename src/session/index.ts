export { findRepositoryRoot, type GitFacts, readGitFacts } from "./git-facts.ts";
export type { RolloutEvent, RolloutUsage, TurnContext } from "./rollout.ts";
export { createSession, type OpenedSession, type Session, type SessionOptions } from "./session.ts";
