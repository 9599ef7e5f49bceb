/**
 * What a terminal would show of a command's output, as plain text: no escape sequences, no other control
 * characters, and of a line that was overwritten (progress bars) only its last state.
 */
export function plainTerminalText(text: string): string {
  // Nearly all output is clean; one scan spares it the rest.
  if (!CONTROLS.test(text)) {
    return text;
  }
  return text
    .replace(CONTROL_STRINGS, "")
    .replace(CONTROL_SEQUENCES, "")
    .replace(OTHER_ESCAPES, "")
    .split("\n")
    .map(lastState)
    .join("\n");
}

/** C0 but tab and newline, DEL, and C1. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const CONTROLS_ALL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * OSC (ends at BEL too), DCS, SOS, PM and APC, as far as they are terminated: else they would eat the rest. No
 * introducer may lie within, which also keeps the search linear over output made of nothing else.
 */
const CONTROL_STRINGS =
  /(?:\x1b\]|\x9d)[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x90\x98\x9c-\x9f]*(?:\x1b\\|\x9c)/g;

/** CSI: parameters, intermediates, one final character. */
const CONTROL_SEQUENCES = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g;

/** Charset choices and single-character functions; the introducers of unterminated strings go with them. */
const OTHER_ESCAPES = /\x1b[ -/]*[0-~]/g;

function lastState(line: string): string {
  if (!CONTROLS.test(line)) {
    return line;
  }
  // The return of a CRLF only leaves an empty state behind.
  const states = line.split("\r").filter((state) => state !== "");
  return erase(states.at(-1) ?? "").replace(CONTROLS_ALL, "");
}

/** Backspace takes the character before it: `man` prints bold and underline that way. */
function erase(line: string): string {
  if (!line.includes("\b")) {
    return line;
  }
  const kept: string[] = [];
  for (const character of line) {
    if (character === "\b") {
      kept.pop();
    } else {
      kept.push(character);
    }
  }
  return kept.join("");
}
