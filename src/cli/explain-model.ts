import type { ModelError, ModelErrorKind } from "../protocol/index.ts";
import type { ExplainContext, Explanation } from "./explanation.ts";

/** What went wrong between leat and a model server: on the way there, in the stream, or by the server's own word. */
export function explainModelError(error: ModelError, context: ExplainContext): Explanation {
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
      return explainServerError({ ...error, kind: error.kind }, context, tries);
  }
}

/** Kinds that the server itself tells of; the others are told above. */
type ServerKind = Exclude<
  ModelErrorKind,
  | "connection_refused"
  | "host_not_found"
  | "unreachable"
  | "host_not_allowed"
  | "tls"
  | "redirect"
  | "disconnected"
  | "idle_timeout"
  | "incomplete"
  | "empty_answer"
>;

type ServerError = ModelError & { readonly kind: ServerKind };

/** What the server itself said; its own words come first. */
function explainServerError(error: ServerError, context: ExplainContext, tries: string): Explanation {
  if (error.kind === "bad_request" && error.status === undefined) {
    return {
      message: `the request can't be sent: ${error.message}.`,
      hint: `Look at http_headers, env_http_headers and the key of provider \`${context.providerId}\`: no line breaks, plain ASCII.`,
    };
  }
  const status = error.status === undefined ? "" : ` (HTTP ${error.status})`;
  const message = `${context.providerName} says${status}${tries}: ${error.message}`;
  const hint = serverHint(error, context);
  return hint === undefined ? { message } : { message, hint };
}

function serverHint(error: ServerError, context: ExplainContext): string | undefined {
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
      return `${overflow(error)}Start a new session, or load the model with a larger context.`;
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
    case "bad_request":
      return undefined;
    default:
      return error.kind satisfies never;
  }
}

/** Node says `ECONNRESET: aborted` of the commonest case, which tells a person nothing more. */
function reset(error: ModelError): string {
  return error.message.startsWith("ECONNRESET") ? "" : `: ${error.message}`;
}

function overflow({ contextTokens, promptTokens }: ModelError): string {
  if (contextTokens === undefined) {
    return "The conversation no longer fits. ";
  }
  const prompt =
    promptTokens === undefined ? "The conversation has more" : `The conversation has ${promptTokens} tokens`;
  return `${prompt}, the loaded context holds ${contextTokens}. `;
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
  if (server === "lmstudio" || port === "1234") {
    return `Start LM Studio's server: lms server start (then lms load ${context.model}).`;
  }
  if (server === "ollama" || port === "11434") {
    return "Start Ollama: ollama serve.";
  }
  if (server === "llamacpp" || port === "8080") {
    return "Start llama.cpp: llama-server -m <model.gguf> --jinja --port 8080.";
  }
  return "Start the server, or correct base_url in config.toml. Without any model at hand: leat practice.";
}
