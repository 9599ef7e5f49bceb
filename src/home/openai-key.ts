import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseObject } from "./json-object.ts";

/** The API key Codex keeps in `auth.json`. A file that is missing or broken is no key. */
export function readOpenAiKey(home: string): string | undefined {
  const key = parseObject(readText(join(home, "auth.json"))).get("OPENAI_API_KEY");
  const trimmed = typeof key === "string" ? key.trim() : "";
  return trimmed === "" ? undefined : trimmed;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
