import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KEYS } from "../../src/config/keys.ts";
import { renderReferencePage } from "./reference-page.ts";

const PAGE = new URL("../../docs/configuration.md", import.meta.url);

test("docs/configuration.md is what the schema says (UPDATE_DOCS=1 writes it)", () => {
  if (process.env["UPDATE_DOCS"] === "1") {
    writeFileSync(PAGE, renderReferencePage());
  }
  expect(readFileSync(PAGE, "utf8")).toBe(renderReferencePage());
});

test("no key stands twice in the schema, and every default is allowed", () => {
  const keys = KEYS.map(({ key }) => key);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  const odd = KEYS.filter(
    ({ default: value, allowed }) => allowed && value !== undefined && !allowed.includes(String(value)),
  );
  expect(odd).toEqual([]);
});

test("every table on the way to a key is in the schema itself", () => {
  const tables = KEYS.filter(({ type }) => type === "table" || type === "any").map(({ key }) => key);
  const parents = KEYS.map(({ key }) => key.split(".").slice(0, -1).join(".")).filter((key) => key !== "");
  expect(parents.filter((parent) => !tables.includes(parent))).toEqual([]);
});
