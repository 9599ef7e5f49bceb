import { type AskOptions, ask, type ServerAddress } from "./ask.ts";
import { entries } from "./fields.ts";

/** How many of llama.cpp's slots work on a request right now; undefined where `/slots` is shut or not there. */
export async function countBusySlots(
  address: ServerAddress,
  options: AskOptions,
): Promise<number | undefined> {
  const outcome = await ask(address, { route: "/slots" }, options);
  if (outcome.type !== "answer" || outcome.answer.status !== 200 || !Array.isArray(outcome.answer.json)) {
    return undefined;
  }
  const slots = entries(outcome.answer.json);
  return slots.length > 0 && slots.every((slot) => typeof slot["is_processing"] === "boolean")
    ? slots.filter((slot) => slot["is_processing"] === true).length
    : undefined;
}
