/** Knows whether the text that was given out ends inside a code fence that follows prose. */
export interface FenceTracker {
  note(text: string): void;
  readonly quotes: boolean;
}

export function createFenceTracker(): FenceTracker {
  let fence: { readonly mark: string; readonly followsProse: boolean } | undefined;
  let hasProse = false;
  /** The beginning of the present line; a fence shows in its first characters. */
  let line = "";

  function note(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      extendLine(text.slice(start, end));
      endLine();
      start = end + 1;
    }
    extendLine(text.slice(start));
  }

  function extendLine(text: string): void {
    if (line.length < MAX_LINE_START) {
      line += text.slice(0, MAX_LINE_START - line.length);
    }
  }

  function endLine(): void {
    const after = afterLine();
    hasProse ||= line.trim() !== "" && fence === undefined && after === undefined;
    fence = after;
    line = "";
  }

  function afterLine(): typeof fence {
    const match = /^[ \t>]*(`{3,}|~{3,})([^\n]*)$/.exec(line);
    const mark = match?.[1];
    const info = match?.[2] ?? "";
    if (mark === undefined) {
      return fence;
    }
    if (fence === undefined) {
      // Backticks after backticks are inline code.
      return mark.startsWith("`") && info.includes("`") ? undefined : { mark, followsProse: hasProse };
    }
    return mark.startsWith(fence.mark) && info.trim() === "" ? undefined : fence;
  }

  return {
    note,
    get quotes() {
      return (fence ?? afterLine())?.followsProse === true;
    },
  };
}

const MAX_LINE_START = 200;
