/** What of git throws away work that no commit holds, or history that others share. */
import { gitCommand } from "./git-arguments.ts";
import { hasLetter, mayBeLong, optionsOf } from "./options.ts";

/** All that differs, at once. */
const EVERYTHING = new Set([".", "./", "*", ":/", ":/*", ":", "..", ":(top)"]);

export function gitDanger(args: readonly string[]): string | undefined {
  const { name, rest } = gitCommand(args);
  const options = optionsOf(rest);
  const has = (letter: string, long: string) =>
    options.some((word) => hasLetter(word, letter) || mayBeLong(word, long));
  switch (name) {
    // Codex's own two, whatever their options are.
    case "reset":
    case "rm":
      return `git ${name}`;
    case "clean":
      return has("f", "--force") && !has("n", "--dry-run") ? "git clean -f" : undefined;
    case "checkout":
      return has("f", "--force") || rest.some((word) => EVERYTHING.has(word))
        ? "git checkout of all changes"
        : undefined;
    case "switch":
      return has("f", "--force") || options.some((word) => mayBeLong(word, "--discard-changes"))
        ? "git switch --force"
        : undefined;
    case "restore": {
      const onlyIndex = has("S", "--staged") && !has("W", "--worktree");
      return !onlyIndex && rest.some((word) => EVERYTHING.has(word))
        ? "git restore of all changes"
        : undefined;
    }
    case "push":
      return pushDanger(rest, options);
    case "branch":
      return options.some((word) => hasLetter(word, "D")) || (has("d", "--delete") && has("f", "--force"))
        ? "git branch -D"
        : undefined;
    case "stash":
      return rest[0] === "drop" || rest[0] === "clear" ? `git stash ${rest[0]}` : undefined;
    case "reflog":
      return rest[0] === "expire" || rest[0] === "delete" ? `git reflog ${rest[0]}` : undefined;
    case "filter-branch":
    case "filter-repo":
      return `git ${name}`;
    case "update-ref":
      return has("d", "--delete") || options.includes("--stdin") ? "git update-ref -d" : undefined;
    case "worktree":
      return rest[0] === "remove" && has("f", "--force") ? "git worktree remove --force" : undefined;
    default:
      return undefined;
  }
}

function pushDanger(rest: readonly string[], options: readonly string[]): string | undefined {
  const forced = options.find(
    (word) =>
      /^--(?:force|mirror|prune)/.test(word) || /^-[a-z]*[fd]/i.test(word) || mayBeLong(word, "--delete"),
  );
  const refspec = rest.slice(1).find((word) => /^\+.|^:./.test(word));
  if (forced === undefined && refspec === undefined) {
    return undefined;
  }
  return refspec === undefined ? `git push ${forced?.split("=", 1)[0]}` : `git push ${refspec}`;
}
