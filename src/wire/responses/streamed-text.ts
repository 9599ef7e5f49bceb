/**
 * What of a text has come as deltas. Servers say everything up to four times (delta, text done, part done, item done)
 * and leave out any of them; each whole is compared with what came, and only the rest counts.
 */
export interface StreamedText {
  add(delta: string): void;
  /** A part is complete: what of it is new. */
  endPart(text: string): string;
  /** The item is complete, its parts joined by the separator: what of it is new, separator included. */
  endItem(text: string): string;
  /** The next text is a part of its own. */
  startPart(): void;
  /** All that is known of it. */
  readonly parts: readonly string[];
}

export function createStreamedText(separator: string): StreamedText {
  const closed: string[] = [];
  let open = "";
  let isItemDone = false;

  function close(): void {
    if (open !== "") {
      closed.push(open);
      open = "";
    }
  }

  return {
    add(delta) {
      open += delta;
    },
    endPart(text) {
      // The part's own end says again what the text's end has said.
      if (text === "" || (open === "" && (isItemDone || closed.at(-1) === text))) {
        return "";
      }
      const rest = restOf(text, open);
      open += rest;
      close();
      return rest;
    },
    endItem(text) {
      close();
      if (isItemDone && closed.length > 0) {
        return "";
      }
      isItemDone = true;
      const rest = restOf(text, closed.join(separator));
      if (rest !== "") {
        closed.push(rest);
      }
      return rest;
    },
    startPart: close,
    get parts() {
      return open === "" ? closed : [...closed, open];
    },
  };
}

/** A whole that does not begin with what came is another telling of the same; what was shown stays. */
function restOf(whole: string, streamed: string): string {
  return whole.startsWith(streamed) ? whole.slice(streamed.length) : "";
}
