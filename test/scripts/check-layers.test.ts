import { expect, test } from "vitest";
import { checkTree, LAW } from "../../scripts/check-layers.mjs";

type Files = Record<string, string>;

const clean: Files = {
  "src/main.ts": `import { run } from "./cli/index.ts";\nprocess.exitCode = run(process.argv, process.env);\n`,
  "src/text-modules.d.ts": `declare module "*.md" {\n  const text: string;\n  export default text;\n}\n`,
  "src/cli/index.ts": `import { Command } from "commander";
import { request } from "../net/index.ts";
import type { Item } from "../protocol/index.ts";
export function run(argv: string[]): number {
  const later = async (): Promise<unknown> => import("../practice/index.ts");
  return argv.length + [Command, request, later].length;
}
`,
  "src/net/index.ts": `export { request } from "./http.ts";\nexport type { Options } from "./http.ts";\n`,
  "src/net/http.ts": `import { request as open } from "node:http";
export interface Options { fetch(url: string): Promise<void>; }
export const request = open;
`,
  "src/practice/index.ts": `import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Item } from "../protocol/index.ts";
export const serve = (item: Item): unknown => createServer;
`,
  "src/protocol/index.ts": `export type { Item } from "./item.ts";\nexport interface Event { type: "text" }\n`,
  "src/protocol/item.ts": `export type Item = { text: string };\n`,
  "src/sandbox/index.ts": `export { spawnConfined } from "./spawn.ts";\n`,
  "src/sandbox/spawn.ts": `import { spawn } from "node:child_process";\nexport const spawnConfined = spawn;\n`,
  "src/tools/index.ts": `import text from "./read-file/description.md";
import { spawnConfined } from "../sandbox/index.ts";
// import { run } from "../agent/index.ts"; process.env; fetch("x");
const note = "import { a } from '../cli/index.ts'";
const page = \`process.env \${spawnConfined.name} fetch("\${"}"}") import("x")\`;
const pattern = /["'\`]process.env/;
export const describe = (): string => text + note + page + pattern + spawnConfined.process.env;
`,
};

function check(extra: Files, law = LAW): string[] {
  const files = new Map(Object.entries({ ...clean, ...extra }));
  const { findings } = checkTree({ files, packages: ["commander"], law });
  return findings.map(
    ({ file, line, rule, text, level }) => `${level} ${file}:${line} ${rule}: ${text.split(":")[0]}`,
  );
}

test("a clean tree has no findings", () => {
  expect(check({})).toEqual([]);
});

const exported = (count: number): string => Array.from({ length: count }, (_, i) => `v${i}`).join(", ");

