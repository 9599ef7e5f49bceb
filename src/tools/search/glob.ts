const MAX_GLOBS = 32;
const MAX_GLOB_LENGTH = 500;

/**
 * The globs of a model as all engines read them: without braces, relative to the folder that is searched. A model counts from
 * the working directory or from that folder as it likes, or names the whole path. undefined: this is no glob.
 */
export function readGlobs(
  glob: string,
  folder: { readonly absolute: string; readonly shown: string },
): string[] | undefined {
  if (glob.length > MAX_GLOB_LENGTH || glob.includes("\0")) {
    return undefined;
  }
  const excludes = glob.startsWith("!");
  const globs = expandBraces(excludes ? glob.slice(1) : glob).map((part) => {
    const inner = withoutFolder(part, folder);
    return `${excludes ? "!" : ""}${inner}`;
  });
  return globs.some((part) => part === "" || part === "!") ? undefined : globs;
}

function withoutFolder(
  glob: string,
  { absolute, shown }: { readonly absolute: string; readonly shown: string },
): string {
  const plain = glob.replace(/^(?:\.\/)+/, "");
  for (const prefix of [`${absolute}/`, `${shown}/`]) {
    if (plain.startsWith(prefix)) {
      return plain.slice(prefix.length);
    }
  }
  return plain.replace(/^\/+/, "");
}

/** `*.{ts,tsx}`: only some of the programs know it. Inner braces first, so that all are expanded in the end. */
function expandBraces(glob: string): string[] {
  const done: string[] = [];
  const open = [glob];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const braces = /\{([^{}]*)\}/.exec(next);
    if (braces === null || done.length + open.length >= MAX_GLOBS) {
      done.push(next);
      continue;
    }
    const { 0: whole, 1: inner = "", index } = braces;
    const before = next.slice(0, index);
    const after = next.slice(index + whole.length);
    open.push(...inner.split(",", MAX_GLOBS).map((part) => before + part + after));
  }
  return [...new Set(done)];
}
