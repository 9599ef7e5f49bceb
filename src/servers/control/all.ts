import type { ServerKind } from "../../protocol/index.ts";
import type { ModelControl } from "./control.ts";
import { llamacppRouterControl } from "./llamacpp-router.ts";
import { lmstudioControl } from "./lmstudio.ts";
import { ollamaControl } from "./ollama.ts";

/** What can be done with the models of such a server; nothing where it loads the one it was started with. */
export function modelControl(kind: ServerKind): ModelControl {
  switch (kind) {
    case "ollama":
      return ollamaControl;
    case "lmstudio":
      return lmstudioControl;
    case "llamacpp-router":
      return llamacppRouterControl;
    case "llamacpp":
    case "vllm":
    case "sglang":
    case "mlx":
    case "tabbyapi":
    case "koboldcpp":
    case "localai":
    case "litellm":
    case "openai-like":
      return {};
    default:
      return kind satisfies never;
  }
}