const cases: { name: string; files: Files; found: string[] }[] = [
  {
    name: "a module imports one that its row does not list",
    files: { "src/wire/index.ts": `import { spawnConfined } from "../sandbox/index.ts";\n` },
    found: ["error src/wire/index.ts:1 layer: wire may not import sandbox (only protocol, net)"],
  },
  {
    name: "types count as imports",
    files: { "src/net/index.ts": `\nimport type { A } from "../cli/index.ts";\n` },
    found: [
      "error src/cli/index.ts:2 cycle: src/cli/index.ts → src/net/index.ts → src/cli/index.ts",
      "error src/net/index.ts:2 layer: net may not import cli (only protocol)",
    ],
  },
  {
    name: "a re-export is an import",
    files: { "src/exec/index.ts": `export { request } from "../net/index.ts";\n` },
    found: ["error src/exec/index.ts:1 layer: exec may not import net (only protocol, figures, agent)"],
  },
  {
    name: "a lazy import and a type of an import() are imports",
    files: {
      "src/exec/index.ts": `type A = import("../net/index.ts").A;\nawait import(\`../cli/index.ts\`);\n`,
    },
    found: [
      "error src/exec/index.ts:1 layer: exec may not import net (only protocol, figures, agent)",
      "error src/exec/index.ts:2 layer: exec may not import cli (only protocol, figures, agent)",
    ],
  },
  {
    name: "a module that the table does not know",
    files: { "src/memory/index.ts": "", "src/notes.ts": "" },
    found: [
      "error src/memory/index.ts:1 layer: memory is not in the import table",
      "error src/notes.ts:1 layer: src/notes.ts is not in the import table",
    ],
  },
  {
    name: "protocol imports nothing",
    files: {
      "src/protocol/item.ts": `import type { Stats } from "node:fs";\nimport type { Command } from "commander";\n`,
    },
    found: [
      "error src/protocol/item.ts:1 layer: protocol may import nothing, not even node",
      "error src/protocol/item.ts:2 layer: protocol may import no package, not even commander",
    ],
  },
  {
    name: "practice imports no package",
    files: { "src/practice/script.ts": `import { Command } from "commander";\n` },
    found: ["error src/practice/script.ts:1 layer: practice may import no package, not even commander"],
  },
  {
    name: "a cycle inside a module, types included, is one finding",
    files: {
      "src/wire/a.ts": `import { b } from "./b.ts";\n`,
      "src/wire/b.ts": `\nimport type { c } from "./chat/c.ts";\n`,
      "src/wire/chat/c.ts": `export { a } from "../a.ts";\n`,
    },
    found: [
      "error src/wire/a.ts:1 cycle: src/wire/a.ts → src/wire/b.ts → src/wire/chat/c.ts → src/wire/a.ts",
    ],
  },
  {
    name: "another module is reached past its index.ts",
    files: { "src/wire/chat/a.ts": `import { request } from "../../net/http.ts";\n` },
    found: ["error src/wire/chat/a.ts:1 face: src/net/http.ts is inside net"],
  },
  {
    name: "main.ts is imported",
    files: { "src/cli/index.ts": `import "../main.ts";\n` },
    found: [
      "error src/cli/index.ts:1 face: src/main.ts is the composition root",
      "error src/cli/index.ts:1 cycle: src/cli/index.ts → src/main.ts → src/cli/index.ts",
    ],
  },
  {
    name: "connections outside net",
    files: {
      "src/wire/a.ts": `import { request } from "https";
import type { Socket } from "node:net";
export const a = async (): Promise<unknown> => fetch(request.name);
export const b = [new WebSocket("ws://127.0.0.1"), globalThis.fetch];
export const own = { fetch(url: string): string { return url; } };
own.fetch("x");
`,
    },
    found: [
      "error src/wire/a.ts:1 connect: node",
      "error src/wire/a.ts:2 connect: node",
      "error src/wire/a.ts:3 connect: fetch",
      "error src/wire/a.ts:4 connect: WebSocket",
      "error src/wire/a.ts:4 connect: fetch",
    ],
  },
  {
    name: "practice serves and never asks",
    files: {
      "src/practice/a.ts": `import { createServer, request } from "node:http";\n`,
      "src/practice/b.ts": `import * as http from "node:http";\n`,
      "src/practice/c.ts": `import { connect } from "node:net";\n`,
    },
    found: [
      "error src/practice/a.ts:1 connect: node",
      "error src/practice/b.ts:1 connect: node",
      "error src/practice/c.ts:1 connect: node",
    ],
  },
  {
    name: "a process started outside spawn.ts",
    files: { "src/sandbox/linux.ts": `import { execFile } from "node:child_process";\n` },
    found: ["error src/sandbox/linux.ts:1 spawn: processes are started in src/sandbox/spawn.ts only"],
  },
  {
    name: "arguments, environment and exit outside main.ts",
    files: {
      "src/cli/a.ts": `process.argv;
process?.env;
process["exit"](1);
process.exitCode = 1;
const { env, cwd } = process;
import { argv } from "node:process";
process.stdout.write(process.cwd());
`,
    },
    found: ["argv", "env", "exit", "exitCode", "env", "argv"].map(
      (member, i) => `error src/cli/a.ts:${i + 1} process: process.${member} belongs to src/main.ts`,
    ),
  },
  {
    name: "the length of a file",
    files: {
      "src/cli/a.ts": "\n".repeat(350),
      "src/cli/b.ts": "\n".repeat(351),
      "src/cli/c.ts": "\n".repeat(501),
    },
    found: [
      "warning src/cli/b.ts:351 size: 351 lines, over 350",
      "error src/cli/c.ts:501 size: 501 lines, the limit is 500",
    ],
  },
  {
    name: "a wide face: values count, types do not",
    files: {
      "src/exec/index.ts": `export { ${exported(8)}, type T } from "./a.ts";\nexport type { U, V } from "./a.ts";\n`,
      "src/agent/index.ts": `export { ${exported(7)} } from "./a.ts";
export async function eighth(): Promise<void> {}
export const { ninth, inner: tenth } = { ninth: 1, inner: 2 };
`,
    },
    found: ["error src/agent/index.ts:3 exports: agent exports 10 values, the limit is 8"],
  },
  {
    name: "export forms",
    files: {
      "src/net/http.ts": `export * from "./a.ts";
export * as all from "./a.ts";
export default 1;
export { a as default } from "./a.ts";
`,
    },
    found: [
      "error src/net/http.ts:1 exports: `export *` hides what is public",
      "error src/net/http.ts:2 exports: `export *` hides what is public",
      "error src/net/http.ts:3 exports: no default exports",
      "error src/net/http.ts:4 exports: no default exports",
    ],
  },
  {
    name: "folders without a meaning, at any depth",
    files: { "src/wire/helpers/a.ts": "" },
    found: ["error src/wire/helpers/a.ts:1 folder: a folder named helpers collects what has no home"],
  },
  {
    name: "a value in protocol",
    files: {
      "src/protocol/item.ts": `export const a = 1;\nexport class B {}\nexport { type C, d } from "./d.ts";\n`,
    },
    found: ["a", "B", "d"].map(
      (_name, i) => `error src/protocol/item.ts:${i + 1} types-only: protocol holds types only`,
    ),
  },
  {
    name: "a package that package.json does not list",
    files: {
      "src/cli/a.ts": `import a from "@scope/a/deep";\nimport "left-pad";\nimport "commander/esm.mjs";\n`,
    },
    found: [
      "error src/cli/a.ts:1 package: @scope/a is not in package.json",
      "error src/cli/a.ts:2 package: left-pad is not in package.json",
    ],
  },
  {
    name: "imports the check could not follow",
    files: {
      "src/cli/a.ts": `import { a } from "./b";
import { b } from "../../scripts/b.ts";
await import(a + b);
import { createRequire } from "node:module";
process.getBuiltinModule("node:net");
import manifest from "../../package.json" with { type: "json" };
`,
    },
    found: [
      "error src/cli/a.ts:1 import: write ./b with its ending (.ts)",
      "error src/cli/a.ts:2 import: ../../scripts/b.ts lies outside src/",
      "error src/cli/a.ts:3 import: import() hides what is imported",
      "error src/cli/a.ts:4 import: createRequire hides what is imported",
      "error src/cli/a.ts:5 import: process.getBuiltinModule hides what is imported",
    ],
  },
  {
    name: "text that looks like the start of something else hides nothing",
    files: {
      "src/cli/a.ts": `const a = 4 / 2; const b = "/"; process.argv;
const c = [/[/"]/g, "\\"", '"']; process.argv;
const d = \`\${\`\${{ a: "}" }}\`}\` / 1; process.argv; // /
const e = a! / 2; process.argv; // /
if (a) { /x'/.test(b) } process.argv; /* ' */
const f = a++ / 2; process.argv; // /
`,
    },
    found: [1, 2, 3, 4, 5, 6].map(
      (line) => `error src/cli/a.ts:${line} process: process.argv belongs to src/main.ts`,
    ),
  },
];

test.each(cases)("$name", ({ files, found }) => {
  expect(check(files)).toEqual(found);
});

test("an exception excuses its file and rule, and is reported once it excuses nothing", () => {
  const law = { ...LAW, exceptions: [{ file: "src/cli/a.ts", rule: "spawn", reason: "a test" }] };
  expect(check({ "src/cli/a.ts": `import "node:child_process";\n` }, law)).toEqual([]);
  expect(check({}, law)).toEqual([
    "error src/cli/a.ts:1 exception: the exception from spawn is no longer needed",
  ]);
});
