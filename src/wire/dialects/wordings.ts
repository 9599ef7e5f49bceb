/** What servers, templates and libraries say when they refuse a message. Repetitions are bounded: the text is theirs. */

export const TOOLS_AND_STREAM =
  /\btools?\b.{0,60}\bstream(?:ing|ed)?\b(?!_)|\bstream(?:ing|ed)?\b(?!_).{0,60}\btools?\b/i;

export const CANNOT =
  /cannot|can't|n't (?:currently )?support|not (?:currently |yet )?support|unsupported|not (?:be )?(?:allowed|available|used|combined)/i;

/** Also of the template (Unsloth: "the loaded model's chat template does not support tools"), whatever else the sentence is about. */
export const NO_TOOLS =
  /(?:not|n't) (?:currently |yet )?(?:support|advertise|accept|allow|have|know)(?: the use of| any| native)? (?:tools?\b|tool.?(?:use|call)|function.?call)/i;

/** What mistral-common alone says; it wants ids of nine characters, too, and would say so next. */
export const MISTRAL_COMMON = /unexpected role '?\w{1,20}'? after role|expected last role|message_order/i;

/** Templates in their own words, mistral-common and Mistral's API ("Unexpected role 'user' after role 'tool'"). */
export const ALTERNATION =
  /\balternat(?:e|es|ing|ion)\b.{0,60}\b(?:user|assistant|roles?)\b|\b(?:user|assistant|roles?)\b.{0,60}\balternat(?:e|es|ing|ion)\b|unexpected role '?\w{1,20}'? after role|expected last role|message_order|(?:consecutive|two) (?:user|assistant) messages/i;

/** Mistral's templates name the system message when they speak of turns, and allow it. */
export const ALLOWS_SYSTEM = /\balternat|after role|optional system message/i;

/**
 * "System role not supported", "Only user and assistant roles are supported", "does not support 'system'",
 * "System message must be at the beginning".
 */
export function refusesRole(message: string, role: "system" | "tool"): boolean {
  const only = /only ([\w,/ ]{1,80}) roles? (?:is|are) (?:supported|allowed)/i.exec(message)?.[1];
  if (only !== undefined) {
    return !only.toLowerCase().includes(role);
  }
  const patterns = role === "system" ? SYSTEM_REFUSED : TOOL_REFUSED;
  return patterns.test(message);
}

const SYSTEM_REFUSED =
  /system (?:role|messages?|prompts?|instructions?)(?: \w{1,20}){0,3} (?:not|isn't|aren't)\b|system message must|(?:unexpected|invalid|unknown|unsupported)(?: message)? role\W{1,6}(?:system|developer)\b|\brole\W{1,6}(?:system|developer)\W{1,3}(?:is )?not (?:supported|allowed)|\brole\W{1,3}does(?:n't| not) support\W{1,4}(?:system|developer)\b|developer instruction is not enabled/i;

const TOOL_REFUSED =
  /tool (?:role|messages?)(?: \w{1,20}){0,3} not\b|(?:not support|unsupported|unexpected|invalid|unknown)(?: message)? role\W{1,8}tool\b|unexpected message role/i;

/**
 * mistral-common up to version 1.5, and vLLM with it (vllm#16774); gpt-oss: "Cannot pass both content and thinking in an
 * assistant message with tool calls!" (llama.cpp#17040).
 */
export const TEXT_BESIDE_CALLS =
  /either content or tool_calls, but not both|cannot pass both content and thinking in an assistant message with tool calls/i;

/** OpenAI's Responses: "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false." */
export const STORED_ITEMS =
  /\bitems? .{0,120}not found|not persisted|expected an id that begins|input\[\d{1,5}\]\.content'?: array too long/i;

/** OpenAI: "Invalid 'messages[2].tool_calls[0].id': string too long"; Anthropic: "tool_use.id: String should match". */
export const REFUSED_ID =
  /(?:tool_calls?(?:\[\d{1,4}\]|\.\d{1,4})?\.id|tool_call_?id|tool_use(?:\.|_)id)\b.{0,120}(?:too long|maximum length|at most|pattern|invalid (?:char|format))/i;

const CONTENT = String.raw`\bcontent\b.{0,80}`;

export const WANTS_STRING = new RegExp(
  `${CONTENT}(?:must be a(?: valid)? string|should be a(?: valid)? string|expected a string|got (?:null|none|'null')|cannot be null|must not be null|string or an array)|type must be string, but is null|(?:should|must) be a(?: valid)? string.{0,40}${CONTENT}|missing field \`content\``,
  "i",
);

/**
 * What comes of null in code that expects a text: Python ("'NoneType' object is not iterable", mlx-vlm#1785), Jinja
 * in C++ ("Value is not callable: null", "Callee is not a function: got Undefined"), Go; and in templates' own words
 * ("Invalid content type", Gemma 3). Only of a request that has one.
 */
export const NULL_REFUSED =
  /\bnonetype\b|\bnone['"]? (?:has|is|object|and|\()|\band none\b|\bnull\b|<nil>|\bgot undefined\b|(?:invalid|unexpected|unsupported|missing)\W{1,3}(?:message )?content\b|\bcontent\b.{0,60}(?:empty|missing|required|at least one|不能为空)|at least one content/i;

export const GOT_ARRAY =
  /unmarshal array into.{0,80}content|content.{0,80}(?:expected (?:a )?string, (?:got|but got|found) (?:an )?(?:array|list|sequence)|got (?:an )?(?:array|list))|type must be string, but is array|invalid type: sequence, expected a string/i;

export const WANTS_ARRAY =
  /content.{0,80}(?:must be an array|should be a(?: valid)? (?:list|array)|expected an? (?:array|list))|(?:should|must) be a(?: valid)? (?:list|array).{0,40}content|unmarshal string into.{0,80}content/i;

/** DeepSeek, llama.cpp without a projector, LM Studio, Ollama, OpenAI. */
export const PICTURES_REFUSED =
  /unknown variant `image_url`|image_url\b.{0,60}(?:not|only) supported|(?:image|vision|multimodal)s? (?:inputs? )?(?:is|are) not supported|n(?:'t|ot) support (?:image|vision|picture|multimodal)|required for image input/i;
