import type { ServerKind } from "../../protocol/index.ts";
import { deepseek } from "./deepseek.ts";
import type { Dialect, NamedQuirks, Quirks } from "./dialect.ts";
import { anthropic, copilot, gemini } from "./foreign.ts";
import { gemma, gemma3 } from "./gemma.ts";
import { generic } from "./generic.ts";
import { groq } from "./groq.ts";
import { cerebras, dashscope, fireworks, moonshot, openrouter, together, xai, zai } from "./hosted.ts";
import { llamacpp } from "./llamacpp.ts";
import { lmstudio } from "./lmstudio.ts";
import { koboldcpp, litellm, localai, tabbyapi } from "./local-others.ts";
import { mistral, mistralFamily } from "./mistral.ts";
import { mlx } from "./mlx.ts";
import { ollama } from "./ollama.ts";
import { azure, openai } from "./openai.ts";
import { sglang, vllm } from "./vllm.ts";

/** Where the requests go and to which model, as far as the configuration tells. */
export interface EndpointIdentity {
  readonly providerId: string;
  readonly providerName?: string;
  readonly hostname: string;
  readonly port?: number | string;
  readonly model: string;
  /** Who answered there the last time it was asked. */
  readonly kind?: ServerKind | undefined;
}

/** Generic, then what the model's family is known for, then what the server is known for. */
export function pickDialect(identity: EndpointIdentity): Dialect {
  const family = familyOf(identity.model);
  const server = serverOf(identity);
  // Nine letters and digits are plain as well, so the stricter of two demands meets both.
  const callIds = family.callIds ?? server.callIds ?? generic.callIds;
  return { ...generic, ...family, ...server, callIds };
}

function familyOf(model: string): Quirks {
  const name = model.toLowerCase();
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? {};
}

const FAMILIES: readonly (readonly [RegExp, Quirks])[] = [
  [/mistral|mixtral|devstral|magistral|ministral|codestral|pixtral|voxtral|leanstral/, mistralFamily],
  // FunctionGemma and Gemma 4 know a system role and free turns.
  [/functiongemma|gemma-?(?:[4-9]|\d\d)(?!\d*b)/, {}],
  // `gemma-3-4b`, `gemma3n`; but `gemma-7b` is a size of the first.
  [/gemma-?3(?!b)/, gemma3],
  [/gemma/, gemma],
];

/**
 * A public host decides before the provider's name: a table named `openai` may well point at a local server.
 * Servers people run themselves are known by what they said of themselves; else by what they are called, in the table or in
 * the network, and only then by a port that no other server has as its own.
 */
function serverOf(identity: EndpointIdentity): Quirks {
  const host = identity.hostname.toLowerCase();
  const hosted = HOSTS.find(([domains]) => domains.some((domain) => isWithin(host, domain)));
  if (hosted !== undefined) {
    return hosted[1];
  }
  const { kind } = identity;
  if (kind !== undefined && kind !== "openai-like") {
    return KINDS[kind];
  }
  for (const name of [identity.providerId, identity.providerName ?? "", host]) {
    const server = serverNamed(name);
    if (server !== undefined) {
      return server;
    }
  }
  // Who was asked and is nobody we know is not the server whose port it has.
  return kind === undefined ? (PORTS.get(String(identity.port ?? "")) ?? {}) : {};
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function serverNamed(name: string): NamedQuirks | undefined {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  // Codex's built-in id of an Ollama server.
  return letters === "oss" ? ollama : SERVERS.find(([word]) => letters.includes(word))?.[1];
}

const HOSTS: readonly (readonly [domains: readonly string[], NamedQuirks])[] = [
  [["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"], azure],
  [["openai.com"], openai],
  [["groq.com"], groq],
  [["mistral.ai"], mistral],
  [["deepseek.com"], deepseek],
  [["openrouter.ai"], openrouter],
  [["x.ai"], xai],
  [["cerebras.ai"], cerebras],
  [["moonshot.ai", "moonshot.cn", "kimi.com"], moonshot],
  [["z.ai", "bigmodel.cn"], zai],
  [["dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"], dashscope],
  [["fireworks.ai"], fireworks],
  [["together.xyz", "together.ai"], together],
  [["googleapis.com"], gemini],
  [["anthropic.com"], anthropic],
  [["githubcopilot.com"], copilot],
];

/** Words in names; the longer of two that overlap comes first. */
const SERVERS: readonly (readonly [word: string, NamedQuirks])[] = [
  ["ollama", ollama],
  ["lmstudio", lmstudio],
  ["llamacpp", llamacpp],
  ["llamaserver", llamacpp],
  ["litellm", litellm],
  ["sglang", sglang],
  ["vllm", vllm],
  ["mlx", mlx],
  ["tabby", tabbyapi],
  ["kobold", koboldcpp],
  ["localai", localai],
];

const KINDS: Readonly<Record<Exclude<ServerKind, "openai-like">, NamedQuirks>> = {
  lmstudio,
  ollama,
  llamacpp,
  "llamacpp-router": llamacpp,
  vllm,
  sglang,
  mlx,
  tabbyapi,
  koboldcpp,
  localai,
  litellm,
};

/** 8000, 8080 and 5000 are shared by several servers and prove nothing. */
const PORTS: ReadonlyMap<string, NamedQuirks> = new Map([
  ["11434", ollama],
  ["1234", lmstudio],
  ["5001", koboldcpp],
  ["30000", sglang],
]);
