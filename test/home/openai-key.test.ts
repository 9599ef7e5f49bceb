import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readOpenAiKey } from "../../src/home/index.ts";
import { temporaryFolder } from "./support.ts";

test.each([
  ["no file", undefined, undefined],
  ["a key", '{"OPENAI_API_KEY": "sk-1", "tokens": {}}', "sk-1"],
  ["a key with a line break", '{"OPENAI_API_KEY": "sk-1\\n"}', "sk-1"],
  ["a blank key", '{"OPENAI_API_KEY": "  "}', undefined],
  ["null, as after a ChatGPT login", '{"OPENAI_API_KEY": null}', undefined],
  ["a number", '{"OPENAI_API_KEY": 1}', undefined],
  ["no key", "{}", undefined],
  ["an array", '["OPENAI_API_KEY"]', undefined],
  ["broken JSON", '{"OPENAI_API_KEY": "sk-1"', undefined],
])("auth.json with %s", (_name, text, key) => {
  const home = temporaryFolder();
  if (text !== undefined) {
    writeFileSync(join(home, "auth.json"), text);
  }
  expect(readOpenAiKey(home)).toBe(key);
});
