import type { ModelErrorKind } from "../../protocol/index.ts";
import type { Refusal } from "./parameter.ts";

interface Evidence {
  readonly message: string;
  /** Codes and types that stand beside the message. */
  readonly codes: string;
  readonly status: number | undefined;
  readonly refusal: Refusal | undefined;
  /** The server names another API. */
  readonly wantsOtherApi: boolean;
}

/** The kind goes by what is said, whatever the status; where the words say nothing known, by the status. */
export function kindOf(evidence: Evidence): ModelErrorKind {
  const words = `${evidence.message} ${evidence.codes}`;
  return (
    byWords(BEFORE_REFUSAL, words) ??
    byRefusal(evidence.refusal) ??
    (evidence.wantsOtherApi ? "bad_request" : undefined) ??
    byWords(AFTER_REFUSAL, words) ??
    byStatus(evidence.status, words)
  );
}

type Row = readonly [ModelErrorKind, ...RegExp[]];

/**
 * First match wins. Template errors come first because servers send them as 400, 404 and 500; pace comes before
 * size and load, because "rate limit" messages speak of tokens and queues, too; size comes before parameters,
 * because messages of overflow name `max_tokens`.
 */
const BEFORE_REFUSAL: readonly Row[] = [
  [
    "reasoning_replay_required",
    // DeepSeek, then Moonshot and SiliconFlow, then DeepSeek at first.
    /reasoning_content.{0,100}must be passed back/i,
    /(?:reasoning_content|thought_signature) is missing in/i,
    /missing .{0,4}(?:reasoning_content|thought_signature)\b/i,
    /missing a .{0,4}thought_signature/i,
    // Anthropic's compatibility layers.
    /must start with a thinking block/i,
  ],
  [
    "template",
    // llama.cpp, LM Studio, TabbyAPI, vLLM; `--jinja` is what an old llama.cpp wants to be started with.
    /(?<!--)\bjinja/i,
    /template ?error|raise_exception|apply_chat_template|failed to apply (?:chat )?template/i,
    /chat template(?! kwargs)|parser for this template|error rendering (?:prompt|template)/i,
    // Templates of Mistral, Gemma, Qwen, Llama; Ollama's are Go's.
    /roles? must (?:be )?alternat|messages must alternate/i,
    /system (?:message|role|prompt) (?:must be|not supported|is not supported|should be)/i,
    /only (?:the )?user(?:, | and |\/)assistant|only user, assistant/i,
    /unexpected (?:message )?role\b|role ['"`]?\w{1,20}['"`]? (?:is )?not supported|unknown role/i,
    /no user query found|expected last role|first message must be|must start with a user|only supports single tool-?calls/i,
    /cannot pass both content and thinking|message_order|not the same number of function calls and responses/i,
    /2 or more assistant messages|assistant (?:response|message) prefill|template: .{0,40}executing/i,
  ],
  [
    "tools_unsupported",
    /(?:does not|doesn't|not) support (?:the use of )?(?:tools?\b|tool.?(?:use|call|choice with)|function.?call|functions\b)/i,
    /tools param (?:requires|is not)|cannot use tools with stream|found that support tool use/i,
    /(?:tool.?(?:use|call(?:ing|s)?)|\btools|function.?calling)['"`]? (?:is|are) not (?:supported|enabled|available)/i,
    // vLLM and SGLang, started without a parser.
    /--enable-auto-tool-choice|--tool-call-parser/i,
  ],
  // Google counts days and minutes under the same words.
  ["quota", /PerDay/],
  [
    "rate_limit",
    /per.?(?:second|minute|min|hour)\b|PerMinute|please retry in \d|too_many_requests|burst_rate/i,
  ],
  [
    "quota",
    /insufficient[_ ](?:quota|credits?|balance|funds)|exceeded your current quota|exceeded_current_quota|quota[_ ]exceeded/i,
    // Not every "billing": OpenAI's rate limit says where to add a payment method.
    /billing details|billing (?:hard )?limit|billing_(?:not_active|error|hard)|credit balance|out of credits|more credits|payment required/i,
    /(?:usage|spending|spend) limit|usage_limit|exceeded your (?:monthly|daily|weekly)|used all available credits|arrear/i,
  ],
  [
    "rate_limit",
    /rate.?limit|too many requests|requests? limit|limit_requests|throttl|slow_down|request reached .{0,30}max|reduce concurrency/i,
    // Bedrock.
    /too many tokens, please wait/i,
  ],
  [
    "context_overflow",
    /exceed(?:s|ed|ing)?(?:_| (?:\S{1,20} ){0,6})context[_ ](?:length|size|window|limit)/i,
    /context.?(?:length|size|window|limit).{0,20}exceed|context overflow|context (?:the )?overflows/i,
    /maximum (?:context|prompt|model|allowed input|input|sequence) length|greater than the context length/i,
    /(?:larger|longer) than the (?:model's )?(?:maximum |available )?(?:context|model)|not fit in (?:the )?context/i,
    /\b(?:prompt|input|request|request body|messages?)(?: \([^)]{1,30}\))?(?: is| are)? too (?:long|large)|request_too_large/i,
    /too large for model with|content\b.{0,20}: string too long/i,
    // Copilot, Moonshot, Gemini, z.ai, DashScope, GitHub Models, Cerebras and Groq.
    /token count.{0,60}exceeds|token limit exceeded|model token limit|tokens_limit_reached/i,
    /prompt exceeds max length|range of input length|reduce the length of the (?:messages|prompt|input)/i,
    // TGI, ExLlama, llama.cpp's cache; old vLLM subtracted the prompt from the room there is.
    /inputs` (?:tokens|must have less)|max_seq_len|free space in the kv cache|kv cache is full/i,
    /max_tokens must be at least 1, got -|too many tokens/i,
  ],
];

const AFTER_REFUSAL: readonly Row[] = [
  // OpenAI sends 404 for what is wrong with an item of the input.
  ["bad_request", /\bitem with id\b.{0,200}not found/i],
  [
    "model_not_loaded",
    /no models? (?:is |are |has been )?(?:currently )?loaded|model (?:\S{1,100} )?(?:is |was |has been )?(?:not (?:currently )?|un)loaded(?! yet)|failed to load model/i,
  ],
  [
    "model_loading",
    /loading model|(?:still|currently) loading|being loaded|not yet loaded|not loaded yet|model is loading|estimated_time|warming up|model (?:is )?not (?:yet )?ready/i,
  ],
  [
    "model_not_found",
    /model_not_found|model_not_supported|DeploymentNotFound|deployment for this resource does not exist|model_decommissioned/i,
    /\bmodels?\b.{0,200}(?:not found|not exist|decommissioned)/i,
    /\bmodel (?:\S{1,100} )?is not supported/i,
    /not found the model|no such model|unknown model|invalid model|not a valid model|model identifier is invalid/i,
    // llama-swap.
    /could not find (?:real )?model|no router for requested model/i,
    /try pulling it|unable to access (?:non-serverless )?model|no endpoints found for|repository not found/i,
    // Anthropic: {"type":"not_found_error","message":"model: claude-x"}.
    /model: \S{1,100} .{0,40}not_found/i,
  ],
  [
    "not_found",
    // LM Studio (with 200), OpenAI, Express.
    /unexpected endpoint or method|unrecognized request url|invalid url \(post|cannot post \//i,
    /\b(?:no|unknown) (?:such )?(?:route|endpoint|path)\b|\b(?:route|endpoint|path) (?:\S{1,100} )?not found/i,
  ],
  [
    "auth",
    /api[ _-]?key.{0,40}(?:invalid|not valid|expired|missing|required|incorrect|not provided|passed)/i,
    /(?:invalid|incorrect|expired|missing|no|provide an?|wrong)[ _](?:\S{1,12}[ _])?(?:x-)?(?:api[ _-]?(?:key|token)|auth(?:\b|entic|oriz))/i,
    /authentication|unauthorized|unauthenticated|token expired|malformed .{0,20}api token|permission_(?:denied|error)/i,
  ],
  // LM Studio sends these with 400.
  ["server", /\bcrashed\b|process has terminated|out of memory|channel error/i],
  // Envoy and others say 503 of a server that can't be reached at all.
  ["server", /upstream connect error|connection (?:refused|reset|failure|error)|ECONNRE(?:FUSED|SET)/i],
  ["overloaded", /over.?loaded/i],
  // A 429 is pace, also where it speaks of queues or a busy server.
  ["rate_limit", /\bstatus 429\b/],
  [
    "overloaded",
    /(?:server|system|engine|model)s? (?:is |are )?(?:currently |too )?busy|(?:at|over|exceeded|no|insufficient) capacity|capacity exceeded|high demand/i,
    /no (?:free |available |healthy )?(?:slots?|workers?|replicas?|upstream)|pending requests exceeded|queue (?:is )?full|temporarily unavailable/i,
  ],
];

function byWords(rows: readonly Row[], words: string): ModelErrorKind | undefined {
  for (const [kind, ...patterns] of rows) {
    if (patterns.some((pattern) => pattern.test(words))) {
      return kind;
    }
  }
  return undefined;
}

function byRefusal(refusal: Refusal | undefined): ModelErrorKind | undefined {
  switch (refusal?.part) {
    case undefined:
      return undefined;
    case "parameter":
      return "unsupported_parameter";
    case "tools":
      return "tools_unsupported";
    case "role":
      return "template";
    case "tool-definition":
      return "bad_request";
    default:
      return refusal satisfies never;
  }
}

function byStatus(status: number | undefined, words: string): ModelErrorKind {
  switch (status) {
    case 401:
      return "auth";
    case 403:
      return /moderation|flagged|content.?(?:filter|policy)/i.test(words) ? "bad_request" : "auth";
    case 402:
      return "quota";
    case 404:
    case 405:
      return "not_found";
    // What is too large to be read at all is the conversation.
    case 413:
      return "context_overflow";
    case 429:
      return "rate_limit";
    case 503:
    case 529:
      return "overloaded";
    default:
      return status !== undefined && status >= 400 && status < 500 ? "bad_request" : "server";
  }
}
