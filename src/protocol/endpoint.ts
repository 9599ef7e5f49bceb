/** What was learnt of an endpoint at run time and is worth knowing the next time. */
export interface EndpointFacts {
  /** The server answered 400 or 422 to `stream_options`. */
  readonly refusesStreamOptions?: boolean;
  /** The same to `return_progress`. */
  readonly refusesReturnProgress?: boolean;
}

/** Facts by base URL. The wire asks and tells; where they are kept is not its business. */
export interface EndpointMemory {
  get(endpoint: string): EndpointFacts;
  put(endpoint: string, facts: Partial<EndpointFacts>): void;
}
