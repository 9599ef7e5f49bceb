import { type CommandSpec, commands, type OptionSpec, overrideOption } from "./grammar.ts";

/** The help of one command, or of the program. */
export function helpText(command: CommandSpec | undefined): string {
  return command === undefined ? programHelp() : commandHelp(command);
}

function programHelp(): string {
  return `leat: a coding agent for the terminal that makes local models first class.

Usage: leat [-c <key=value>] <command> [options]

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

Options:
${table([optionRow(overrideOption), helpRow, ["-V, --version", "print the version"]])}

leat <command> --help tells the options of a command.
`;
}

function commandHelp(command: CommandSpec): string {
  const { name, argument, commandLine, summary, options } = command;
  const shown = options.filter((option) => option.hidden !== true);
  const words = argument ?? commandLine;
  const spelled =
    commandLine === undefined ? argument && spellArgument(argument) : `[--] <${commandLine.name}>...`;
  const usage = `Usage: leat ${name} [options]${spelled === undefined ? "" : ` ${spelled}`}`;
  const wordList = words === undefined ? "" : `\nArguments:\n${table([[words.name, words.summary]])}\n`;
  const longer = commands.filter((other) => other.name.startsWith(`${name} `));
  const longerList =
    longer.length === 0 ? "" : `\nCommands:\n${table(longer.map((other) => [other.name, other.summary]))}\n`;
  return `leat ${name}: ${summary}.

${usage}
${wordList}${longerList}
Options:
${table([...shown.map(optionRow), helpRow])}
`;
}

function spellArgument({ name, required }: NonNullable<CommandSpec["argument"]>): string {
  return required === true ? `<${name}>` : `[${name}]`;
}

type Row = readonly [term: string, summary: string];

const helpRow: Row = ["-h, --help", "print this help"];

function optionRow(option: OptionSpec): Row {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  const choices = option.choices === undefined ? "" : ` (${option.choices.join(", ")})`;
  return [`${short}--${option.name}${value}`, `${option.summary}${choices}`];
}

/** Terms too long for the column stand on a line of their own. */
function table(rows: readonly Row[]): string {
  const width = 28;
  return rows
    .map(([term, summary]) =>
      term.length > width
        ? `  ${term}\n  ${" ".repeat(width)}  ${summary}`
        : `  ${term.padEnd(width)}  ${summary}`,
    )
    .join("\n");
}
