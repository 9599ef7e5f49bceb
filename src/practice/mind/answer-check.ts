/** What `leat doctor` asks of a model: whether it uses a tool that opens lockers, and knows what the system message says. */
import type { CallSpec, SemanticReply } from "../script.ts";
import type { Conversation } from "./conversation.ts";

const LOCKER_TOOL = "open_locker";
const PASSWORD_IN_SYSTEM = /The password is "(\w+)"/;

/** Null: something else is asked. */
export function answerCheck(
  { prompt, steps }: Conversation,
  { messages, tools }: { readonly messages: readonly unknown[]; readonly tools: readonly unknown[] },
): SemanticReply | null {
  if (JSON.stringify(tools).includes(`"${LOCKER_TOOL}"`)) {
    const colours = ["blue", "red"].filter((colour) => prompt.includes(`${colour} locker`));
    const [opened] = steps;
    return opened === undefined
      ? {
          reasoning: "A locker is to be opened, and there is a tool for that.",
          calls: colours.map(openLocker),
        }
      : { text: `The number inside is ${opened.output}.` };
  }
  const password = PASSWORD_IN_SYSTEM.exec(JSON.stringify(messages).replaceAll("\\", ""))?.[1];
  return /\bpassword\b/.test(prompt) && password !== undefined ? { text: password } : null;
}

function openLocker(colour: string): CallSpec {
  return { name: LOCKER_TOOL, arguments: { colour } };
}
