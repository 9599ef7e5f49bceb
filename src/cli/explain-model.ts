import { isLoopback } from "../net/index.ts";
import type { ModelError, ServerErrorKind } from "../protocol/index.ts";
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
        message: `${where} can't be reached${ofProfile(context)}${tries}: ${clause(error.message)}.`,
        hint: `Check base_url of provider \`${context.providerId}\`, your network and any VPN.`,
      };
    case "host_not_allowed":
      return {
        message: `${clause(error.message)}, so leat does not contact it.`,
        hint: "Only loopback and the hosts of configured providers are contacted.",
      };
    case "tls":
      return {
        message: `no secure connection to ${where}: ${clause(error.message)}.`,
        hint: "Check the certificate of the server; a private authority is added with NODE_EXTRA_CA_CERTS=<file>.",
      };
    case "redirect":
      return {
        message: `${where} is ${clause(error.message)}, and leat does not follow redirects.`,
        hint: `If you trust the new address, make it the base_url of provider \`${context.providerId}\`.`,
      };
    case "disconnected":
      return {
        message: `the connection to ${where} broke${tries}${reset(error)}.`,
        hint: "The server may have crashed or run out of memory: look at its log.",
      };
    case "idle_timeout":
      return {
        message: `${where} fell silent${tries}: ${clause(error.message)}.`,
        hint: `A longer wait is set by stream_idle_timeout_ms of provider \`${context.providerId}\`.`,
      };
    case "incomplete":
      return {
        message: `the answer broke off without an end${tries}.`,
        hint: "Some servers end like this when generation fails: look at the server's log.",
      };
    case "empty_answer":
      return {
        message: `the model ended without an answer: ${clause(error.message)}.`,
        hint: "Ask again, or give it less to read: a prompt larger than the loaded context often ends like this.",
      };
    default:
      return explainServerError({ ...error, kind: error.kind }, context, tries);
  }
}

type ServerError = ModelError & { readonly kind: ServerErrorKind };

/** What the server itself said; its own words come first, as they are. */
function explainServerError(error: ServerError, context: ExplainContext, tries: string): Explanation {
  if (error.kind === "bad_request" && error.status === undefined && UNSENDABLE.test(error.message)) {
    return {
      message: `the request can't be sent: ${clause(error.message)}.`,
      hint: `Look at http_headers, env_http_headers and the key of provider \`${context.providerId}\`: no line breaks, plain ASCII.`,
    };
  }
  const status = error.status === undefined ? "" : ` (HTTP ${error.status})`;
  const message = `${context.providerName} says${status}${tries}: ${error.message.trim()}`;
  const hint = error.wants === undefined ? serverHint(error, context) : otherApiHint(error.wants, context);
  return hint === undefined ? { message } : { message, hint };
}

/** Node's words for a header it does not send. */
const UNSENDABLE = /^(?:invalid character in header|header name must be)/i;

function serverHint(error: ServerError, context: ExplainContext): string | undefined {
  switch (error.kind) {
    case "auth":
      if (context.hasBearerToken === true) {
        return `The key in experimental_bearer_token of [model_providers.${context.providerId}] was refused: check it, and that it belongs to ${context.baseUrl}.`;
      }
      return context.envKey === undefined
        ? `The server wants a key: name its variable as env_key in [model_providers.${context.providerId}].`
        : `The key in ${context.envKey} was refused: check it, and that it belongs to ${context.baseUrl}.`;
    case "model_not_found":
      return `Model \`${context.model}\` is not there. Choose another with -m, or get it first (${getCommand(context)}).`;
    case "not_found":
      return `No Chat Completions API at ${context.baseUrl}. base_url usually ends in /v1.`;
    case "model_not_loaded":
      return `Load the model first (LM Studio: lms load ${context.model}), or switch on loading on demand.`;
    case "model_loading":
      return "The model is still being loaded: try again in a moment.";
    case "context_overflow":
      return `${overflow(error)}${moreRoom(error, context)}`;
    case "tools_unsupported":
      return /--tool-call-parser|--enable-auto-tool-choice/.test(error.message)
        ? "Start the server with the options it names, or choose a model that can call tools with -m."
        : "leat works through tool calls: choose a model that can make them, or start llama.cpp with --jinja.";
    case "template":
      return "The model's chat template refuses this order of messages, also in the forms leat knows for strict templates. A newer template or build of the model usually helps (LM Studio: one of lmstudio-community; llama.cpp: --chat-template-file).";
    case "reasoning_replay_required":
      return "The server wants the model's earlier thinking sent back. leat does so where the session holds it: start a new session, or choose another model with -m.";
    case "unsupported_parameter":
      return refusedHint(error.parameter);
    case "rate_limit":
      return error.retryAfterSeconds === undefined
        ? "Too many requests: wait a little."
        : `It asks to wait ${waitText(error.retryAfterSeconds)}.`;
    case "quota":
      return "The allowance of this key is spent: check the plan and billing of the account.";
    case "overloaded":
      return isLocal(context)
        ? "The server is busy. Local servers often serve one request at a time: end other clients."
        : "The server is busy: try again in a while, or choose another model with -m.";
    case "server":
      return isLocal(context)
        ? "The failure is on the server's side: look at its log."
        : "The failure is on the server's side: try again in a while, or choose another model with -m.";
    case "bad_request":
      return undefined;
    default:
      return error.kind satisfies never;
  }
}

