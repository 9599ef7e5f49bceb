/** Where in a git command line the subcommand stands. */

const VALUE_OPTIONS = new Set([
  "-C",
  "-c",
  "--git-dir",
  "--work-tree",
  "--namespace",
  "--super-prefix",
  "--config-env",
  "--attr-source",
]);

export interface GitCommand {
  /** What stands before the subcommand. */
  readonly globals: readonly string[];
  readonly name: string | undefined;
  readonly rest: readonly string[];
}

export function gitCommand(args: readonly string[]): GitCommand {
  let index = 0;
  while (index < args.length && args[index]?.startsWith("-")) {
    index += VALUE_OPTIONS.has(args[index] ?? "") ? 2 : 1;
  }
  return { globals: args.slice(0, index), name: args[index], rest: args.slice(index + 1) };
}
