import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configOf } from "./support.ts";

const PAGE = readFileSync(new URL("../../docs/scaling.md", import.meta.url), "utf8");
const BLOCKS = [...PAGE.matchAll(/```toml\n(.*?)```/gs)].map(([, text = ""]) => text);

test("there is a configuration for each of the servers named", () => {
  const names = BLOCKS.map((text) => /^name = "(.*)"$/m.exec(text)?.[1]).filter((name) => name !== undefined);
  for (const server of ["vLLM", "SGLang gateway", "llm-d", "LiteLLM", "Ray Serve"]) {
    expect(names.some((name) => name.startsWith(server))).toBe(true);
  }
});

test.each(BLOCKS.map((text) => ({ text, id: /\[model_providers\.(\S+)\]/.exec(text)?.[1] ?? "" })))(
  "what docs/scaling.md says of $id is understood whole",
  ({ text, id }) => {
    const config = configOf(text.includes("model_provider =") ? text : `model_provider = "${id}"\n${text}`);
    expect(config.warnings).toEqual([]);
    expect(config.provider.id).toBe(id);
  },
);
