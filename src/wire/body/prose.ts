/**
 * A body that is neither a stream nor JSON: a proxy's or a server's sentence, which came with 200 and would be
 * taken for an empty stream ("upstream connect error", "Internal Server Error").
 */
export interface Prose {
  push(bytes: Uint8Array): void;
  /** The sentence, if the body was one; undefined if a line in it can belong to a stream. */
  end(): string | undefined;
}

/** As much as an error shows of it. */
const MAX_LENGTH = 500;

export function createProse(): Prose {
  const utf8 = new TextDecoder();
  let head = "";
  return {
    push(bytes) {
      if (head.length < MAX_LENGTH) {
        head += utf8.decode(bytes.subarray(0, MAX_LENGTH), { stream: true });
      }
    },
    end() {
      const text = head.trim();
      return text === "" || STREAM_LINE.test(text) || isCut(text) ? undefined : text.slice(0, MAX_LENGTH);
    },
  };
}

const FIELDS = ["data", "event", "error", "id", "retry"];

const STREAM_LINE = new RegExp(`^(?:${FIELDS.join("|")})?:`, "m");

/** The first letters of a stream say nothing. */
function isCut(text: string): boolean {
  return FIELDS.some((field) => field.startsWith(text));
}
