/** What a server tells of a download, decoded. */

/** In bytes, of all parts together. */
export interface PullProgress {
  readonly doneBytes: number;
  /** Grows while further parts are announced. */
  readonly totalBytes: number;
  /** As the server measures it. */
  readonly bytesPerSecond?: number;
}

export type PullEvent =
  | { readonly type: "progress"; readonly progress: PullProgress }
  | { readonly type: "stage"; readonly text: string }
  | { readonly type: "succeeded" }
  | { readonly type: "failed"; readonly message: string };
