import type { ServerAdapter } from "../adapter.ts";
import { koboldcpp } from "./koboldcpp.ts";
import { litellm } from "./litellm.ts";
import { llamacpp, llamacppRouter } from "./llamacpp.ts";
import { lmstudio, lmstudioBefore04 } from "./lmstudio.ts";
import { localai } from "./localai.ts";
import { mlx } from "./mlx.ts";
import { ollama } from "./ollama.ts";
import { openaiLike } from "./openai-like.ts";
import { sglang } from "./sglang.ts";
import { tabbyapi } from "./tabbyapi.ts";
import { vllm } from "./vllm.ts";

/** In the order in which they are recognised: KoboldCpp and llama.cpp answer to routes of Ollama's, too. */
export const ADAPTERS: readonly ServerAdapter[] = [
  koboldcpp,
  llamacppRouter,
  llamacpp,
  lmstudio,
  lmstudioBefore04,
  ollama,
  vllm,
  sglang,
  tabbyapi,
  mlx,
  localai,
  litellm,
];

export const PLAIN: ServerAdapter = openaiLike;
