/** Colour as SGR sequences, or nothing at all. Each piece resets itself, so that no other output is ever left coloured. */

const SGR = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  cyan: "36",
  magenta: "35",
  error: "1;31",
} as const;

export type Style = (name: keyof typeof SGR, text: string) => string;

export interface ColorFacts {
  readonly color: "always" | "never" | "auto";
  readonly noColor: boolean;
  readonly dumbTerminal: boolean;
  readonly isTerminal: boolean;
}

export function chooseStyle(facts: ColorFacts): Style {
  if (facts.color === "always") {
    return ansi;
  }
  const wanted = facts.color === "auto" && facts.isTerminal && !facts.noColor && !facts.dumbTerminal;
  return wanted ? ansi : plain;
}

const ansi: Style = (name, text) => `\x1b[${SGR[name]}m${text}\x1b[0m`;
const plain: Style = (_name, text) => text;
