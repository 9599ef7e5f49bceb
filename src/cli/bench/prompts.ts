/** Prompts of a wanted size that no cache can know. */

/** Of English words, before a server has counted. Rather too many than too few: a prompt too long is refused. */
const BYTES_PER_TOKEN = 4;

export interface BenchPrompt {
  readonly instructions: string;
  readonly cold: string;
  /** The same to the last word. */
  readonly warm: string;
}

export function benchPrompt(wanted: {
  readonly tokens: number;
  /** Different for each run: it stands at the very front, since a cache reaches as far as the first difference. */
  readonly seed: string;
  /** As this server counts; absent before it has counted anything. */
  readonly bytesPerToken?: number;
}): BenchPrompt {
  const { seed, tokens, bytesPerToken = BYTES_PER_TOKEN } = wanted;
  const instructions = `${seed} is the number of this measurement. Answer at length.`;
  const question = "Retell the words above as a long story, with every detail, and begin with the word";
  const room = tokens * bytesPerToken - instructions.length - question.length - TEMPLATE_BYTES;
  const text = `${filler(Math.max(0, room), seed)}\n${question}`;
  return { instructions, cold: `${text} one`, warm: `${text} two` };
}

/** What templates and JSON put around two messages, roughly. */
const TEMPLATE_BYTES = 90;

export function promptBytes({ instructions, cold }: BenchPrompt): number {
  return instructions.length + cold.length + TEMPLATE_BYTES;
}

/** Plain words in an order that the seed decides: nothing that could be guessed ahead, nothing rare. */
function filler(bytes: number, seed: string): string {
  let state = [...seed].reduce((sum, sign) => (Math.imul(sum, 31) + (sign.codePointAt(0) ?? 0)) >>> 0, 7);
  let text = "";
  while (text.length < bytes) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const word = WORDS[(state >>> 16) % WORDS.length] ?? "";
    text += text === "" ? word : ` ${word}`;
  }
  return text.slice(0, bytes);
}

const WORDS =
  "the river runs under a stone bridge where two boats wait for morning and an old man mends his net while children throw bread to the ducks over in the market women sell apples pears and cheese from wooden carts near the church bell that rings each hour across fields of wheat toward low green hills with sheep dogs and shepherds who sing about rain wind and the long road home".split(
    " ",
  );
