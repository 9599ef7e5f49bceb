/**
 * Models that take pictures, by the names that servers and downloads give them. A name says nothing of how a server was
 * started (llama.cpp sees only with `--mmproj`), so the user's `tools.view_image` has the last word.
 */
export function seesImages(model: string): boolean {
  const slug = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  return !BLIND.some((pattern) => pattern.test(slug)) && SEEING.some((pattern) => pattern.test(slug));
}

/** Members of a family that sees, which do not. */
const BLIND: readonly RegExp[] = [
  /^gemma-?3n/,
  /^gemma-?3[-:_](?:1b|270m)/,
  /^o[13]-(?:mini|preview)/,
  /^claude-(?:2|instant)/,
];

const SEEING: readonly RegExp[] = [
  // OpenAI
  /^(?:chat)?gpt-(?:4o|4\.[15]|5)/,
  /^o[134](?:$|[-:])/,
  // Anthropic, Google, xAI
  /^claude-/,
  /^gemini-/,
  /^(?:med)?gemma-?[34](?:$|[-:_])/,
  /^paligemma/,
  /^grok-4/,
  // Alibaba: from 3.5 on every model has a vision encoder.
  /^qwen-?[\d.]*-?(?:vl|omni)/,
  /^qwen-?3\.[56]/,
  /^qvq/,
  // Mistral
  /^pixtral/,
  /^mistral-small-?3\.[12]/,
  /^mistral-small-.*250[36]/,
  /^mistral-(?:medium|large)-?3(?:$|[-.:])/,
  /^ministral-3(?:$|[-:])/,
  /^(?:ministral|mistral-large|devstral-small)-.*2512/,
  /^devstral-small-2(?!\d)/,
  /^magistral.*(?:2509|1\.2)/,
  // Meta
  /^(?:meta-)?llama-?3\.2-(?:11b|90b)/,
  /^(?:meta-)?llama-?4/,
  // Zhipu, Moonshot, Microsoft
  /^glm-4(?:\.\d+)?v/,
  /^kimi-(?:vl|k2\.5)/,
  /^phi-?4-multimodal/,
  // Others
  /^(?:bak)?llava/,
  /^(?:internvl|minicpm-?[vo]|moondream|molmo|smolvlm|cogvlm|idefics|deepseek-vl)/,
  // What calls itself so, as granite3.2-vision, phi-3.5-vision, llama3.2-vision and nemotron-nano-12b-v2-vl do.
  /(?:^|[-_.])(?:vision|vl)(?:$|[-_.:\d])/,
];
