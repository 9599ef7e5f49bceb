import { LOCAL_PORTS } from "../../servers/index.ts";

/** The commands that lead from nothing to a local model, one server a line. */
export const HOW_TO_START = `  LM Studio   lms get openai/gpt-oss-20b && lms server start
              (https://lmstudio.ai/download)
  Ollama      ollama serve, and in another terminal: ollama pull gpt-oss:20b
              (https://ollama.com/download)
  llama.cpp   llama-server -hf ggml-org/gpt-oss-20b-GGUF --jinja --port 8080
              (https://github.com/ggml-org/llama.cpp)
`;

export const PORTS_TEXT = `${LOCAL_PORTS.slice(0, -1).join(", ")} and ${LOCAL_PORTS.at(-1)}`;
