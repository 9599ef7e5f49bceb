/** For a file of this size the whole of it is hardly longer than an edit, and can't fail to fit. */
const SHORT = { lines: 60, characters: 4_000 };

/** The way out for a model whose edits don't fit; undefined where its mistake may be a single one. */
export function adviceAfterFailure(file: {
  readonly text: string;
  /** In a row, this one included. */
  readonly failures: number;
  /** Already at the first failure, if the file is short. */
  readonly isFirstTold: boolean;
}): string | undefined {
  const { text, failures, isFirstTold } = file;
  const lines = text.split("\n", SHORT.lines + 2).length;
  const isShort = text.length <= SHORT.characters && lines <= SHORT.lines + 1;
  if (failures < 2) {
    return isShort && isFirstTold
      ? "The file is short: write_file with its whole new content will do, too."
      : undefined;
  }
  const before = `${failures} edits of this file in a row have failed.`;
  return isShort
    ? `${before} Replace it whole with write_file.`
    : `${before} Read the part in question again, or replace the whole file with write_file.`;
}
