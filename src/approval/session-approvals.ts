/** What the user has approved for as long as this session lasts. */
import { startsWith } from "./rules.ts";
import type { Command, Place } from "./verdict.ts";

export interface SessionApprovals {
  addCommand(command: Command, place: Place): void;
  addPrefix(prefix: readonly string[], place: Place): void;
  addPaths(paths: readonly string[], place: Place): void;
  /** Where this very command may run. */
  commandPlace(command: Command): Place | undefined;
  /** Where a command with these words may run. */
  prefixPlace(words: readonly string[]): Place | undefined;
  /** Where all of these may be written. */
  pathsPlace(paths: readonly string[]): Place | undefined;
}

export function createSessionApprovals(): SessionApprovals {
  const commands = new Map<string, Place>();
  const paths = new Map<string, Place>();
  const prefixes: { readonly prefix: readonly string[]; readonly place: Place }[] = [];
  return {
    addCommand: (command, place) => widen(commands, keyOf(command), place),
    addPrefix: (prefix, place) => prefixes.push({ prefix, place }),
    addPaths: (approved, place) => {
      for (const path of approved) {
        widen(paths, path, place);
      }
    },
    commandPlace: (command) => commands.get(keyOf(command)),
    prefixPlace: (words) =>
      widest(prefixes.filter(({ prefix }) => startsWith(words, prefix)).map(({ place }) => place)),
    pathsPlace: (wanted) => narrowest(wanted.map((path) => paths.get(path))),
  };
}

/** The same words mean something else in another folder. */
function keyOf({ argv, cwd }: Command): string {
  return JSON.stringify([cwd, ...argv]);
}

/** Who may leave the sandbox may also stay in it; a narrower approval takes nothing back. */
function widen(places: Map<string, Place>, key: string, place: Place): void {
  if (places.get(key) !== "outside") {
    places.set(key, place);
  }
}

function widest(places: readonly Place[]): Place | undefined {
  return places.includes("outside") ? "outside" : places[0];
}

function narrowest(places: readonly (Place | undefined)[]): Place | undefined {
  if (places.length === 0 || places.includes(undefined)) {
    return undefined;
  }
  return places.includes("sandbox") ? "sandbox" : "outside";
}
