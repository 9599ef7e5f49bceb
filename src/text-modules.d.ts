/** Markdown files are bundled as their text: tool descriptions and the system prompt are reviewed as prose. */
declare module "*.md" {
  const text: string;
  export default text;
}

/** So are Perl scripts: they are passed to `perl -e`. */
declare module "*.pl" {
  const text: string;
  export default text;
}
