import type { LeatError, ModelError, SandboxError } from "../protocol/index.ts";
import { explainConfigError } from "./explain-config.ts";

/** What a person reads of an error: what happened, and what to do next. */
export interface Explanation {
  readonly message: string;
  readonly hint?: string;
}

/** What the user chose, so that hints can name it. */
export interface ExplainContext {
  readonly profile?: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly baseUrl: string;
  readonly model: string;
  /** The environment variable the key is read from, if any. */
  readonly envKey?: string;
}

/** The one place where the text of an error is made. */
export function explain(error: LeatError, context: ExplainContext): Explanation {
  switch (error.kind) {
    case "config":
      return explainConfigError(error);
    case "session":
      return {
        message: `the session file can't be written: ${error.reason}`,
        hint: `Nothing more was sent, since it would not be kept. Check the space and the rights of ${error.path}.`,
      };
    case "missing_key":
      return {
        message: `Missing environment variable: \`${error.variable}\`.`,
        hint: error.instructions ?? keyHint(error.variable, error.providerName),
      };
    case "unsupported_wire":
      return {
        message: `provider \`${error.providerId}\` uses wire_api = "${error.wireApi}", which leat does not speak yet.`,
        hint: `Set wire_api = "chat" in [model_providers.${error.providerId}], or choose a local provider: -c model_provider="lmstudio" (or ollama, llamacpp).`,
      };
    case "sandbox":
      return explainSandbox(error);
    default:
      return explainModelError(error, context);
  }
}

function explainSandbox(error: SandboxError): Explanation {
  const wayOut =
    "To run commands without any protection, choose that yourself: --sandbox danger-full-access.";
  switch (error.problem) {
    case "missing":
      return {
        message:
          "commands of the model are not run: bubblewrap (bwrap), which confines them, is not installed.",
        hint: `Install it: apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora), pacman -S bubblewrap (Arch). ${wayOut}`,
      };
    case "does_not_start":
      return {
        message: `commands of the model are not run: the sandbox is installed but does not start${error.detail === undefined ? "." : `: ${error.detail}`}`,
        hint: `Containers often forbid user namespaces (Docker: --security-opt seccomp=unconfined, with AppArmor also apparmor=unconfined); Ubuntu 24.04 needs an AppArmor profile for bwrap or kernel.apparmor_restrict_unprivileged_userns=0. ${wayOut}`,
      };
    case "unsupported_platform":
      return {
        message: "commands of the model are not run: leat has no sandbox for this system.",
        hint: wayOut,
      };
    default:
      return error.problem satisfies never;
  }
}

/** Where a key comes from, for the hosts people use most. */
const KEY_PAGES: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: "https://platform.openai.com/api-keys",
  OPENROUTER_API_KEY: "https://openrouter.ai/keys",
  MISTRAL_API_KEY: "https://console.mistral.ai/api-keys",
  GROQ_API_KEY: "https://console.groq.com/keys",
  DEEPSEEK_API_KEY: "https://platform.deepseek.com/api_keys",
  GEMINI_API_KEY: "https://aistudio.google.com/apikey",
  XAI_API_KEY: "https://console.x.ai",
};

function keyHint(variable: string, providerName: string): string {
  const page = KEY_PAGES[variable];
  const source = page === undefined ? `Get a key from ${providerName}` : `Create a key at ${page}`;
  return `${source} and export it: export ${variable}=<key>. A server that needs no key needs no env_key in its provider table.`;
}

