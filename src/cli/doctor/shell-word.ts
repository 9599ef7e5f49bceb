/** A part of a word for a POSIX shell: text as it is, or a variable whose value the shell puts in. */
export type Piece = string | { readonly variable: string };

const PLAIN = /^[\w@%+=:,./-]+$/;

export function shellWord(...pieces: readonly Piece[]): string {
  const [only, ...others] = pieces;
  if (others.length === 0 && typeof only === "string") {
    return PLAIN.test(only) ? only : `'${only.replaceAll("'", `'\\''`)}'`;
  }
  if (pieces.every((piece) => typeof piece !== "string" || /^[^"$\\`!]*$/.test(piece))) {
    return `"${pieces.map((piece) => (typeof piece === "string" ? piece : `$${piece.variable}`)).join("")}"`;
  }
  return pieces
    .filter((piece) => piece !== "")
    .map((piece) =>
      typeof piece === "string" ? `'${piece.replaceAll("'", `'\\''`)}'` : `"$${piece.variable}"`,
    )
    .join("");
}
