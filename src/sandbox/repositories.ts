/** Git repositories below the top of a folder: git runs code from them as well, and enters submodules by itself. */
import { type Dirent, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDirectory, readSmallFile, realPath } from "./disk.ts";
import { contains } from "./policy.ts";

/** Bounds of the search: it goes on in breadth, so what lies near the top is found. The time is for disks that hardly answer. */
const LIMITS = { folders: 2000, milliseconds: 1000, depth: 6, repositories: 64 } as const;

/** Large, and made anew by package managers. */
const PASSED_OVER = new Set([".git", ".codex", "node_modules", ".venv", "target", "__pycache__"]);

/** Real paths of the folders that hold a `.git`, and of submodules also where they do not yet. */
export function findRepositories(root: string): string[] {
  const found = new Set<string>(submodules(root));
  const deadline = performance.now() + LIMITS.milliseconds;
  let level = [root];
  let visited = 0;
  for (let depth = 0; depth < LIMITS.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      visited += 1;
      if (visited > LIMITS.folders || performance.now() > deadline) {
        return [...found].slice(0, LIMITS.repositories);
      }
      const entries = entriesOf(folder);
      if (folder !== root && entries.some(({ name }) => name === ".git")) {
        found.add(folder);
        for (const path of submodules(folder)) {
          found.add(path);
        }
      }
      for (const entry of entries) {
        if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) {
          next.push(join(folder, entry.name));
        }
      }
    }
    level = next;
  }
  return [...found].slice(0, LIMITS.repositories);
}

/** Existing folders that `.gitmodules` names; only inside the repository, whatever it says. */
function submodules(repository: string): string[] {
  const text = readSmallFile(join(repository, ".gitmodules")) ?? "";
  return [...text.matchAll(/^\s*path\s*=\s*"?([^"\n]+?)"?\s*$/gm)].flatMap(([, path = ""]) => {
    const real = realPath(resolve(repository, path));
    const isInside = real !== undefined && real !== repository && contains(repository, real);
    return isInside && isDirectory(real) ? [real] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
