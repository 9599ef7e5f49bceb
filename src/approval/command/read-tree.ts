/** What can be seen of any script, plain or not: all its commands, wherever they stand, and what destroys by its form. */
import { isDevice } from "./danger.ts";
import { isDownload, runsItsArguments, runsItsInput } from "./download.ts";
import type { Node } from "./parser.ts";
import { readWord } from "./words.ts";

export interface Sight {
  readonly commands: readonly (readonly string[])[];
  /** Texts that a shell of the script is given to read: here-documents and the like. */
  readonly scripts: readonly string[];
  readonly danger?: string;
}

/** Nobody writes more by hand, and looking at each within each takes its time. */
const MOST_COMMANDS = 1000;
/** A fork bomb is short. */
const MOST_BOMB_CHARACTERS = 200;

interface Found {
  readonly words: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Undefined where there is too much to see. */
export function readTree(program: Node, script: string): Sight | undefined {
  const nodes = all(program, "command");
  if (nodes.length > MOST_COMMANDS) {
    return undefined;
  }
  const commands = withWordsBehindRedirects(
    nodes.map((node) => readCommand(node, script)),
    program,
    script,
  );
  const readsInput = commands.some(({ words }) => runsItsInput(words));
  const fed = (type: string) => (readsInput ? all(program, type) : []);
  const pipelines = fed("pipeline").map((node) => stagesOf(node, commands));
  const danger =
    first(all(program, "function_definition"), (node) => forkBomb(node, script)) ??
    first(all(program, "file_redirect"), (node) => ontoDevice(node, script)) ??
    first(pipelines, pipedDownload) ??
    first(commands, (command) => boughtDownload(command, commands));
  return {
    commands: commands.map(({ words }) => words),
    scripts: [
      ...fed("heredoc_redirect").flatMap((node) => hereDocument(node, { script, commands })),
      ...fed("herestring_redirect").flatMap((node) => hereString(node, { script, commands })),
      ...pipelines.flatMap(pipedText),
    ],
    ...(danger === undefined ? {} : { danger }),
  };
}

/** Program and arguments; assignments before it and redirections are left out. */
function readCommand(node: Node, script: string): Found {
  const words = node.children.flatMap((child) =>
    child === null || /assignment|redirect/.test(child.type) ? [] : [readWord(child, script).text],
  );
  return { words, start: node.startIndex, end: node.endIndex };
}

/** In `rm > log -rf x`, the parser takes all that stands behind the redirection for its target. */
function withWordsBehindRedirects(commands: readonly Found[], program: Node, script: string): Found[] {
  const behind = new Map<Found | undefined, string[]>();
  for (const statement of all(program, "redirected_statement")) {
    const words = statement.children.flatMap((child) => wordsBehind(child));
    const body = statement.childForFieldName("body");
    if (words.length > 0 && body !== null) {
      const command = within(commands, spanOf(body)).toSorted((one, other) => other.end - one.end)[0];
      behind.set(
        command,
        words.map((word) => readWord(word, script).text),
      );
    }
  }
  return commands.map((command) => ({
    ...command,
    words: [...command.words, ...(behind.get(command) ?? [])],
  }));
}

function wordsBehind(redirect: Node | null): Node[] {
  const found =
    redirect?.type === "file_redirect"
      ? redirect.childrenForFieldName("destination").slice(1)
      : redirect?.type === "heredoc_redirect"
        ? [...redirect.childrenForFieldName("argument"), ...redirect.children.flatMap(wordsBehind)]
        : [];
  return found.filter((node) => node !== null);
}

function all(node: Node, type: string): Node[] {
  return node.descendantsOfType(type).filter((found) => found !== null);
}

function within(commands: readonly Found[], { start, end }: { start: number; end: number }): Found[] {
  return commands.filter((command) => command.start >= start && command.end <= end);
}

function spanOf(node: Node): { start: number; end: number } {
  return { start: node.startIndex, end: node.endIndex };
}

function first<Item>(items: readonly Item[], judge: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = judge(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** `:(){ :|:& };:`: a function that starts itself beside itself. */
function forkBomb(node: Node, script: string): string | undefined {
  const name = node.childForFieldName("name");
  const body = node.childForFieldName("body");
  if (name === null || body === null || node.endIndex - node.startIndex > MOST_BOMB_CHARACTERS) {
    return undefined;
  }
  const own = script.slice(name.startIndex, name.endIndex).replace(/[^\w]/g, "\\$&");
  const text = script.slice(body.startIndex, body.endIndex).replace(/\s+/g, "");
  const isBomb = new RegExp(`(?:^|[{(;|&])${own}(?:\\|${own}|&(?![&>]))`).test(text);
  return isBomb ? "a fork bomb" : undefined;
}

function ontoDevice(node: Node, script: string): string | undefined {
  const destination = node.childForFieldName("destination");
  if (destination === null || !/>/.test(script.slice(node.startIndex, destination.startIndex))) {
    return undefined;
  }
  const { text } = readWord(destination, script);
  return isDevice(text) ? `> ${text}` : undefined;
}

/** The commands of each step of a pipeline. */
type Stages = readonly (readonly (readonly string[])[])[];

function stagesOf(pipeline: Node, commands: readonly Found[]): Stages {
  const inside = within(commands, spanOf(pipeline));
  return pipeline.children.flatMap((stage) =>
    stage === null ? [] : [within(inside, spanOf(stage)).map(({ words }) => words)],
  );
}

/** `curl … | sh`, also with steps between. */
function pipedDownload(stages: Stages): string | undefined {
  const source = stages.findIndex((commands) => commands.some(isDownload));
  const sink =
    source === -1
      ? undefined
      : stages
          .slice(source + 1)
          .flat()
          .find(runsItsInput);
  return sink === undefined
    ? undefined
    : `${stages[source]?.find(isDownload)?.[0]} … | ${sink.join(" ").slice(0, 40)}`;
}

/** `bash -c "$(curl …)"`, `source <(curl …)`. */
function boughtDownload(command: Found, commands: readonly Found[]): string | undefined {
  const isBought =
    runsItsArguments(command.words) &&
    within(commands, command).some((inner) => inner !== command && isDownload(inner.words));
  return isBought ? `${command.words[0]} of a download` : undefined;
}

interface Place {
  readonly script: string;
  readonly commands: readonly Found[];
}

/** Read by the command it stands behind, or by one that follows on the same line: `cat <<EOF | sh`. */
function hereDocument(node: Node, { script, commands }: Place): string[] {
  const body = node.children.find((child) => child?.type === "heredoc_body");
  const readers = [node, node.previousSibling].flatMap((reader) =>
    reader === null ? [] : within(commands, spanOf(reader)),
  );
  const isRead = readers.some(({ words }) => runsItsInput(words));
  return isRead && body ? [script.slice(body.startIndex, body.endIndex)] : [];
}

function hereString(node: Node, { script, commands }: Place): string[] {
  const text = node.namedChildren[0];
  const readers = node.parent === null ? [] : within(commands, spanOf(node.parent));
  return text && readers.some(({ words }) => runsItsInput(words)) ? [readWord(text, script).text] : [];
}

/** `echo 'rm -rf x' | sh`. */
function pipedText(stages: Stages): string[] {
  const sink = stages.findIndex((commands) => commands.some(runsItsInput));
  return stages
    .slice(0, Math.max(0, sink))
    .flat()
    .flatMap(([program, ...args]) => (program === "echo" || program === "printf" ? [args.join(" ")] : []));
}
