import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Instructions a user keeps for agents: the home's AGENTS.md, then the project's, from its root down to the cwd. */
export interface ProjectDocsOptions {
  readonly home: string;
  /** Absolute, symlinks resolved. */
  readonly cwd: string;
  /** The folder that holds `.git`; undefined outside a repository, where only the cwd is looked at. */
  readonly repositoryRoot: string | undefined;
  /** Bytes of project text in all; 0 leaves the project's files out. */
  readonly maxBytes: number;
  /** Names tried in each folder after AGENTS.md. */
  readonly fallbackNames: readonly string[];
  /** Absolute paths of files and folders with secrets: a link to or into one, planted in a repository, is passed over. */
  hiddenPaths(): readonly string[];
}

/** The instructions as Codex joins them, and whether the byte limit cut some of them off. */
export interface ProjectDocs {
  readonly text: string | undefined;
  readonly truncated: boolean;
}

export function readProjectDocs(options: ProjectDocsOptions): ProjectDocs {
  const global = readText(join(options.home, "AGENTS.md"))?.trim();
  const project = readProject(options);
  const parts = [global, project.text].filter((part) => part !== undefined && part !== "");
  return {
    text: parts.length === 0 ? undefined : parts.join("\n\n--- project-doc ---\n\n"),
    truncated: project.truncated,
  };
}

function readProject(options: ProjectDocsOptions): { text: string | undefined; truncated: boolean } {
  let remaining = options.maxBytes;
  let truncated = false;
  const texts: string[] = [];
  for (const folder of remaining > 0 ? foldersDownTo(options) : []) {
    const bytes = firstFile(folder, options);
    if (bytes === undefined) {
      continue;
    }
    if (bytes.length > remaining) {
      truncated = true;
    }
    // Cutting inside a character would leave half of it; the decoder's mark for it is taken off again.
    const text = bytes
      .subarray(0, remaining)
      .toString("utf8")
      .replace(/\uFFFD$/, "");
    remaining -= Math.min(remaining, bytes.length);
    if (text.trim() !== "") {
      texts.push(text);
    }
  }
  return { text: texts.length === 0 ? undefined : texts.join("\n\n"), truncated };
}

function foldersDownTo({ cwd, repositoryRoot }: ProjectDocsOptions): string[] {
  const folders = [cwd];
  if (repositoryRoot === undefined) {
    return folders;
  }
  for (let current = cwd; current !== repositoryRoot && dirname(current) !== current; ) {
    current = dirname(current);
    folders.unshift(current);
  }
  return folders;
}

function firstFile(folder: string, options: ProjectDocsOptions): Buffer | undefined {
  for (const name of ["AGENTS.md", ...options.fallbackNames]) {
    const path = join(folder, name);
    try {
      // In a hostile repository it may be a link to a device that never ends, or to the user's keys.
      if (statSync(path).isFile() && !leadsToSecret(path, options)) {
        return readFileSync(path);
      }
    } catch {
      // Not there, or not readable: the next name counts, as in Codex.
    }
  }
  return undefined;
}

/** Most are plain files where they seem to be; only of a link is more to be found out. */
function leadsToSecret(path: string, options: ProjectDocsOptions): boolean {
  const real = realpathSync(path);
  const isPlain = real === join(realpathSync(dirname(path)), basename(path));
  return (
    !isPlain &&
    options
      .hiddenPaths()
      .map(realPathOf)
      .some((hidden) => real === hidden || real.startsWith(`${hidden}/`))
  );
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
