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

export function readTree(program: Node, script: string): Sight {
  const words = (node: Node) => commandWords(node, script);
  const danger =
    first(all(program, "function_definition"), (node) => forkBomb(node, script)) ??
    first(all(program, "file_redirect"), (node) => ontoDevice(node, script)) ??
    first(all(program, "pipeline"), (node) => pipedDownload(node, words)) ??
    first(all(program, "command"), (node) => boughtDownload(node, words));
  return {
    commands: all(program, "command").map(words),
    scripts: [
      ...all(program, "heredoc_redirect").flatMap((node) => hereDocument(node, script)),
      ...all(program, "herestring_redirect").flatMap((node) => hereString(node, script)),
      ...all(program, "pipeline").flatMap((node) => pipedText(node, words)),
    ],
    ...(danger === undefined ? {} : { danger }),
  };
}

/** Program and arguments; assignments before it and redirections are left out. */
function commandWords(node: Node, script: string): string[] {
  return node.children
    .filter((child) => child !== null && !/assignment|redirect/.test(child.type))
    .map((child) => (child === null ? "" : readWord(child, script).text));
}

function all(node: Node, type: string): Node[] {
  return node.descendantsOfType(type).filter((found) => found !== null);
}

function first(nodes: readonly Node[], judge: (node: Node) => string | undefined): string | undefined {
  for (const node of nodes) {
    const found = judge(node);
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
  if (name === null || body === null) {
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

type ReadWords = (node: Node) => readonly string[];

/** `curl … | sh`, also with steps between. */
function pipedDownload(node: Node, words: ReadWords): string | undefined {
  const stages = node.children
    .filter((child) => child !== null)
    .map((stage) => all(stage, "command").map(words));
  const source = stages.findIndex((commands) => commands.some(isDownload));
  const sink =
    source === -1
      ? undefined
      : stages
          .slice(source + 1)
          .flat()
          .find(runsItsInputAtLast);
  return sink === undefined
    ? undefined
    : `${stages[source]?.find(isDownload)?.[0]} … | ${sink.join(" ").slice(0, 40)}`;
}

/** Also behind `sudo` and `env X=y`: whatever follows the wrapper's words. */
function runsItsInputAtLast(words: readonly string[]): boolean {
  return (
    runsItsInput(words) ||
    (/^(?:sudo|doas|env|exec|command|nohup)$/.test(words[0] ?? "") &&
      words.some((_, index) => index > 0 && runsItsInput(words.slice(index))))
  );
}

/** `bash -c "$(curl …)"`, `source <(curl …)`. */
function boughtDownload(node: Node, words: ReadWords): string | undefined {
  const [own = [], ...inside] = all(node, "command").map(words);
  const isBought = runsItsArguments(own) && inside.some(isDownload);
  return isBought ? `${own[0]} of a download` : undefined;
}

function hereDocument(node: Node, script: string): string[] {
  const body = node.children.find((child) => child?.type === "heredoc_body");
  const readers = [node.previousSibling, ...all(node, "command")].filter(
    (reader) => reader !== null && reader !== undefined,
  );
  const isRead = readers.some((reader) =>
    all(reader, "command").some((command) => runsItsInputAtLast(commandWords(command, script))),
  );
  return isRead && body !== undefined && body !== null ? [script.slice(body.startIndex, body.endIndex)] : [];
}

function hereString(node: Node, script: string): string[] {
  const text = node.namedChildren[0];
  const command = node.parent;
  const isRead =
    command !== null &&
    all(command, "command").some((reader) => runsItsInputAtLast(commandWords(reader, script)));
  return isRead && text !== null && text !== undefined ? [readWord(text, script).text] : [];
}

/** `echo 'rm -rf x' | sh`. */
function pipedText(node: Node, words: ReadWords): string[] {
  const commands = all(node, "command").map(words);
  const sink = commands.findIndex(runsItsInputAtLast);
  return commands
    .slice(0, Math.max(0, sink))
    .flatMap(([program, ...args]) => (program === "echo" || program === "printf" ? [args.join(" ")] : []));
}
