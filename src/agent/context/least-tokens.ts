import type { HistoryItem } from "../../protocol/index.ts";
import type { ModelRequest } from "../../wire/index.ts";

/**
 * How many tokens a prompt has at the very least, whatever the model: what a tokenizer can't merge, counted. The tokenizers of
 * today's models cut a text into words before they look for tokens (the patterns of GPT-4, Llama 3 and Qwen; SentencePiece at
 * its blanks), so that no token holds two words. What a template may leave out or put otherwise is not counted: the
 * descriptions of tools, thinking, pictures.
 */
export function leastTokens(request: ModelRequest): number {
  return leastOf(request.instructions) + request.items.reduce((sum, item) => sum + leastOfItem(item), 0);
}

/** Items never change. */
const counted = new WeakMap<HistoryItem, number>();

function leastOfItem(item: HistoryItem): number {
  const known = counted.get(item);
  if (known !== undefined) {
    return known;
  }
  const tokens = textsOf(item).reduce((sum, text) => sum + leastOf(text), 0);
  counted.set(item, tokens);
  return tokens;
}

function textsOf(item: HistoryItem): readonly string[] {
  switch (item.type) {
    case "message":
      return item.content.flatMap((part) => ("text" in part ? [part.text] : []));
    case "reasoning":
      return [];
    case "function_call":
      // JSON is written anew by some templates, its signs with it.
      return [item.name];
    case "function_call_output":
      return [item.output];
    default:
      return item satisfies never;
  }
}

/** Runs of signs without blanks between words; of letters, with the end of `don't`; of digits; of anything else that is no blank. */
const PIECES =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+)|([\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+)|([\p{L}\p{M}]+(?:['’]\p{L}{1,2}(?!\p{L}))?)|(\p{N}+)|([^\s\p{L}\p{M}\p{N}]+)/gu;
/** In each kind of run, the most characters a token holds on the whole of a text. */
const MOST_CHARACTERS = { ideographs: 3, unspaced: 6, letters: 16, digits: 3 };

export function leastOf(text: string): number {
  let tokens = 0;
  for (const { 0: run, 1: ideographs, 2: unspaced, 3: letters, 4: digits, index } of text.matchAll(PIECES)) {
    if (ideographs !== undefined) {
      tokens += ideographs.length / MOST_CHARACTERS.ideographs;
    } else if (unspaced !== undefined) {
      tokens += unspaced.length / MOST_CHARACTERS.unspaced;
    } else if (letters !== undefined) {
      tokens += Math.ceil(letters.length / MOST_CHARACTERS.letters);
    } else if (digits !== undefined) {
      tokens += Math.ceil(digits.length / MOST_CHARACTERS.digits);
    } else if (run.length > 1 || !LETTER.test(text.charAt(index + 1))) {
      // One sign in front of a word may be of its token.
      tokens += 1;
    }
  }
  return Math.floor(tokens);
}

const LETTER = /\p{L}/u;
