/**
 * Paths of files as git knows them: relative to the workspace, with `/`, and bytes rather than text. A byte is one
 * character here (latin1), so that a name which is no UTF-8 survives.
 */
export type BytePath = string;

function toBytes(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}

export function fromText(text: string): BytePath {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** For people; not to be used as a path again. */
export function shown(path: BytePath): string {
  return toBytes(path).toString("utf8");
}

export function absolutePath(root: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), toBytes(path)]);
}

/** The folders on the way to it, outermost first. */
export function foldersOf(path: BytePath): BytePath[] {
  const folders: BytePath[] = [];
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    folders.push(path.slice(0, at));
  }
  return folders;
}

export function splitNul(bytes: Buffer): BytePath[] {
  const text = bytes.toString("latin1");
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

export function joinNul(paths: readonly BytePath[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
}
