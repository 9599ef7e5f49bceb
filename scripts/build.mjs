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
import { dirname, join, relative, resolve } from "node:path";
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
if (files === undefined) process.exitCode = 1;
else {
  writeDist(files);
  removeStale(files, values.clean ? 0 : STALE_AFTER_MS);
  console.log(summary(files));
}

/** The files of dist by absolute path; undefined when the source does not build (esbuild has printed why). */
async function bundle() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { main: "src/main.ts" },
    outdir: dist,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    loader: { ".md": "text" },
    // Names stay as they are, so that a stack trace in a bug report can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    plugins: [nodeForCommonJs()],
    logLevel: "warning",
    metafile: true,
    write: false,
  }).catch(() => undefined);
  if (result === undefined) return undefined;

  const outputs = result.outputFiles.map(({ path, contents }) => ({ path, contents: Buffer.from(contents) }));
  const program = outputs.find(({ path }) => path === join(dist, "main.js"));
  if (program !== undefined) program.contents = withShebang(program.contents);
  const licences = {
    path: join(dist, "THIRD_PARTY_LICENSES"),
    contents: Buffer.from(thirdPartyLicences(result.metafile)),
  };
  // main.js comes last: whoever starts it finds its chunks.
  return [
    licences,
    ...outputs.filter((file) => file !== program),
    ...(program === undefined ? [] : [program]),
  ];
}

/** @typedef {{ path: string, contents: Buffer }} DistFile */

/**
 * CommonJS packages call require() for Node's modules, which an ES module does not have. `process.getBuiltinModule` (Node 20.16)
 * costs nothing; a createRequire banner would stand in every chunk.
 * @returns {import("esbuild").Plugin}
 */
function nodeForCommonJs() {
  return {
    name: "node-for-commonjs",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:|^[a-z_]+(\/promises)?$/ }, ({ kind, path }) => {
        if (kind !== "require-call") return undefined;
        const name = path.startsWith("node:") ? path : `node:${path}`;
        return process.getBuiltinModule(name) === undefined
          ? undefined
          : { path: name, namespace: "node-for-commonjs" };
      });
      onLoad({ filter: /.*/, namespace: "node-for-commonjs" }, ({ path }) => ({
        // commander only starts processes for subcommands that are programs of their own; loading the module costs start-up time.
        contents:
          path === "node:child_process"
            ? `exports.spawn = (...all) => process.getBuiltinModule("${path}").spawn(...all);`
            : `module.exports = process.getBuiltinModule("${path}");`,
        loader: "js",
      }));
    },
  };
}

/** @param {Buffer} contents */
function withShebang(contents) {
  const code = contents.toString().replace(/^#!.*\n/, "");
  return Buffer.from(`#!/usr/bin/env node\n${code}`);
}

/** @param {import("esbuild").Metafile} metafile */
function thirdPartyLicences(metafile) {
  const folders = Object.keys(metafile.inputs).flatMap((input) => {
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
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    const temporary = `${path}.${process.pid}.tmp`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, contents);
    if (path.endsWith("main.js")) chmodSync(temporary, 0o755);
    renameSync(temporary, path);
  }
}

/** @param {DistFile[]} built @param {number} olderThanMs */
function removeStale(built, olderThanMs) {
  const current = new Set(built.map(({ path }) => path));
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || current.has(path)) continue;
    const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modifiedMs >= olderThanMs) rmSync(path, { force: true });
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
