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

/** WebAssembly files are copied beside the bundle; the import is their place, to be read against `import.meta.url`. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
