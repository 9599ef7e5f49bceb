import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../fixtures/commands");

/** The lines of a fixture without remarks, with the signs for line ends and tabs put in their places. */
export function commandLines(name: string): string[] {
  return readFileSync(join(FOLDER, name), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "))
    .map((line) => line.replaceAll("⏎", "\n").replaceAll("⇥", "\t"));
}
