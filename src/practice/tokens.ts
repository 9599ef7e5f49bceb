/** Tokens, as a script can know them: words for speaking, a quarter of the bytes for the prompt. */

// The wide scripts have no spaces between words, so each of their characters is a token.
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]|\s?[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]{1,12}|\s/gu;

/** The pieces, joined, are the text again. */
export function splitTokens(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

export const BYTES_PER_TOKEN = 4;

/** What of a prompt must be read, and what the cache of the request before it spares. */
export interface PromptCount {
  readonly total: number;
  readonly cached: number;
}

/** Tools come first, as in the chat templates: changed tools leave nothing of the cache. */
export function serializePrompt(messages: readonly unknown[], tools: unknown): Buffer {
  // Without the closing bracket, since a conversation that goes on has a comma there.
  return Buffer.from((JSON.stringify(tools) ?? "") + JSON.stringify(messages).slice(0, -1));
}

export function countPrompt(prompt: Buffer, previous: Buffer | null): PromptCount {
  const total = Math.max(1, Math.ceil(prompt.length / BYTES_PER_TOKEN));
  const common = previous === null ? 0 : commonPrefixLength(prompt, previous);
  // A server always reads the last token anew, to have something to continue from.
  return { total, cached: Math.min(Math.floor(common / BYTES_PER_TOKEN), total - 1) };
}

export function commonPrefixLength(left: Buffer, right: Buffer): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) {
    length++;
  }
  return length;
}
