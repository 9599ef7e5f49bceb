import { ANNOUNCEMENTS, NOT_MEANT } from "./announcements.ts";

/**
 * Whether an answer ends with a step that the model says it takes, such as "Let me check the file.": local models end
 * their turn like this now and then, in the middle of the work. Questions, offers and reports are ends like any other.
 */
export function announcesStep(text: string): boolean {
  const sentence = lastSentence(text);
  return (
    sentence !== undefined &&
    !/[?？]$/.test(sentence) &&
    ANNOUNCEMENTS.some((pattern) => pattern.test(sentence)) &&
    !NOT_MEANT.some((pattern) => pattern.test(sentence))
  );
}

/** Longer sentences are none that one says before one does something. */
const MOST_SENTENCE = 400;
const SENTENCE_END = /[.!?…:]["'”’)]*\s+|[。！？：；]/g;

/** Without marks of Markdown; undefined where the text ends with code, a table or a quotation. */
function lastSentence(text: string): string | undefined {
  const trimmed = text.trimEnd();
  const end = trimmed.slice(-4 * MOST_SENTENCE);
  const line = end.slice(end.lastIndexOf("\n") + 1).trim();
  if (/^(?:```|~~~|[|>])/.test(line) || isInCode(trimmed)) {
    return undefined;
  }
  const plain = line.replace(/^(?:#+|[-*+]|\d+[.)])\s+/, "").replace(/\*\*|__|[*`]/g, "");
  const ends = [...plain.matchAll(SENTENCE_END)].map((match) => match.index + match[0].length);
  const start = ends.findLast((place) => place < plain.length) ?? 0;
  const sentence = plain.slice(start).trim();
  return sentence === "" || sentence.length > MOST_SENTENCE ? undefined : sentence;
}

/** A fence was opened and not closed. */
function isInCode(text: string): boolean {
  return (text.match(/^ {0,3}(?:```|~~~)/gm) ?? []).length % 2 === 1;
}
