/**
 * Where a call leads in truth, symbolic links followed. The user approves that and nothing else: a command that runs in
 * the background can change a link between the question and the deed, or long after an approval for the session.
 */
import { landingPlace, type Sandbox } from "../sandbox/index.ts";
import type { CallEffect } from "../tools/index.ts";

export function landedEffect(effect: CallEffect): CallEffect {
  switch (effect.kind) {
    case "none":
      return effect;
    case "write":
      return { ...effect, paths: [...new Set(effect.paths.map(landing))] };
    case "command":
      return { ...effect, cwd: landing(effect.cwd) };
    default:
      return effect satisfies never;
  }
}

/** Tools may write there and nowhere else. */
export function onlyAt(places: readonly string[], sandbox: Sandbox): Sandbox {
  return {
    ...sandbox,
    checkWrite: (path) =>
      places.includes(landing(path)) ? { allowed: true } : { allowed: false, reason: "outside" },
  };
}

/** A loop of links leads nowhere. */
function landing(path: string): string {
  return landingPlace(path) ?? path;
}
