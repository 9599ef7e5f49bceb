/** The signs leat draws itself, and what stands for them where the locale has no UTF-8. */

export interface Signs {
  readonly separator: string;
  /** Before a figure that is not exact. */
  readonly about: string;
  readonly ellipsis: string;
  readonly arrow: string;
  readonly minus: string;
  readonly range: string;
  readonly done: string;
  readonly current: string;
  readonly pending: string;
  readonly barStart: string;
  readonly barFull: string;
  readonly barEmpty: string;
  readonly barEnd: string;
}

/** Of a terminal that shows UTF-8, or of one that may not. */
export function signsFor(utf8: boolean): Signs {
  return utf8 ? UNICODE_SIGNS : ASCII_SIGNS;
}

const UNICODE_SIGNS: Signs = {
  separator: " · ",
  about: "≈",
  ellipsis: "…",
  arrow: "→",
  minus: "−",
  range: "–",
  done: "✓",
  current: "→",
  pending: "·",
  barStart: "▕",
  barFull: "█",
  barEmpty: "░",
  barEnd: "▏",
};

const ASCII_SIGNS: Signs = {
  separator: " | ",
  about: "~",
  ellipsis: "...",
  arrow: "->",
  minus: "-",
  range: "-",
  done: "x ",
  current: "->",
  pending: "- ",
  barStart: "[",
  barFull: "#",
  barEmpty: "-",
  barEnd: "]",
};
