// Bundles src/main.ts into dist/: main.js, lazy chunks, and the licences of what was bundled. Usage: build.mjs [--clean] [root]
// esbuild works in memory, so a failing build changes nothing; files are replaced one by one, so there is always a program to run.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

/** A running leat may still load its lazy chunks: stale files stay this long, unless `--clean` is given (as for a release). */
const STALE_AFTER_MS = 600_000;

const { values, positionals } = parseArgs({
  options: { clean: { type: "boolean", default: false } },
  allowPositionals: true,
});
const root = resolve(positionals[0] ?? ".");
const dist = join(root, "dist");

const startedAt = performance.now();
const files = await bundle();
if (files === undefined) {
  process.exitCode = 1;
} else {
  writeDist(files);
  removeStale(files, values.clean ? 0 : STALE_AFTER_MS);
  console.log(summary(files));
}

/** The files of dist by absolute path; undefined when the source does not build (esbuild has printed why). */
async function bundle() {
  /** @type {Map<string, Promise<Bundle>>} */
  const lazy = new Map();
  const program = await bundleOne("src/main.ts", "[name]", lazy).catch(tell);
  if (program === undefined) {
    return undefined;
  }
  const chunks = await Promise.all(lazy.values());
  for (const file of program.files) {
    file.contents = withShebang(file.contents);
  }
  const licences = {
    path: join(dist, "THIRD_PARTY_LICENSES"),
    contents: Buffer.from(thirdPartyLicences([program, ...chunks].flatMap(({ inputs }) => inputs))),
  };
  // main.js comes last: whoever starts it finds its chunks.
  return [licences, ...chunks.flatMap(({ files }) => files), ...program.files];
}

/**
 * One file a bundle, and a bundle for each lazy import. esbuild's own splitting would put what two bundles share
 * into files of their own, and every file more that Node has to load costs half a millisecond of start-up; what is
 * shared is small and without state, so it is better said twice.
 * @param {string} entry @param {string} entryNames @param {Map<string, Promise<Bundle>>} lazy
 * @returns {Promise<Bundle>}
 */
async function bundleOne(entry, entryNames, lazy) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: dist,
    entryNames,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // A .wasm file is copied as it comes in its package, and imported as the path of the copy.
    loader: { ".md": "text", ".pl": "text", ".wasm": "file" },
    assetNames: "chunks/[name]-[hash]",
    // Names stay as they are, so that a stack trace in a bug report can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    plugins: [lazyImports(entryNames === "[name]" ? "./chunks/" : "./", lazy)],
    logLevel: "warning",
    metafile: true,
    write: false,
  });
  const files = result.outputFiles.map(({ path, contents }) => ({ path, contents: Buffer.from(contents) }));
  const script = files.find(({ path }) => path.endsWith(".js"));
  return { name: basename(script?.path ?? ""), files, inputs: Object.keys(result.metafile.inputs) };
}

/**
 * Builds what is imported lazily first, because its name holds a hash of its contents.
 * @param {string} prefix @param {Map<string, Promise<Bundle>>} lazy
 * @returns {import("esbuild").Plugin}
 */
function lazyImports(prefix, lazy) {
  return {
    name: "lazy-imports",
    setup({ onResolve, resolve: resolveImport }) {
      onResolve({ filter: /./ }, async ({ kind, path, resolveDir, pluginData }) => {
        if (kind !== "dynamic-import" || path.startsWith("node:") || pluginData === "resolved") {
          return undefined;
        }
        const found = await resolveImport(path, { kind, resolveDir, pluginData: "resolved" });
        if (found.errors.length > 0) {
          return { errors: found.errors };
        }
        if (found.external) {
          return undefined;
        }
        const chunk = lazy.get(found.path) ?? bundleOne(found.path, "chunks/[name]-[hash]", lazy);
        lazy.set(found.path, chunk);
        return { path: `${prefix}${(await chunk).name}`, external: true };
      });
    },
  };
}

/** Mistakes in the source esbuild has printed already. @param {Error & { errors?: unknown }} error */
function tell(error) {
  if (error.errors === undefined) {
    console.error(error);
  }
  return undefined;
}

/** @typedef {{ path: string, contents: Buffer }} DistFile */
/** @typedef {{ name: string, files: DistFile[], inputs: string[] }} Bundle */

/** @param {Buffer} contents */
function withShebang(contents) {
  const code = contents.toString().replace(/^#!.*\n/, "");
  return Buffer.from(`#!/usr/bin/env node\n${code}`);
}

/** @param {string[]} inputs paths of all files that were bundled */
function thirdPartyLicences(inputs) {
  const folders = inputs.flatMap((input) => {
    const match = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input);
    return match === null ? [] : [join(root, match[0])];
  });
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `License: ${license}` : readFileSync(join(folder, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `leat contains these packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** Files that did not change are not touched: two builds of one source at the same time do not disturb each other. @param {DistFile[]} built */
function writeDist(built) {
  for (const { path, contents } of built) {
    if (existsSync(path) && readFileSync(path).equals(contents)) {
      continue;
    }
    const temporary = `${path}.${process.pid}.tmp`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, contents);
    if (path.endsWith("main.js")) {
      chmodSync(temporary, 0o755);
    }
    renameSync(temporary, path);
  }
}

/** @param {DistFile[]} built @param {number} olderThanMs */
function removeStale(built, olderThanMs) {
  const current = new Set(built.map(({ path }) => path));
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || current.has(path)) {
      continue;
    }
    const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modifiedMs >= olderThanMs) {
      rmSync(path, { force: true });
    }
  }
}

/** @param {DistFile[]} built */
function summary(built) {
  const chunks = built.filter(({ path }) => relative(dist, path).startsWith("chunks"));
  const start = built.find(({ path }) => path === join(dist, "main.js"))?.contents.length ?? 0;
  const all = built.reduce((sum, { contents }) => sum + contents.length, 0);
  const elapsedMs = Math.round(performance.now() - startedAt);
  const counted = `${chunks.length} ${chunks.length === 1 ? "chunk" : "chunks"}`;
  return `build: main.js ${kilobytes(start)}, ${counted}, ${kilobytes(all)} in all, ${elapsedMs} ms`;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
