/** What the rest of leat sees of HTTP: one request, one streamed answer. */

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborting destroys the socket at once, which is how a local server learns that it may stop. */
  readonly signal: AbortSignal;
  /** Longest silence between two reads, headers included, in milliseconds; undefined waits for ever. */
  readonly idleTimeoutMs: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of a repeated header, the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /**
   * Hands over the bytes of the body, decompressed, in the moment they arrive. To be called once. Resolves at the end
   * of the body or when `take` has had enough; rejects with TransportFailure when the connection breaks, with the
   * signal's reason when aborted, and with whatever `take` throws.
   */
  read(take: (bytes: Uint8Array) => "more" | "enough"): Promise<void>;
  /** The body may end at any moment, and counts as ended after so long, whatever comes; the last call counts. */
  expectEnd(withinMs: number): void;
}

export interface HttpClient {
  /** Rejects with TransportFailure if no answer comes, or with the signal's reason when aborted. */
  post(request: HttpRequest): Promise<HttpResponse>;
  /** The same without a body, for what a server tells of itself. */
  get(request: Omit<HttpRequest, "body">): Promise<HttpResponse>;
  /** Closes idle connections, so that the process may end. */
  close(): void;
}