function otherApiHint(wants: NonNullable<ModelError["wants"]>, context: ExplainContext): string {
  return wants === "responses"
    ? `This model is served on the Responses API: set wire_api = "responses" in [model_providers.${context.providerId}], or choose another model with -m.`
    : `The server offers Chat Completions: set wire_api = "chat" in [model_providers.${context.providerId}].`;
}

/** What leat can leave out, it leaves out and asks again; what a person reads of is what it can't, or what did not help. */
function refusedHint(parameter: string | undefined): string {
  switch (parameter) {
    case undefined:
      return "It does not say which part of the request it refuses; its log may. A newer version of the server may take it.";
    case "reasoning_effort":
    case "reasoning":
    case "reasoning.effort":
    case "thinking":
    case "enable_thinking":
    case "chat_template_kwargs":
      return `It refuses \`${parameter}\`, which says how hard to think: take model_reasoning_effort out of the configuration, or give it a level this model knows.`;
    default:
      return `It refuses \`${parameter}\`. A newer version of the server, or another model, may take it.`;
  }
}

function overflow({ contextTokens, promptTokens }: ModelError): string {
  if (contextTokens === undefined) {
    return "The conversation no longer fits. ";
  }
  if (promptTokens === undefined) {
    return `The conversation has more tokens than the loaded context holds: ${contextTokens}. `;
  }
  const answer = promptTokens <= contextTokens ? ", and the answer needs room, too" : "";
  return `The conversation has ${promptTokens} tokens, the loaded context holds ${contextTokens}${answer}. `;
}

function moreRoom(error: ModelError, context: ExplainContext): string {
  const command = loadCommand(localServer(context), context.model, roomyContext(error));
  if (command !== undefined) {
    return `Start a new session, or load the model with a larger context: ${command}.`;
  }
  return isLocal(context)
    ? "Start a new session, or load the model with a larger context."
    : "Start a new session, or choose a model with a larger context with -m.";
}

function loadCommand(server: LocalServer | undefined, model: string, tokens: number): string | undefined {
  switch (server) {
    case undefined:
      return undefined;
    case "lmstudio":
      return `lms load ${model} --context-length ${tokens}`;
    // Its /v1 knows no option for it: the length is a setting of the server.
    case "ollama":
      return `OLLAMA_CONTEXT_LENGTH=${tokens} ollama serve`;
    case "llamacpp":
      return `llama-server -c ${tokens}`;
    default:
      return server satisfies never;
  }
}

/** A power of two with room for an answer; servers' numbers are not trusted beyond a million. */
function roomyContext({ contextTokens = 0, promptTokens = 0 }: ModelError): number {
  const wanted = Math.max(contextTokens + 1, promptTokens * 1.25, 32_768);
  return 2 ** Math.min(20, Math.ceil(Math.log2(wanted)));
}

function getCommand(context: ExplainContext): string {
  if (isLoopback(new URL(context.baseUrl).hostname)) {
    return `leat models pull ${context.model}`;
  }
  return localServer(context) === "lmstudio"
    ? `LM Studio: lms get ${context.model}`
    : `Ollama: ollama pull ${context.model}`;
}

function waitText(seconds: number): string {
  return seconds <= 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** The end of a foreign sentence, so that ours can go on or end behind it. */
function clause(text: string): string {
  return text.trim().replace(/[\s.]{1,20}$/, "");
}

/** Node says `ECONNRESET: aborted` of the commonest case, which tells a person nothing more. */
function reset(error: ModelError): string {
  return error.message.startsWith("ECONNRESET") ? "" : `: ${clause(error.message)}`;
}

function ofProfile(context: ExplainContext): string {
  return context.profile === undefined
    ? ` (provider \`${context.providerId}\`)`
    : ` (profile \`${context.profile}\`, provider \`${context.providerId}\`)`;
}

type LocalServer = "lmstudio" | "ollama" | "llamacpp";

/** By provider, else by the port that server uses when nobody changes it. */
function localServer(context: ExplainContext): LocalServer | undefined {
  const port = new URL(context.baseUrl).port;
  const id = context.providerId === "oss" ? "ollama" : context.providerId;
  if (id === "lmstudio" || port === "1234") {
    return "lmstudio";
  }
  if (id === "ollama" || port === "11434") {
    return "ollama";
  }
  return id === "llamacpp" || port === "8080" ? "llamacpp" : undefined;
}

function isLocal(context: ExplainContext): boolean {
  return isLoopback(new URL(context.baseUrl).hostname) || localServer(context) !== undefined;
}

function startHint(context: ExplainContext): string {
  const server = localServer(context);
  switch (server) {
    case "lmstudio":
      return `Start LM Studio's server: lms server start (then lms load ${context.model}).`;
    case "ollama":
      return "Start Ollama: ollama serve.";
    case "llamacpp":
      return "Start llama.cpp: llama-server -m <model.gguf> --jinja --port 8080.";
    case undefined:
      return "Start the server, or correct base_url in config.toml. Without any model at hand: leat practice.";
    default:
      return server satisfies never;
  }
}
