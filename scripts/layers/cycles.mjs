// Import cycles between files, each as the shortest closed path.

/**
 * One cycle for each group of files that reach one another: mending one shows the next.
 * @param {ReadonlyMap<string, readonly string[]>} graph file → files it imports
 * @returns {string[][]} each path begins and ends with the same file
 */
export function findCycles(graph) {
  /** @type {Set<string>} */
  const reported = new Set();
  const cycles = [];
  for (const file of [...graph.keys()].sort()) {
    if (reported.has(file)) {
      continue;
    }
    const cycle = shortestWayBack(graph, file);
    if (cycle === undefined) {
      continue;
    }
    for (const member of filesThatReachOneAnother(graph, file)) {
      reported.add(member);
    }
    cycles.push(cycle);
  }
  return cycles;
}

/** @param {ReadonlyMap<string, readonly string[]>} graph @param {string} start */
function shortestWayBack(graph, start) {
  /** @type {string[][]} */
  let paths = [[start]];
  const seen = new Set();
  while (paths.length > 0) {
    const longer = [];
    for (const path of paths) {
      for (const next of graph.get(path.at(-1) ?? start) ?? []) {
        if (next === start) {
          return [...path, start];
        }
        if (seen.has(next)) {
          continue;
        }
        seen.add(next);
        longer.push([...path, next]);
      }
    }
    paths = longer;
  }
  return undefined;
}

/** @param {ReadonlyMap<string, readonly string[]>} graph @param {string} start */
function filesThatReachOneAnother(graph, start) {
  const below = reachable(graph, start);
  return [...below].filter((file) => reachable(graph, file).has(start));
}

/** @param {ReadonlyMap<string, readonly string[]>} graph @param {string} start */
function reachable(graph, start) {
  /** @type {Set<string>} */
  const found = new Set();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const next of graph.get(file) ?? []) {
      if (found.has(next)) {
        continue;
      }
      found.add(next);
      open.push(next);
    }
  }
  return found;
}
