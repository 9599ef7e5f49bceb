/** What a person reads of a pull that does not succeed: what happened, and what to do next. */
import { nearest } from "../../config/index.ts";
import { safeLine } from "../../exec/index.ts";
import { isLoopback } from "../../net/index.ts";
import type { PullFailure, PullRefusal, ServerAddress } from "../../servers/index.ts";
import type { Explanation } from "../explanation.ts";
import { SERVER_NAMES } from "../server-names.ts";

export interface FailedPull {
  readonly address: ServerAddress;
  readonly kind: "ollama" | "lmstudio";
  readonly name: string;
  /** What goes on with it. */
  readonly command: string;
  readonly known?: readonly string[];
}

export function explainPullFailure(failure: PullFailure, pull: FailedPull): Explanation {
  if (failure.type === "refused") {
    return explainRefusal(failure.refusal, pull);
  }
  return {
    message: `${failureClause(failure)}.`,
    hint:
      failure.error.kind === "connection_refused"
        ? `Start ${startText(pull.kind)}, then go on with: ${pull.command}`
        : `Look at the server's log, then go on with: ${pull.command}`,
  };
}

/** The beginning of a sentence. */
export function failureClause(failure: PullFailure): string {
  if (failure.type === "refused") {
    return `the download broke off: ${words(failure.refusal)}`;
  }
  const { kind, message, url } = failure.error;
  switch (kind) {
    case "connection_refused":
      return `nothing listens${url === undefined ? "" : ` at ${new URL(url).host}`}`;
    case "incomplete":
      return `the pull broke off: ${safeLine(message)}`;
    case "idle_timeout":
      return `the server fell silent: ${safeLine(message)}`;
    default:
      // ECONNRESET is the commonest case, and tells a person nothing more.
      return `the connection to the server broke${/^ECONNRESET/.test(message) ? "" : `: ${safeLine(message)}`}`;
  }
}

function explainRefusal(refusal: PullRefusal, pull: FailedPull): Explanation {
  const { kind, command } = pull;
  const server = SERVER_NAMES[kind];
  const name = safeLine(pull.name);
  const says = `${server} says${refusal.status === undefined || refusal.status === 200 ? "" : ` (HTTP ${refusal.status})`}: ${words(refusal)}`;
  switch (refusal.reason) {
    case "disk-full":
      return {
        message: `the disk is full. ${says}`,
        hint:
          kind === "ollama"
            ? `Make room (ollama rm <model> removes one; or start Ollama with OLLAMA_MODELS=<folder on a larger disk>), then go on with: ${command}`
            : `Make room (My Models in LM Studio), then go on with: ${command}`,
      };
    case "disk-not-writable":
      return {
        message: `${server} can't write the model. ${says}`,
        hint: `Give the user it runs as the right to that folder, then go on with: ${command}`,
      };
    case "no-such-model":
      return { message: `there is no model ${name} to pull. ${says}`, hint: nameHint(pull) };
    case "bad-name":
      return { message: `${name} is no name of a model. ${says}`, hint: nameHint(pull) };
    case "server-too-old":
      return {
        message: `this ${server} is too old for ${name}. ${says}`,
        hint: `Update it (${kind === "ollama" ? "https://ollama.com/download" : "https://lmstudio.ai/download"}), then: ${command}`,
      };
    case "registry-unreachable":
      return {
        message: `${server} can't reach ${kind === "ollama" ? "the library of models" : "the place it downloads from"}. ${says}`,
        hint: `Check the network${pullHost(pull)}, and HTTPS_PROXY of the server if there is a proxy; then go on with: ${command}`,
      };
    case "download-broke":
      return {
        message: `the download broke off. ${says}`,
        hint: `What has arrived is kept. Check the network${pullHost(pull)}, then go on with: ${command}`,
      };
    case "damaged":
      return {
        message: `what arrived is damaged, and was thrown away. ${says}`,
        hint: `Get it once more: ${command}`,
      };
    case "denied":
      return {
        message: `${name} is not for everybody. ${says}`,
        hint:
          kind === "ollama"
            ? "Check the name; a private model wants the server's key at ollama.com, a gated one of Hugging Face its licence accepted there."
            : "Check the name; a gated model of Hugging Face wants its licence accepted there.",
      };
    case "wants-key":
      return {
        message: says,
        hint: "The server wants a key: name its variable as env_key of the provider.",
      };
    case "no-route":
      return {
        message: `this ${server} downloads nothing when asked over HTTP${kind === "lmstudio" ? " (0.4 and newer do)" : ""}.`,
        hint: `Update it, or: ${kind === "lmstudio" ? `lms get ${name}` : `ollama pull ${name}`}`,
      };
    case "other":
      return { message: says, hint: `Look at the server's log, then try again: ${command}` };
    default:
      return refusal.reason satisfies never;
  }
}

function words({ message }: PullRefusal): string {
  return safeLine(message).trim();
}

/** Names that are often meant; only for a hint at a slip of the fingers. */
const OFTEN_MEANT = {
  ollama: ["gpt-oss:20b", "gpt-oss:120b", "qwen3:8b", "qwen3:30b", "qwen3-coder:30b", "devstral:24b"],
  lmstudio: ["openai/gpt-oss-20b", "openai/gpt-oss-120b", "qwen/qwen3-8b", "qwen/qwen3-coder-30b"],
} as const;

function nameHint({ kind, name, known = [] }: FailedPull): string {
  const similar = nearest(name, [...known, ...OFTEN_MEANT[kind]]);
  const meant = similar === undefined || similar === name ? "" : `Did you mean ${safeLine(similar)}? `;
  return kind === "ollama"
    ? `${meant}Names are as on https://ollama.com/library, <model>:<size>, or hf.co/<user>/<repository>:<quantization>.`
    : `${meant}Names are as on https://lmstudio.ai/models, <maker>/<model>, or the https:// address of a GGUF or MLX repository at huggingface.co.`;
}

/** Where the network is looked at. */
function pullHost({ address }: FailedPull): string {
  const { hostname } = new URL(address.baseUrl);
  return isLoopback(hostname) ? "" : ` of ${hostname}`;
}

function startText(kind: FailedPull["kind"]): string {
  return kind === "ollama" ? "Ollama (ollama serve)" : "LM Studio's server (lms server start)";
}
