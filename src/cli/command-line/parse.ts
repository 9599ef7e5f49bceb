import { parseArgs } from "node:util";
import { nearest } from "../../config/index.ts";
import { type CommandName, type CommandSpec, commands, type OptionSpec, overrideOption } from "./grammar.ts";

export type CommandLine =
  | { readonly type: "welcome" }
  | { readonly type: "version" }
  /** Of one command, or of the program. */
  | { readonly type: "help"; readonly command?: CommandSpec }
  | { readonly type: "command"; readonly name: CommandName; readonly given: Given }
  | { readonly type: "mistake"; readonly message: string; readonly hint: string };

/** What was typed for a command, checked against the table. */
export interface Given {
  readonly argument?: string;
  /** All values of an option, in order; a switch has the one value "". */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

export function parseCommandLine(argv: readonly string[]): CommandLine {
  if (argv.length === 0) return { type: "welcome" };
  const rootOptions = [overrideOption];
  const root = readWords(argv, rootOptions, { stopAtArgument: true });
  if (!root.ok) return root.end;
  const [word, ...rest] = root.words;
  if (word === undefined) return mistake("a command is missing", "leat --help lists them.");
  const command = commands.find(({ name, aliases }) => name === word || aliases.includes(word));
  if (command === undefined) return unknownCommand(word);

  const own = readWords(rest, command.options, { stopAtArgument: false });
  if (!own.ok) return own.end.type === "help" ? { type: "help", command } : own.end;
  const allowed = command.argument === undefined ? 0 : 1;
  const surplus = own.words[allowed];
  if (surplus !== undefined) {
    return mistake(`unexpected argument '${surplus}'`, "A prompt of several words needs quotes around it.");
  }
  const conflict = findConflict(command, own.options);
  if (conflict !== undefined) return conflict;
  const overrides = [...(root.options.get("config") ?? []), ...(own.options.get("config") ?? [])];
  const options = overrides.length === 0 ? own.options : new Map([...own.options, ["config", overrides]]);
  const [argument] = own.words;
  return {
    type: "command",
    name: command.name,
    given: { options, ...(argument === undefined ? {} : { argument }) },
  };
}

type Words =
  | { readonly ok: true; readonly words: readonly string[]; readonly options: Map<string, string[]> }
  | { readonly ok: false; readonly end: CommandLine };

/** Node's parser cuts the words; what they mean is decided by the table, so that a mistake gets a helpful answer. */
function readWords(
  argv: readonly string[],
  specs: readonly OptionSpec[],
  { stopAtArgument }: { readonly stopAtArgument: boolean },
): Words {
  const words: string[] = [];
  const options = new Map<string, string[]>();
  const failed = (end: CommandLine): Words => ({ ok: false, end });
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(specs.map(toNodeOption)),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (stopAtArgument) return { ok: true, words: argv.slice(token.index), options };
      words.push(token.value);
      continue;
    }
    if (token.rawName === "-h" || token.rawName === "--help") return failed({ type: "help" });
    if (stopAtArgument && /^(-V|--version)$/.test(token.rawName)) return failed({ type: "version" });
    const spec = specs.find(({ name }) => name === token.name);
    if (spec === undefined) return failed(unknownOption(token.rawName, specs));
    const wrong = checkValue(spec, token.value, options);
    if (wrong !== undefined) return failed(wrong);
    options.set(spec.name, [...(options.get(spec.name) ?? []), token.value ?? ""]);
  }
  return { ok: true, words, options };
}

function toNodeOption({
  name,
  short,
  value,
}: OptionSpec): [string, { type: "string" | "boolean"; short?: string }] {
  return [
    name,
    { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) },
  ];
}

function checkValue(
  spec: OptionSpec,
  value: string | undefined,
  options: ReadonlyMap<string, readonly string[]>,
): CommandLine | undefined {
  if (spec.value === undefined && value !== undefined) {
    return mistake(`option --${spec.name} takes no value`, usageHint);
  }
  if (spec.value !== undefined && (value === undefined || /^-./.test(value))) {
    return mistake(`option --${spec.name} needs a value: ${spec.value}`, usageHint);
  }
  if (options.has(spec.name) && spec.repeats !== true) {
    return mistake(`option --${spec.name} stands there twice`, usageHint);
  }
  if (spec.choices !== undefined && !spec.choices.includes(value ?? "")) {
    return mistake(`'${value}' is no value of --${spec.name}`, `Possible are ${spec.choices.join(", ")}.`);
  }
  return undefined;
}

function findConflict(
  command: CommandSpec,
  options: ReadonlyMap<string, readonly string[]>,
): CommandLine | undefined {
  for (const { name, conflicts = [] } of command.options) {
    const other = options.has(name) ? conflicts.find((conflict) => options.has(conflict)) : undefined;
    if (other !== undefined) return mistake(`--${name} cannot be used with --${other}`, usageHint);
  }
  return undefined;
}

const usageHint = "leat <command> --help tells what it takes.";

function unknownOption(spelled: string, specs: readonly OptionSpec[]): CommandLine {
  const known = specs.filter((spec) => spec.hidden !== true).map(({ name }) => `--${name}`);
  const similar = nearest(spelled, known);
  return mistake(
    `unknown option '${spelled}'`,
    similar === undefined ? usageHint : `Did you mean ${similar}?`,
  );
}

/** Codex's own face starts with a prompt alone; ours is not there yet. */
function unknownCommand(word: string): CommandLine {
  const similar = nearest(
    word,
    commands.map(({ name }) => name),
  );
  return mistake(
    `unknown command '${word}'`,
    similar === undefined
      ? 'A prompt is run with: leat exec "…". All commands: leat --help'
      : `Did you mean leat ${similar}?`,
  );
}

function mistake(message: string, hint: string): CommandLine {
  return { type: "mistake", message, hint };
}
