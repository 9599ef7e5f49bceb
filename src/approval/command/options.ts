/** Questions about options that hold for most programs. */

/** Programs of GNU and git take the beginning of a long option for the whole: `--out` is `--output`. */
export function mayBeLong(word: string, option: string): boolean {
  const name = word.split("=", 1)[0] ?? "";
  return name.length > 2 && (option.startsWith(name) || name === option);
}

/** Is the letter among the short options of this word? Also said of a value that is glued to its option. */
export function hasLetter(word: string, letter: string): boolean {
  return /^-[^-]/.test(word) && word.includes(letter);
}

/** Words before a `--` that look like options. */
export function optionsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).filter((word) => word.startsWith("-") && word.length > 1);
}

export function operandsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const after = end === -1 ? [] : args.slice(end + 1);
  return [...before.filter((word) => !word.startsWith("-") || word === "-"), ...after];
}
