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
  /** Of a command that runs another one: that one's words. */
  readonly words: readonly string[];
  /** All values of an option, in order; a switch has the one value "". */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

export function parseCommandLine(argv: readonly string[]): CommandLine {
  if (argv.length === 0) {
    return { type: "welcome" };
  }
  const rootOptions = [overrideOption];
  const root = readWords(argv, rootOptions, { until: "first argument", version: true });
  if (!root.ok) {
    return root.end;
  }
  const [word, ...others] = root.words;
  if (word === undefined) {
    return mistake("a command is missing", "leat --help lists them.");
  }
  if (word === "help") {
    return helpOn(others);
  }
  const found = findCommand(root.words);
  if (found === undefined) {
    return unknownCommand(root.words);
  }
  const { command, rest } = found;

  const own = readWords(rest, command.options, {
    until: command.commandLine === undefined ? "the end" : "first argument",
  });
  if (!own.ok) {
    return own.end.type === "help" ? { type: "help", command } : own.end;
  }
  const allowed = command.argument === undefined ? 0 : 1;
  const surplus = command.commandLine === undefined ? own.words[allowed] : undefined;
  if (surplus !== undefined) {
    const second = secondWord(command, surplus);
    if (second !== undefined) {
      return second;
    }
    const isPrompt = command.argument?.name === "prompt";
    return mistake(
      `unexpected argument '${surplus}'`,
      isPrompt
        ? "A prompt of several words needs quotes around it."
        : `leat ${command.name} --help tells more.`,
    );
  }
  const conflict = findConflict(command, own.options);
  if (conflict !== undefined) {
    return conflict;
  }
  const [argument] = own.words;
  const needed = command.argument?.required === true ? command.argument : neededWords(command);
  if (argument === undefined && needed !== undefined) {
    return mistake(`leat ${command.name} needs a ${needed.name}`, `leat ${command.name} --help tells more.`);
  }
  const overrides = [...(root.options.get("config") ?? []), ...(own.options.get("config") ?? [])];
  const options = overrides.length === 0 ? own.options : new Map([...own.options, ["config", overrides]]);
  return {
    type: "command",
    name: command.name,
    given: {
      options,
      words: command.commandLine === undefined ? [] : own.words,
      ...(argument === undefined || command.argument === undefined ? {} : { argument }),
    },
  };
}

function neededWords({ commandLine }: CommandSpec): CommandSpec["commandLine"] {
  return commandLine?.optional === true ? undefined : commandLine;
}

/** The command the first word names, or the first two, and what stands behind its name. */
function findCommand(
  words: readonly string[],
): { readonly command: CommandSpec; readonly rest: readonly string[] } | undefined {
  // Two words first: `sandbox linux` is a name, too.
  for (const length of [2, 1]) {
    const word = words.slice(0, length).join(" ");
    const command = commands.find(({ name, aliases }) => name === word || aliases.includes(word));
    if (command !== undefined) {
      return { command, rest: words.slice(length) };
    }
  }
  return undefined;
}

function helpOn(words: readonly string[]): CommandLine {
  if (words.length === 0) {
    return { type: "help" };
  }
  const found = findCommand(words);
  return found === undefined ? unknownCommand(words) : { type: "help", command: found.command };
}

type Words =
  | { readonly ok: true; readonly words: readonly string[]; readonly options: Map<string, string[]> }
  | { readonly ok: false; readonly end: CommandLine };

