import type { EndpointFacts, Notice } from "../../protocol/index.ts";
import type { Dialect } from "./dialect.ts";

/** The request that was refused. */
export interface Asked {
  /** As it was used: with everything learnt before. */
  readonly dialect: Dialect;
  /** The top-level keys of the body that was sent. */
  readonly parameters: readonly string[];
}

/** What is to be remembered, and how the user is told. */
export interface Lesson {
  readonly facts: Partial<EndpointFacts>;
  readonly notice: Notice;
}
