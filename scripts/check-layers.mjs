// Holds the tree to the design: who may import whom, who may touch the outside, how large a file and a module's face may grow.
// This file is the law and the report; layers/ reads the sources and applies the rules.

import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkTree } from "./layers/rules.mjs";

export { checkTree };

/** @type {import("./layers/rules.mjs").Law} */
export const LAW = {
  mayImport: {
    protocol: [],
    figures: [],
    home: ["protocol"],
    net: ["protocol"],
    config: ["protocol"],
    session: ["protocol"],
    sandbox: ["protocol"],
    approval: ["protocol"],
    undo: ["protocol"],
    wire: ["protocol", "net"],
    servers: ["protocol", "net", "wire"],
    tools: ["protocol", "sandbox"],
    mcp: ["protocol", "net", "sandbox", "tools"],
    agent: ["protocol", "session", "wire", "tools", "sandbox", "approval"],
    exec: ["protocol", "figures", "agent"],
    tui: ["protocol", "figures", "agent"],
    "mcp-server": ["protocol", "agent"],
    practice: ["protocol"],
    cli: "anything",
  },
  withoutPackages: ["protocol", "practice"],
  withoutNode: ["protocol"],
  typesOnly: ["protocol"],
  forbiddenFolders: ["utils", "shared", "common", "helpers", "core"],
  limits: { errorLines: 500, warnLines: 350, exportedValues: 8 },
  // Each with its reason: { file: "src/…", rule: "connect", reason: "…" }.
  exceptions: [],
};

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = report(process.argv[2] ?? ".");
}

/** @param {string} root the folder that holds package.json and src/ */
function report(root) {
  const { findings, lineCounts } = checkTree({
    files: readSources(root),
    packages: packageNames(root),
    law: LAW,
  });
  for (const { file, line, rule, text, level } of findings) {
    console.log(`${file}:${line} ${rule}: ${text}${level === "warning" ? " (warning)" : ""}`);
  }
  const errors = findings.filter((finding) => finding.level === "error").length;
  const counts = `${lineCounts.length} files, median ${median(lineCounts)} lines`;
  console.log(
    errors === 0
      ? `layers: ${counts}`
      : `layers: ${errors} ${errors === 1 ? "error" : "errors"} in ${counts}`,
  );
  return errors === 0 ? 0 : 1;
}

/** @param {string} root */
function readSources(root) {
  const names = readdirSync(`${root}/src`, { recursive: true, encoding: "utf8" }).map((name) =>
    name.replaceAll("\\", "/"),
  );
  const paths = names.filter((name) => name.endsWith(".ts")).sort();
  return new Map(paths.map((name) => [`src/${name}`, readFileSync(`${root}/src/${name}`, "utf8")]));
}

/** @param {string} root */
function packageNames(root) {
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const groups = ["dependencies", "devDependencies", "optionalDependencies"];
  return groups.flatMap((group) => Object.keys(manifest[group] ?? {}));
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return Math.round((low + high) / 2);
}
