import type { ModelFacts, ServerFacts } from "../../src/protocol/index.ts";
import { adapt } from "../../src/wire/dialects/adapt.ts";
import type { Dialect } from "../../src/wire/dialects/dialect.ts";
import { type EndpointIdentity, pickDialect } from "../../src/wire/dialects/pick.ts";

/** One identity for every server and family that has quirks of its own. */
const IDENTITIES: Readonly<Record<string, Partial<EndpointIdentity>>> = {
  generic: {},
  openai: { hostname: "api.openai.com" },
  azure: { hostname: "eu.openai.azure.com" },
  groq: { hostname: "api.groq.com" },
  mistral: { hostname: "api.mistral.ai" },
  deepseek: { hostname: "api.deepseek.com" },
  openrouter: { hostname: "openrouter.ai" },
  xai: { hostname: "api.x.ai" },
  cerebras: { hostname: "api.cerebras.ai" },
  moonshot: { hostname: "api.moonshot.ai" },
  zai: { hostname: "api.z.ai" },
  dashscope: { hostname: "dashscope.aliyuncs.com" },
  fireworks: { hostname: "api.fireworks.ai" },
  together: { hostname: "api.together.xyz" },
  gemini: { hostname: "generativelanguage.googleapis.com" },
  anthropic: { hostname: "api.anthropic.com" },
  copilot: { hostname: "api.githubcopilot.com" },
  ollama: { providerId: "ollama" },
  lmstudio: { providerId: "lmstudio" },
  "llama.cpp": { providerId: "llamacpp" },
  vllm: { providerId: "vllm" },
  sglang: { providerId: "sglang" },
  mlx: { providerId: "mlx" },
  tabbyapi: { providerId: "tabbyapi" },
  koboldcpp: { providerId: "koboldcpp" },
  litellm: { providerId: "litellm" },
  localai: { providerId: "localai" },
  "llama.cpp with Devstral": { providerId: "llamacpp", model: "devstral-small-2" },
  "llama.cpp with Gemma 2": { providerId: "llamacpp", model: "gemma-2-9b-it" },
  "vllm with Gemma 3": { providerId: "vllm", model: "google/gemma-3-27b-it" },
};

export function dialectOf(identity: Partial<EndpointIdentity>): Dialect {
  return pickDialect({ providerId: "mine", hostname: "localhost", model: "m", ...identity });
}

export function learnt(dialect: Dialect, facts: { server?: ServerFacts; model?: ModelFacts }): Dialect {
  return adapt(dialect, { server: facts.server ?? {}, model: facts.model ?? {} });
}

/** Every dialect, and the generic one with every fact that changes messages. */
export function everyDialect(): [string, Dialect][] {
  const generic = dialectOf({});
  const adapted: [string, { server?: ServerFacts; model?: ModelFacts }][] = [
    ["tools in the prompt", { model: { refusesTools: true } }],
    [
      "tools in the prompt, no system role, alternating",
      { model: { refusesTools: true, refusesSystemRole: true, rolesMustAlternate: true } },
    ],
    ["no system role", { model: { refusesSystemRole: true } }],
    ["alternating", { model: { rolesMustAlternate: true } }],
    ["thinking everywhere", { model: { wantsReasoningReplay: true } }],
    ["no thinking", { model: { refusesReasoningReplay: true } }],
    ["plain ids", { model: { toolCallIds: "plain" } }],
    ["content in parts", { server: { refusesContentStrings: true } }],
    ["content as strings", { server: { refusesContentParts: true } }],
    ["no text beside calls", { model: { refusesTextBesideCalls: true } }],
    ["sealed thinking", { model: { sealsReasoning: true } }],
    ["one call a message", { model: { refusesParallelCalls: true } }],
    ["no null", { server: { refusesNullContent: true } }],
  ];
  return [
    ...Object.entries(IDENTITIES).map(([name, identity]): [string, Dialect] => [name, dialectOf(identity)]),
    ...adapted.map(([name, facts]): [string, Dialect] => [name, learnt(generic, facts)]),
  ];
}
