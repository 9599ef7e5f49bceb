/** All that a command line would run, through every layer that can be seen: wrappers, nested shells, here-documents. */
import { dangerOf } from "./danger.ts";
import { innerCommands } from "./inner.ts";
import type { BashParser } from "./parser.ts";
import { readPlainCommands } from "./read-plain.ts";
import { readTree } from "./read-tree.ts";
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
const MOST_LEVELS = 8;
const MOST_WRAPPERS = 32;
const TOO_DEEP = "commands nested too deep to be checked";

/** Undefined within: it can't be loaded, as when leat is updated while it runs. */
let parser: Promise<BashParser | undefined> | undefined;

export async function inspectScript(script: string, level = 0): Promise<Findings> {
  const simple = readSimpleScript(script);
  if (simple !== undefined) {
    return await inspectWords(simple, level);
  }
  if (level > MOST_LEVELS) {
    return { seen: [], danger: { what: TOO_DEEP, isBetween: true } };
  }
  parser ??= import("./parser.ts").then(({ loadParser }) => loadParser()).catch(() => undefined);
  const read =
    script.length > MOST_CHARACTERS
      ? undefined
      : (await parser)?.parse(script, (program) => {
          const plain = readPlainCommands(program, script);
          return {
            ...(plain === undefined ? {} : { plain }),
            sight: readTree(program, script),
            isBroken: program.hasError,
          };
        });
  if (read === undefined) {
    return await withInner({ seen: roughCommands(script) }, [], level);
  }
  const { plain, sight, isBroken } = read;
  return await withInner(
    {
      ...(plain === undefined ? {} : { plain }),
      // What the parser can't read, bash may: then the text is searched as well.
      seen: isBroken ? [...sight.commands, ...roughCommands(script)] : sight.commands,
      ...(sight.danger === undefined ? {} : { danger: { what: sight.danger, isBetween: true } }),
    },
    sight.scripts,
    level,
  );
}

/** One command, whose words go to the program as they are. */
export async function inspectWords(words: readonly string[], level = 0): Promise<Findings> {
  return await withInner({ plain: [words.map(plainWord)], seen: [words] }, [], level);
}

/** Adds what the commands run in turn. */
async function withInner(findings: Findings, scripts: readonly string[], level: number): Promise<Findings> {
  const seen: (readonly string[])[] = [];
  const nested = [...scripts];
  let danger = findings.danger;
  for (const command of findings.seen) {
    const { layers, texts, what } = unwrap(command);
    seen.push(...layers);
    nested.push(...texts);
    danger ??= what === undefined ? undefined : { what, isBetween: false };
  }
  for (const text of nested) {
    const inner = await inspectScript(text, level + 1);
    seen.push(...inner.seen);
    // A script inside an argument is that command's; one that is piped into a shell is nobody's.
    danger ??=
      inner.danger === undefined ? undefined : { what: inner.danger.what, isBetween: scripts.includes(text) };
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
