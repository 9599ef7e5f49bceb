export type { TurnFacts } from "./codex-lines.ts";
export { findRepositoryRoot, type GitFacts, readGitFacts } from "./git-facts.ts";
export { createSession, type Session, type SessionOptions } from "./session.ts";
