/** Programs that run other programs: what they run, as far as it stands in their arguments. */
import { basename } from "node:path";
import { gitCommand } from "./git-arguments.ts";
import { isShell } from "./shell.ts";

export type Inner =
  /** `isFed`: it gets its operands from a list that nobody has seen, as from `find` and `xargs`. */
  | { readonly kind: "words"; readonly words: readonly string[]; readonly isFed: boolean }
  /** A text that a shell reads. */
  | { readonly kind: "script"; readonly text: string };

interface Wrapper {
  /** Options that take the next word, without their dashes; short ones are single letters. */
  readonly valueOptions?: readonly string[];
  /** Words of its own before the command. */
  readonly operands?: number;
  readonly isFed?: true;
}

const letters = (text: string): string[] => [...text];

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ["sudo", { valueOptions: [...letters("ugpCrtTUDRh"), "user", "group", "prompt", "chdir", "host", "role"] }],
  ["doas", { valueOptions: letters("uC") }],
  ["env", { valueOptions: [...letters("uC"), "unset", "chdir"] }],
  ["command", {}],
  ["builtin", {}],
  ["exec", { valueOptions: ["a"] }],
  ["time", { valueOptions: ["f", "o", "format", "output"] }],
  ["coproc", {}],
  ["nohup", {}],
  ["setsid", {}],
  ["noglob", {}],
  ["nocorrect", {}],
  ["busybox", {}],
  ["toybox", {}],
  ["nice", { valueOptions: ["n", "adjustment"] }],
  ["ionice", { valueOptions: [...letters("cnpPu"), "class", "classdata"] }],
  ["chrt", { operands: 1 }],
  ["taskset", { operands: 1 }],
  ["timeout", { valueOptions: ["k", "s", "kill-after", "signal"], operands: 1 }],
  ["stdbuf", { valueOptions: [...letters("ioe"), "input", "output", "error"] }],
  ["unbuffer", {}],
  ["strace", { valueOptions: letters("aeoOpPsSuUXbI") }],
  ["chroot", { operands: 1 }],
  ["flock", { valueOptions: ["w", "E", "timeout", "conflict-exit-code"], operands: 1 }],
  [
    "xargs",
    {
      valueOptions: [...letters("adEIJLnPRsS"), "arg-file", "delimiter", "max-args", "max-procs"],
      isFed: true,
    },
  ],
  ["parallel", { valueOptions: [...letters("jnIaN"), "jobs"], isFed: true }],
]);

/** What the command runs in turn; `words` begin with the program. */
export function innerCommands(words: readonly string[]): Inner[] {
  const [program = "", ...args] = words;
  const name = basename(program);
  if (isShell(program)) {
    return optionScript(args, /^-[a-z]*c/i);
  }
  switch (name) {
    case "eval":
      return [{ kind: "script", text: args.join(" ") }];
    case "watch":
      return [{ kind: "script", text: afterOptions(args, { valueOptions: ["n", "interval"] }).join(" ") }];
    case "su":
    case "runuser":
    case "script":
      return optionScript(args, /^(?:-[a-z]*c|--command)$/i);
    case "trap":
      return [{ kind: "script", text: args.find((word) => !word.startsWith("-")) ?? "" }];
    case "alias":
      return args.map((word) => ({ kind: "script", text: word.slice(word.indexOf("=") + 1) }));
    case "find":
      return foundCommands(args);
    case "git":
      return gitScripts(args);
    case "env":
      return [...splitString(args), ...wrapped(name, args)];
    case "command":
      // It only tells where the program is.
      return args.some((word) => /^-[a-z]*v/i.test(word)) ? [] : wrapped(name, args);
    case "flock":
      return [...optionScript(args, /^(?:-c|--command)$/), ...wrapped(name, args)];
    default:
      return wrapped(name, args);
  }
}

function wrapped(name: string, args: readonly string[]): Inner[] {
  const wrapper = WRAPPERS.get(name);
  if (wrapper === undefined) {
    return [];
  }
  const words = afterOptions(args, wrapper);
  return words.length === 0 ? [] : [{ kind: "words", words, isFed: wrapper.isFed === true }];
}

/** The command after options, their values, assignments and the wrapper's own operands. */
function afterOptions(
  args: readonly string[],
  { valueOptions = [], operands = 0 }: Wrapper,
): readonly string[] {
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index] ?? "";
    if (word === "--") {
      index++;
      break;
    }
    if (word.startsWith("-") && word.length > 1) {
      const option = word.replace(/^--?/, "");
      // Of `-nu bob` the last letter takes the value; `-ubob` has it already.
      const takesNext = word.startsWith("--")
        ? valueOptions.includes(option)
        : valueOptions.includes(option.slice(-1)) &&
          !letters(option.slice(0, -1)).some((letter) => valueOptions.includes(letter));
      index += takesNext ? 1 : 0;
    } else if (!/^[A-Za-z_]\w*=/.test(word)) {
      break;
    }
  }
  return args.slice(index + operands);
}

/** `bash -lc TEXT`, also with options between. */
function optionScript(args: readonly string[], option: RegExp): Inner[] {
  const index = args.findIndex((word) => option.test(word));
  const text = index === -1 ? undefined : args.slice(index + 1).find((word) => !/^[-+]/.test(word));
  return text === undefined ? [] : [{ kind: "script", text }];
}

/** `env -S 'rm -rf x'`. */
function splitString(args: readonly string[]): Inner[] {
  return args.flatMap((word, index): Inner[] => {
    const inline = /^(?:-[a-z]*S|--split-string=)(.+)$/.exec(word)?.[1];
    const text = inline ?? (/^(?:-[a-z]*S|--split-string)$/.test(word) ? args[index + 1] : undefined);
    return text === undefined ? [] : [{ kind: "script", text }];
  });
}

function foundCommands(args: readonly string[]): Inner[] {
  return args.flatMap((word, index): Inner[] => {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word)) {
      return [];
    }
    const rest = args.slice(index + 1);
    const end = rest.findIndex((part) => part === ";" || part === "+");
    return [{ kind: "words", words: end === -1 ? rest : rest.slice(0, end), isFed: true }];
  });
}

function gitScripts(args: readonly string[]): Inner[] {
  const { globals, name, rest } = gitCommand(args);
  const aliases = globals.flatMap((word): Inner[] => {
    const text = /^alias\.[^=]*=!(.*)$/s.exec(word)?.[1];
    return text === undefined ? [] : [{ kind: "script", text }];
  });
  switch (name) {
    case "submodule":
      return rest[0] === "foreach"
        ? [...aliases, { kind: "script", text: rest.slice(1).join(" ") }]
        : aliases;
    case "bisect":
      return rest[0] === "run"
        ? [...aliases, { kind: "words", words: rest.slice(1), isFed: false }]
        : aliases;
    case "rebase":
      return [...aliases, ...optionScript(rest, /^(?:-x|--exec)$/)];
    default:
      return aliases;
  }
}
