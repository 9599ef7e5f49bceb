import type { Config } from "../../config/index.ts";
import type { Identification } from "../../servers/index.ts";
import { explainAbsence } from "../explain-server.ts";
import type { Explanation } from "../explanation.ts";
import type { OssProvider } from "../provider-choice.ts";

/** Codex's sentence, with the one server more that leat knows. */
export const NO_CHOICE =
  "No default OSS provider configured. Use --local-provider=provider or set oss_provider to one of: lmstudio, ollama, llamacpp in config.toml";

/** Codex's sentences, word for word where it knows the server: scripts may look for them. */
const NOT_RUNNING: Readonly<Record<OssProvider, string>> = {
  oss: "No running Ollama server detected. Start it with: `ollama serve` (after installing). Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama",
  ollama:
    "No running Ollama server detected. Start it with: `ollama serve` (after installing). Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama",
  lmstudio:
    "LM Studio is not responding. Install from https://lmstudio.ai/download and run 'lms server start'.",
  llamacpp:
    "llama.cpp is not responding. Start it with: `llama-server -hf ggml-org/gpt-oss-20b-GGUF --jinja --port 8080`.",
};

export function explainOssAbsence(
  id: OssProvider,
  found: Exclude<Identification, { type: "identified" }>,
  config: Config,
): Explanation {
  const { host } = new URL(config.provider.baseUrl);
  switch (found.type) {
    case "unreachable":
    case "silent":
      return {
        message: `OSS setup failed: ${NOT_RUNNING[id]}`,
        hint: `leat looked at ${host}. Alone, leat tells what runs on this machine.`,
      };
    case "refused":
    case "foreign":
      return { message: `OSS setup failed: ${explainAbsence(found, config)}` };
    default:
      return found satisfies never;
  }
}