/** Node's parser cuts the words; what they mean is decided by the table, so that a mistake gets a helpful answer. */
function readWords(
  argv: readonly string[],
  specs: readonly OptionSpec[],
  reading: { readonly until: "first argument" | "the end"; readonly version?: true },
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
    if (token.kind === "option-terminator") {
      continue;
    }
    if (token.kind === "positional") {
      if (reading.until === "first argument") {
        return { ok: true, words: argv.slice(token.index), options };
      }
      words.push(token.value);
      continue;
    }
    if (token.rawName === "-h" || token.rawName === "--help") {
      return failed({ type: "help" });
    }
    if (reading.version === true && /^(-V|--version)$/.test(token.rawName)) {
      return failed({ type: "version" });
    }
    const spec = specs.find(({ name }) => name === token.name);
    if (spec === undefined) {
      return failed(unknownOption(token.rawName, token.name, specs));
    }
    const wrong = checkValue(spec, token.value, options);
    if (wrong !== undefined) {
      return failed(wrong);
    }
    options.set(spec.name, [...(options.get(spec.name) ?? []), token.value ?? ""]);
  }
  return { ok: true, words, options };
}

function isSpelled(option: OptionSpec, name: string): boolean {
  return option.name === name || option.short === name;
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
  if (spec.value !== undefined && (value === undefined || value === "" || /^-./.test(value))) {
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
    if (other !== undefined) {
      return mistake(`--${name} cannot be used with --${other}`, usageHint);
    }
  }
  return undefined;
}

const usageHint = "leat --help lists the commands, leat <command> --help their options.";

/** What users of Codex CLI will try, and leat does not have yet. */
const notYet: Readonly<Record<string, string>> = {
  "--json": "JSON events are not here yet.",
  "--experimental-json": "JSON events are not here yet.",
  "--output-schema": "Structured output is not here yet.",
  "--image": "Images are not here yet.",
  "-i": "Images are not here yet.",
  "--ask-for-approval": "exec never asks; what a command may touch is set by --sandbox.",
  "-a": "exec never asks; what a command may touch is set by --sandbox.",
};

function unknownOption(spelled: string, name: string, specs: readonly OptionSpec[]): CommandLine {
  const known = notYet[spelled];
  if (known !== undefined) {
    return mistake(`unknown option '${spelled}'`, known);
  }
  const owner = commands.find(({ options }) => options.some((option) => isSpelled(option, name)));
  if (specs.length === 1 && owner !== undefined) {
    return mistake(
      `unknown option '${spelled}'`,
      `It belongs after the command: leat ${owner.name} ${spelled} …`,
    );
  }
  const shown = specs.filter((spec) => spec.hidden !== true).map((spec) => `--${spec.name}`);
  const similar = nearest(spelled, shown);
  return mistake(
    `unknown option '${spelled}'`,
    similar === undefined ? usageHint : `Did you mean ${similar}?`,
  );
}

/** `models pul`, or `models --json pull`: a word behind a command that has further words. */
function secondWord({ name }: CommandSpec, word: string): CommandLine | undefined {
  const longer = commands.map((command) => command.name).filter((other) => other.startsWith(`${name} `));
  if (longer.length === 0) {
    return undefined;
  }
  const wanted = `${name} ${word}`;
  const similar = longer.find((other) => other === wanted) ?? nearest(wanted, longer);
  const list = longer.map((other) => `leat ${other}`).join(", ");
  return longer.some((other) => other === wanted)
    ? mistake(`'${word}' stands too late`, `Options come behind it: leat ${wanted} …`)
    : mistake(
        `unknown command '${wanted}'`,
        similar === undefined ? `There is: leat ${name}, ${list}` : `Did you mean leat ${similar}?`,
      );
}

/** Codex's own face starts with a prompt alone; ours is not there yet. */
function unknownCommand([word = "", second]: readonly string[]): CommandLine {
  const group = commands.filter(({ name }) => name.startsWith(`${word} `));
  if (group.length > 0) {
    const known = group.map(({ name }) => `leat ${name}`).join(", ");
    return /^(?:-h|--help)$/.test(second ?? "") && group[0] !== undefined
      ? { type: "help", command: group[0] }
      : mistake(
          second === undefined ? `leat ${word} needs a second word` : `unknown command '${word} ${second}'`,
          `There is: ${known}`,
        );
  }
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