function explainModelError(error: ModelError, context: ExplainContext): Explanation {
  const where = error.url ?? context.baseUrl;
  const tries = error.attempts !== undefined && error.attempts > 1 ? ` (${error.attempts} requests)` : "";
  switch (error.kind) {
    case "connection_refused":
      return {
        message: `nothing listens at ${where}${ofProfile(context)}${tries}.`,
        hint: startHint(context),
      };
    case "host_not_found":
      return {
        message: `the host of ${where} can't be found${ofProfile(context)}${tries}.`,
        hint: `Check base_url of provider \`${context.providerId}\` and your network.`,
      };
    case "unreachable":
      return {
        message: `${where} can't be reached${ofProfile(context)}${tries}: ${error.message}.`,
        hint: `Check base_url of provider \`${context.providerId}\`, your network and any VPN.`,
      };
    case "host_not_allowed":
      return {
        message: `${error.message}, so leat does not contact it.`,
        hint: "Only loopback and the hosts of configured providers are contacted.",
      };
    case "tls":
      return {
        message: `no secure connection to ${where}: ${error.message}.`,
        hint: "Check the certificate of the server; a private authority is added with NODE_EXTRA_CA_CERTS=<file>.",
      };
    case "redirect":
      return {
        message: `${where} is ${error.message}, and leat does not follow redirects.`,
        hint: `If you trust the new address, make it the base_url of provider \`${context.providerId}\`.`,
      };
    case "disconnected":
      return {
        message: `the connection to ${where} broke${tries}${reset(error)}.`,
        hint: "The server may have crashed or run out of memory: look at its log.",
      };
    case "idle_timeout":
      return {
        message: `${where} fell silent${tries}: ${error.message}.`,
        hint: `A longer wait is set by stream_idle_timeout_ms of provider \`${context.providerId}\`.`,
      };
    case "incomplete":
      return {
        message: `the answer broke off without an end${tries}.`,
        hint: "Some servers end like this when generation fails: look at the server's log.",
      };
    case "empty_answer":
      return {
        message: `the model ended without an answer: ${error.message}.`,
        hint: "Ask again, or give it less to read: a prompt larger than the loaded context often ends like this.",
      };
    default:
      return explainServerError(error, context, tries);
  }
}

/** What the server itself said; its own words come first. */
function explainServerError(error: ModelError, context: ExplainContext, tries: string): Explanation {
  const status = error.status === undefined ? "" : ` (HTTP ${error.status})`;
  const message = `${context.providerName} says${status}${tries}: ${error.message}`;
  const hint = serverHint(error, context);
  return hint === undefined ? { message } : { message, hint };
}

function serverHint(error: ModelError, context: ExplainContext): string | undefined {
  switch (error.kind) {
    case "auth":
      return context.envKey === undefined
        ? `The server wants a key: name its variable as env_key in [model_providers.${context.providerId}].`
        : `The key in ${context.envKey} was refused: check it, and that it belongs to ${context.baseUrl}.`;
    case "model_not_found":
      return `Model \`${context.model}\` is not there. Choose another with -m, or get it first (Ollama: ollama pull ${context.model}).`;
    case "not_found":
      return `No Chat Completions API at ${context.baseUrl}. base_url usually ends in /v1.`;
    case "model_not_loaded":
      return `Load the model first (LM Studio: lms load ${context.model}), or switch on loading on demand.`;
    case "model_loading":
      return "The model is still being loaded: try again in a moment.";
    case "context_overflow":
      return "The conversation no longer fits. Start a new session, or load the model with a larger context.";
    case "tools_unsupported":
      return "leat works through tool calls: choose a model that can make them, or start llama.cpp with --jinja.";
    case "template":
      return "The model's chat template refuses this order of messages. A newer template or build of the model usually helps.";
    case "reasoning_replay_required":
      return "The server wants the model's thinking sent back; please report this with the name of the server.";
    case "unsupported_parameter":
      return error.parameter === undefined ? undefined : `It refuses \`${error.parameter}\`.`;
    case "rate_limit":
      return error.retryAfterSeconds === undefined
        ? "Too many requests: wait a little."
        : `It asks to wait ${Math.ceil(error.retryAfterSeconds)} s.`;
    case "quota":
      return "The allowance of this key is spent: check the plan and billing of the account.";
    case "overloaded":
      return "The server is busy. Local servers often serve one request at a time: end other clients.";
    case "server":
      return "The failure is on the server's side: look at its log.";
    default:
      return undefined;
  }
}

/** Node says `ECONNRESET: aborted` of the commonest case, which tells a person nothing more. */
function reset(error: ModelError): string {
  return error.message.startsWith("ECONNRESET") ? "" : `: ${error.message}`;
}

function ofProfile(context: ExplainContext): string {
  return context.profile === undefined
    ? ` (provider \`${context.providerId}\`)`
    : ` (profile \`${context.profile}\`, provider \`${context.providerId}\`)`;
}

/** By provider, else by the port that server uses when nobody changes it. */
function startHint(context: ExplainContext): string {
  const port = new URL(context.baseUrl).port;
  const server = context.providerId === "oss" ? "ollama" : context.providerId;
  if (server === "lmstudio" || port === "1234")
    return `Start LM Studio's server: lms server start (then lms load ${context.model}).`;
  if (server === "ollama" || port === "11434") return "Start Ollama: ollama serve.";
  if (server === "llamacpp" || port === "8080")
    return "Start llama.cpp: llama-server -m <model.gguf> --jinja --port 8080.";
  return "Start the server, or correct base_url in config.toml. Without any model at hand: leat practice.";
}
