import { CHINESE, ENGLISH_GERUNDS, LANGUAGES, type Language, NOT_MEANT } from "./announcements.ts";

/**
 * Whether an answer ends with a step that the model says it takes, such as "Let me check the file.": local models end
 * their turn like this now and then, in the middle of the work. Questions, offers and reports are ends like any other.
 */
export function announcesStep(text: string): boolean {
  const sentence = lastSentence(text);
  return (
    sentence !== undefined &&
    !/[?？]$/.test(sentence) &&
    (announces(sentence) || announcesInChinese(sentence)) &&
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

/** The step is named among the first words, or the sentence is about something else. */
const MOST_WORDS = 20;

function announces(sentence: string): boolean {
  const words = (
    sentence
      .toLowerCase()
      .replaceAll("’", "'")
      .match(/[\p{L}'-]+/gu) ?? []
  ).slice(0, MOST_WORDS);
  return LANGUAGES.some((language) => namesStep(words, language)) || isAboutTo(words, sentence);
}

function namesStep(words: readonly string[], { leads, openers, fillers, isStep, whole }: Language): boolean {
  for (let start = 0; start < words.length; start += 1) {
    if (whole?.has(words[start] ?? "")) {
      return true;
    }
    const rest = words.slice(start).join(" ");
    const opener = openers.find((phrase) => rest.startsWith(`${phrase} `));
    if (opener !== undefined) {
      const step = words
        .slice(start + opener.split(" ").length)
        .find((word) => isStep(word) || !fillers.has(word));
      return step !== undefined && isStep(step);
    }
    if (!leads.has(words[start] ?? "")) {
      return false;
    }
  }
  return false;
}

/** "Running the tests now:", but not a report, which has no sign that something follows. */
function isAboutTo(words: readonly string[], sentence: string): boolean {
  const first = words[0] === "now" ? words[1] : words[0];
  return ENGLISH_GERUNDS.has(first ?? "") && /(?:\.\.\.|…|:|\bnow\.?)$/.test(sentence);
}

function announcesInChinese(sentence: string): boolean {
  const { leads, openers, fillers, steps, mostDistance } = CHINESE;
  const afterLeads = withoutAny(sentence, leads);
  const opener = openers.find((phrase) => afterLeads.startsWith(phrase)) ?? "";
  const afterOpener = afterLeads.slice(opener.length);
  const rest = withoutAny(afterOpener, fillers);
  // "Next, run …" may be advice, and "I checked …" is a report.
  const isOwn =
    opener.startsWith("让") || (rest !== afterOpener && (opener !== "" || afterLeads !== sentence));
  const near = rest.slice(0, mostDistance + 2);
  return isOwn && steps.some((step) => near.includes(step));
}

function withoutAny(text: string, beginnings: readonly string[]): string {
  let rest = text;
  for (;;) {
    rest = rest.replace(/^[，,、\s]+/, "");
    const found = beginnings.find((beginning) => rest.startsWith(beginning));
    if (found === undefined) {
      return rest;
    }
    rest = rest.slice(found.length);
  }
}
