/** What the process is given, as one value, so that commands can be run by a test or by one another. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The user's home folder, from the system. */
  readonly userHome: string;
  /** A function, because Node takes time to open the stream even if nobody reads it. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** First interrupt (Ctrl-C, SIGTERM): aborts what is under way. A second one ends the process in `main.ts`. */
  readonly interrupt: AbortSignal;
}

/** A stream as far as commands use it. */
export interface OutputStream {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean | undefined;
  /** The file descriptor, of a stream of the process. */
  readonly fd?: number | undefined;
  /** Bytes that wait because the reader is slow. */
  readonly writableLength?: number | undefined;
  readonly columns?: number | undefined;
}
