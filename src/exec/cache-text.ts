import { formatCount, formatDuration } from "../figures/index.ts";
import type { CacheMissCause, Notice, PromptChange, ServerKind } from "../protocol/index.ts";
import { safeLine } from "./safe-text.ts";

type CacheMissed = Extract<Notice, { kind: "cache-missed" }>;

export function cacheMissText({ expected, cached, cause, lesson, server, model }: CacheMissed): string {
  const size = `${formatCount(expected - cached)} of ${formatCount(expected)} tokens`;
  return `${size} that had been sent before were read again: ${causeText(cause, { lesson, server, model })}`;
}

interface Circumstances {
  readonly lesson: CacheMissed["lesson"];
  readonly server: ServerKind | undefined;
  readonly model: string;
}

function causeText(cause: CacheMissCause, { lesson, server, model }: Circumstances): string {
  switch (cause.type) {
    case "prompt-changed": {
      const since =
        lesson === undefined
          ? ""
          : ` That follows from what the server refused before (${lesson}), and happens once.`;
      return `${changeText(cause.change)}.${since}`;
    }
    case "sliding-window":
      return `${safeLine(model)} looks back a short way only, or keeps a state in place of a cache, so that llama.cpp can't go on from the middle. ${SLIDING[server ?? "openai-like"] ?? SLIDING_FIX}`;
    case "unloaded":
      return `nobody asked for ${formatDuration(cause.pauseMs)}, and the model was unloaded. ${server === "lmstudio" ? `A longer stay: lms load ${safeLine(model)} --ttl 86400.` : "A longer stay: OLLAMA_KEEP_ALIVE=2h ollama serve."}`;
    case "uncached":
      return `the server has kept nothing of any prompt so far. ${UNCACHED[server ?? "openai-like"] ?? UNCACHED_FIX}`;
    case "dropped":
      return `the server has it no more, though the prompt goes on as before: another client came between, or the server was started anew. ${droppedFix(server, cause.slots)}`;
    default:
      return cause satisfies never;
  }
}

function changeText(change: PromptChange): string {
  switch (change.part) {
    case "tools":
      return `the tools changed, the first of them ${safeLine(change.name)}`;
    case "instructions":
      return "the system prompt changed";
    case "setting":
      return `the setting ${safeLine(change.name)} changed`;
    case "message":
      return `message ${change.index + 1} (${safeLine(change.role)}) was sent as ${quoted(change.before)} before, and as ${change.after === "" ? "nothing" : quoted(change.after)} now`;
    default:
      return change satisfies never;
  }
}

function quoted(text: string): string {
  return `\`${safeLine(text)}\``;
}

const SLIDING_FIX =
  "llama.cpp: start it with more checkpoints (--ctx-checkpoints 64), or, where the model has a sliding window, with --swa-full, which takes more memory.";
const SLIDING: Partial<Record<ServerKind, string>> = {
  llamacpp: SLIDING_FIX.replace("llama.cpp: start", "Start"),
  "llamacpp-router": SLIDING_FIX.replace("llama.cpp: start it", "Start the model"),
  lmstudio: "A newer llama.cpp runtime keeps more checkpoints: update it in LM Studio.",
  ollama: "A newer Ollama keeps more checkpoints.",
};

const UNCACHED_FIX = "If it stands in front of another server, that one may cache and not tell.";
const UNCACHED: Partial<Record<ServerKind, string>> = {
  vllm: "Start it with --enable-prefix-caching.",
  sglang: "Start it without --disable-radix-cache.",
  localai: "Set prompt_cache_all: true in the model's YAML file.",
};

function droppedFix(server: ServerKind | undefined, slots: number | undefined): string {
  switch (server) {
    case "llamacpp":
    case "llamacpp-router":
      return slots === undefined || slots === 1
        ? "Give each client a slot of its own: llama-server -np 2 -c <twice the context>."
        : `Its ${formatCount(slots)} slots may all be in use: end other clients, or raise -np and -c.`;
    case "lmstudio":
      return "End other clients, or raise the number of parallel requests when the model is loaded.";
    case "ollama":
      return "End other clients, or start it with OLLAMA_NUM_PARALLEL=2 (more memory).";
    case "vllm":
    case "sglang":
    case "litellm":
      return "Its cache was full, or behind a balancer another machine has answered: send the session's id along (docs/scaling.md).";
    default:
      return "End other clients of the server.";
  }
}
