/** How model families mark their thinking within the text, for servers that pass it on unread. */
export interface ThinkingKind {
  /** Begins the thinking, at the very start of an answer; undefined if the family has no mark for that. */
  readonly open: string | undefined;
  readonly close: string;
}

export const THINKING_KINDS: readonly ThinkingKind[] = [
  { open: "<think>", close: "</think>" },
  { open: "<thinking>", close: "</thinking>" },
  // Mistral.
  { open: "[THINK]", close: "[/THINK]" },
  // Seed-OSS, MiniMax M3.
  { open: "<seed:think>", close: "</seed:think>" },
  { open: "<mm:think>", close: "</mm:think>" },
  // Cohere, Apertus, EXAONE Deep, Kimi-VL.
  { open: "<|START_THINKING|>", close: "<|END_THINKING|>" },
  { open: "<|inner_prefix|>", close: "<|inner_suffix|>" },
  { open: "<thought>", close: "</thought>" },
  { open: "◁think▷", close: "◁/think▷" },
  // Gemma 4 names the channel; Ollama's parser takes it without a name, too.
  { open: "<|channel>thought", close: "<channel|>" },
  { open: "<|channel>", close: "<channel|>" },
  // Apriel begins with a sentence, which is no mark.
  { open: undefined, close: "[BEGIN FINAL RESPONSE]" },
];

/** Marks around an answer that say nothing (Command R7B, Command A, Apriel): taken out wherever they stand. */
export const ANSWER_MARKS: readonly string[] = [
  "<|START_RESPONSE|>",
  "<|END_RESPONSE|>",
  "<|START_TEXT|>",
  "<|END_TEXT|>",
  "[END FINAL RESPONSE]",
];

/** What some families wrap an answer in, right after the thinking: Hunyuan A13B; Granite 3.3 and Ernie. */
export const ANSWER_WRAPPERS: readonly { readonly open: string; readonly close: string }[] = [
  { open: "<answer>", close: "</answer>" },
  { open: "<response>", close: "</response>" },
];
