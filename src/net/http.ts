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
  /** Bytes as they arrive. Ends at the end of the body; throws TransportFailure when the connection breaks. */
  readonly body: AsyncGenerator<Uint8Array, void, void>;
  /** From now on the body may end at any moment: if nothing comes for so long, it counts as ended. */
  expectEnd(withinMs: number): void;
}

export interface HttpClient {
  /** Rejects with TransportFailure if no answer comes, or with the signal's reason when aborted. */
  post(request: HttpRequest): Promise<HttpResponse>;
  /** Closes idle connections, so that the process may end. */
  close(): void;
}
