import { type Path, pathOf } from "./parameter-place.ts";

/** Ollama calls it `think`; xAI writes its own names in camel case. */
export function ourName(name: string): string {
  if (name === "think") {
    return "reasoning_effort";
  }
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return KNOWN_NAMES.includes(snake) ? snake : name;
}

/** What leat may send and a server may not know. */
const KNOWN_NAMES = [
  "stream_options",
  "return_progress",
  "tool_choice",
  "parallel_tool_calls",
  "reasoning_effort",
  "chat_template_kwargs",
  "enable_thinking",
  "max_tokens",
  "max_completion_tokens",
  "response_format",
  "prompt_cache_key",
  "reasoning_content",
  "reasoning_details",
  "tool_call_id",
  "reasoning",
  "thinking",
  "temperature",
  "store",
  "include",
  "name",
];

/** Each with the pattern of its name and of a demand on its value. Of a name that is plain English only the first, in quotes. */
const KNOWN = KNOWN_NAMES.map((name) => {
  if (!name.includes("_")) {
    return [name, new RegExp(`["'\`]${name}["'\`]`)] as const;
  }
  // LM Studio: "'response_format.type' must be 'json_schema' or 'text'". Of calls and their outputs it says something else.
  const demand =
    name === "tool_call_id" ? "(?!)" : `(?<!\\w)${name}[\\w.'"\`]{0,30} (?:must|should) (?:not )?be\\b`;
  return [name, new RegExp(`(?<!\\w)${name}(?!\\w)`), new RegExp(demand)] as const;
});

/** Sentences that mean a parameter without its name in our request. */
const SPECIAL: readonly (readonly [string, RegExp])[] = [
  // Ollama.
  ["reasoning_effort", /think value|does(?: not|n't) support thinking|invalid reasoning value/i],
  // vLLM: "Stream options can only be defined when `stream=True`."
  ["stream_options", /\bstream options\b/i],
  // Mistral: "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9."
  ["tool_call_id", /tool call id (?:was|is|must)/i],
  // OpenAI: "Encrypted content is not supported with this model."
  ["include", /encrypted content is not supported/i],
  [
    "parallel_tool_calls",
    /support parallel tool.?(?:calls|calling|use)|parallel tool.?(?:calls|calling) (?:is|are) not/i,
  ],
];

export function findSpecialName(message: string): string | undefined {
  return SPECIAL.find(([, pattern]) => pattern.test(message))?.[0];
}

/** A parameter that is named anywhere, beside a word of refusal. Words of plain English count in quotes only. */
export function knownName(message: string): string | undefined {
  return VERBS.test(message)
    ? KNOWN.find(([, pattern]) => pattern.test(message))?.[0]
    : KNOWN.find(([, , demand]) => demand?.test(message))?.[0];
}

const VERBS =
  /\bnot (?:supported|allowed|permitted|recognized|accepted|enabled|available|valid|implemented)|unsupported|unknown|unrecognized|unexpected|\binvalid\b|does(?: not|n't) support|only supports?\b|cannot (?:both )?be (?:used|set|specified)|must be set|不支持/i;

interface Names {
  readonly named: readonly Path[];
  readonly isNamed: boolean;
}

/** The sentences that name what they refuse. A name without quotes or colon must look like one of ours. */
export function namesIn(message: string): Names {
  for (const pattern of NAMING) {
    const [, mark = "", name = "", at] = pattern.exec(message) ?? [];
    const path = pathOf(name);
    const top = path[0] ?? "";
    const isMarked = mark === "" || /[:"'`[{(]/.test(mark);
    if (top !== "" && (isMarked || ourName(top).includes("_") || KNOWN_NAMES.includes(top))) {
      const place = pathOf(at ?? "");
      return { named: [place[0] === "tools" ? [...place, ...path] : path], isNamed: true };
    }
  }
  return { named: [], isNamed: false };
}

function naming(...sources: readonly string[]): readonly RegExp[] {
  return sources.map(
    (source) =>
      new RegExp(
        source
          .replaceAll("<MARK>", "([ :\"'`[{(]{1,5})")
          .replaceAll("<NAME>", String.raw`(\.?[A-Za-z_][\w.[\]]{0,99})`),
        "i",
      ),
  );
}

const NAMING = naming(
  // OpenAI, Azure, serde ("unknown field `x`"), Go ("unknown field \"x\""), Gemini ("Unknown name \"x\" at 'tools[0]'"), zod.
  String.raw`(?:unsupported|unknown|unrecognized|unexpected|extra|disallowed|invalid) (?:request |keyword |input )?(?:parameter|argument|field|property|properties|key|name|input)s?(?:\(s\))?(?: supplied| in object| received| for)?<MARK><NAME>["'\`]?(?: at '(tools[^']{1,100}))?`,
  // OpenAI; after "Unsupported value:" alone the value may stand as well.
  "invalid (?:type|value) for<MARK><NAME>",
  "unsupported value<MARK><NAME>[\"'`] does not",
  // Anthropic: "x: Extra inputs are not permitted"; pydantic 1 wrote "fields".
  String.raw`(^|[ "'\`(:])<NAME>["'\`]?: extra (?:inputs|fields) (?:are )?not permitted`,
  // Fireworks: "Extra inputs are not permitted, field: 'messages[6].reasoning_content'".
  "not permitted,?(?: field)?<MARK><NAME>",
  // Groq: "property 'x' is unsupported".
  "property<MARK><NAME>[\"'`] is unsupported",
  // jsonschema: "Additional properties are not allowed ('x' was unexpected)".
  String.raw`properties (?:are|is) not allowed:? ?(\(?["'\`])<NAME>`,
  // LiteLLM: "openai does not support parameters: ['x']"; xAI: "does not support parameter presencePenalty".
  "support (?:the )?(?:parameter|argument)s?<MARK><NAME>",
  "not supported on this model<MARK><NAME>",
  // "'x' is not supported with this model", but not "Model 'x' is not supported".
  String.raw`(?<!model |role )(["'\`])<NAME>["'\`] (?:parameter )?(?:is|are) not (?:supported|allowed|permitted|valid)`,
  // LM Studio: "Invalid tool_choice type: 'object'"; OpenAI: "Invalid 'x': integer above maximum value".
  "invalid<MARK><NAME> type",
  "invalid( [\"'`])<NAME>[\"'`]:",
  // DashScope: "parameter.enable_thinking must be set to false".
  String.raw`(parameter\.)<NAME> must`,
  // serde, of the type: "target type: tool_choice: invalid type: map, expected a string".
  "(target type: )<NAME>: (?:unknown|invalid|data did not)",
  // Go, of the type: "cannot unmarshal object into Go struct field ChatCompletionRequest.tool_choice of type string".
  "(Go struct field )<NAME> of type",
  // vLLM: "temperature must be non-negative, got -1. (parameter=temperature, value=-1)".
  String.raw`(\(parameter=)<NAME>,`,
  // OpenRouter: "No endpoints found that support the provided 'tool_choice' value".
  "(provided ['\"`])<NAME>['\"`] value",
);
