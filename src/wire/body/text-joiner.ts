/** Text put together from pieces: in linear time, and in little more memory than it takes, be they ever so many. */
export interface TextJoiner {
  push(piece: string): void;
  readonly length: number;
  /** Gives out what has come, and is empty again. */
  take(): string;
}

/** A byte a piece is what a hostile server sends, and a list of them takes many times their room. */
const PIECES_AT_ONCE = 1024;

export function createTextJoiner(): TextJoiner {
  let joined: string[] = [];
  let pieces: string[] = [];
  let length = 0;
  return {
    push(piece) {
      pieces.push(piece);
      length += piece.length;
      if (pieces.length === PIECES_AT_ONCE) {
        joined.push(pieces.join(""));
        pieces = [];
      }
    },
    get length() {
      return length;
    },
    take() {
      joined.push(pieces.join(""));
      const text = joined.join("");
      joined = [];
      pieces = [];
      length = 0;
      return text;
    },
  };
}
