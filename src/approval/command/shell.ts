/** Which argument vectors are a shell with a script. */
import { basename } from "node:path";

const SHELLS = new Set(["bash", "sh", "dash", "zsh", "ksh", "mksh", "ash", "fish"]);
/** Shells that read what is plain to us in the same way, where the system keeps them. */
const TRUSTED_SHELL = /^(?:(?:\/usr\/local|\/opt\/homebrew|\/usr)?\/bin\/)?(?:bash|sh|dash|zsh)$/;

export function isShell(program: string): boolean {
  return SHELLS.has(basename(program));
}

/**
 * The script of `bash -c script` and `bash -lc script`, and nothing else: an option more may change how it is read. A
 * script that begins with `-` or `+` is taken for options.
 */
export function wholeScript(argv: readonly string[]): string | undefined {
  const [program = "", flag, script, ...more] = argv;
  if (!TRUSTED_SHELL.test(program) || (flag !== "-c" && flag !== "-lc") || more.length > 0) {
    return undefined;
  }
  return script === undefined || /^[-+]/.test(script) ? undefined : script;
}
