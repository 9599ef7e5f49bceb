import type { Prose } from "./prose.ts";
import { chinese } from "./prose-chinese.ts";
import { english } from "./prose-english.ts";

/** Chinese for Han characters, unless kana or hangul show that the language is another one. */
export function proseFor(prompt: string): Prose {
  const isHan = /\p{Script=Han}/u.test(prompt);
  return isHan && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(prompt)
    ? chinese
    : english;
}
