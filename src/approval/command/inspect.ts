/** All that a command line would run, through every layer that can be seen: wrappers, nested shells, here-documents. */
import { dangerOf } from "./danger.ts";
import { innerCommands } from "./inner.ts";
import type { BashParser } from "./parser.ts";
import { readPlainCommands } from "./read-plain.ts";
import { readTree, type Sight } from "./read-tree.ts";
import { readSimpleScript } from "./simple-script.ts";
import { plainWord, type Word } from "./words.ts";

export interface Findings {
  /** The commands of the script itself, where nothing else runs. */
  readonly plain?: readonly (readonly Word[])[];
  /** Every command that can be seen, those inside others too. */
  readonly seen: readonly (readonly string[])[];
  /** `isBetween`: it is in how commands are put together, not in one of them. */
  readonly danger?: { readonly what: string; readonly isBetween: boolean };
}

/** Longer ones are not parsed: a tenth of a second is enough to wait for an answer. */
const MOST_CHARACTERS = 100_000;
/** Of all scripts within scripts together. */
const MOST_IN_ALL = 400_000;
const MOST_LEVELS = 8;
const MOST_WRAPPERS = 32;
/** What hides like this is up to nothing good. */
const TOO_DEEP = "commands nested too deep to be checked";

/** How far down this text stands, and how much may still be read. */
interface Depth {
  readonly level: number;
  readonly budget: { charactersLeft: number };
}

/** Undefined within: it can't be loaded, as when leat is updated while it runs. */
let parser: Promise<BashParser | undefined> | undefined;

export async function inspectScript(script: string, depth = surface()): Promise<Findings> {
  depth.budget.charactersLeft -= depth.level === 0 ? 0 : script.length;
  if (depth.level > MOST_LEVELS || depth.budget.charactersLeft < 0) {
    return { seen: [], danger: { what: TOO_DEEP, isBetween: true } };
  }
  const simple = readSimpleScript(script);
  if (simple !== undefined) {
    return await inspectWords(simple, depth);
  }
  const read = script.length > MOST_CHARACTERS ? undefined : await readScript(script);
  if (read === undefined) {
    return await withInner({ seen: roughCommands(script) }, [], depth);
  }
  const { plain, sight, isBroken } = read;
  return await withInner(
    {
      ...(plain === undefined ? {} : { plain }),
      // What the parser can't read, bash may: then the text is searched as well.
      seen: [
        ...sight.commands,
        ...(isBroken ? roughCommands(script) : []),
        ...(SPLIT_WORD.test(script) ? roughCommands(script.replaceAll("\\\n", "")) : []),
      ],
      ...(sight.danger === undefined ? {} : { danger: { what: sight.danger, isBetween: true } }),
    },
    sight.scripts,
    depth,
  );
}

/** One command, whose words go to the program as they are. */
export async function inspectWords(words: readonly string[], depth = surface()): Promise<Findings> {
  return await withInner({ plain: [words.map(plainWord)], seen: [words] }, [], depth);
}

function surface(): Depth {
  return { level: 0, budget: { charactersLeft: MOST_IN_ALL } };
}

interface ReadScript {
  readonly plain?: readonly (readonly Word[])[];
  readonly sight: Sight;
  readonly isBroken: boolean;
}

async function readScript(script: string): Promise<ReadScript | undefined> {
  parser ??= import("./parser.ts").then(({ loadParser }) => loadParser()).catch(() => undefined);
  return (await parser)?.parse(script, (program) => {
    const sight = readTree(program, script);
    const plain = sight === undefined ? undefined : readPlainCommands(program, script);
    return sight && { ...(plain === undefined ? {} : { plain }), sight, isBroken: program.hasError };
  });
}

/** Adds what the commands run in turn. */
async function withInner(findings: Findings, scripts: readonly string[], depth: Depth): Promise<Findings> {
  const seen: (readonly string[])[] = [];
  let danger = findings.danger;
  const nested: { readonly text: string; readonly isBetween: boolean }[] = [];
  for (const command of findings.seen) {
    const { layers, texts, what } = unwrap(command);
    seen.push(...layers);
    nested.push(...texts.map((text) => ({ text, isBetween: false })));
    danger ??= what === undefined ? undefined : { what, isBetween: false };
  }
  // A script inside an argument is that command's; one that is piped into a shell is nobody's.
  nested.push(...scripts.map((text) => ({ text, isBetween: true })));
  for (const { text, isBetween } of nested) {
    const inner = await inspectScript(text, { ...depth, level: depth.level + 1 });
    for (const words of inner.seen) {
      seen.push(words);
    }
    danger ??= inner.danger && { what: inner.danger.what, isBetween };
  }
  return { ...findings, seen, ...(danger === undefined ? {} : { danger }) };
}

/** A command without its wrappers, layer by layer: `sudo nice rm x`, `nice rm x`, `rm x`. */
function unwrap(command: readonly string[]): {
  layers: (readonly string[])[];
  texts: string[];
  what?: string;
} {
  const layers: (readonly string[])[] = [];
  const texts: string[] = [];
  const left: { words: readonly string[]; isFed: boolean }[] = [{ words: command, isFed: false }];
  for (let layer = left.pop(); layer !== undefined; layer = left.pop()) {
    const { words, isFed } = layer;
    layers.push(words);
    const what = layers.length > MOST_WRAPPERS ? TOO_DEEP : dangerOf(words, { isFed });
    if (what !== undefined) {
      return { layers, texts, what };
    }
    for (const inner of innerCommands(words)) {
      if (inner.kind === "script") {
        texts.push(inner.text);
      } else {
        left.push({ words: inner.words, isFed: isFed || inner.isFed });
      }
    }
  }
  return { layers, texts };
}

/** `r\⏎m`, which is one word to bash and two to the parser. */
const SPLIT_WORD = /[^\s\\]\\\n\S/;

/** What may stand before a command. */
const LEAD = /^(?:then|do|else|elif|if|while|until|time|coproc|!|\{|[A-Za-z_]\w*=.*)$/;

/** Cut at everything that may end a command, quotes taken away: sees too much rather than too little. */
function roughCommands(script: string): string[][] {
  return script
    .split(/[\n;&|()`]+/)
    .map((part) => part.replace(/['"\\]/g, "").split(/\s+/))
    .map((words) => words.filter((word) => word !== ""))
    .map((words) => words.slice(words.findIndex((word) => !LEAD.test(word))))
    .flatMap((words) => [words, ...afterShell(words)])
    .filter((words) => words.length > 0);
}

/** Without its quotes, the script of `bash -c` is the rest of the words. */
function afterShell(words: readonly string[]): string[][] {
  const option = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return option === -1 ? [] : [words.slice(option + 1)];
}
