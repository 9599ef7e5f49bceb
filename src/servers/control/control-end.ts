import type { Asked } from "../ask.ts";
import { type Fields, fields } from "../fields.ts";
import type { ControlEnd } from "./control.ts";
import { errorOf } from "./ollama-pull.ts";

/** What became of a question that changes something; `read` looks at an answer of success. */
export function readEnd(
  asked: Asked,
  read: (body: Fields) => ControlEnd = () => ({ type: "done" }),
): ControlEnd {
  switch (asked.type) {
    case "aborted":
      return { type: "interrupted" };
    case "failed":
      return { type: "broken", error: asked.error };
    case "answer": {
      const { status, json } = asked.answer;
      const body = fields(json);
      const message = errorOf(body);
      if (status >= 200 && status < 300 && message === undefined) {
        return read(body);
      }
      // LM Studio before 0.4 answers to an unknown route with status 200 and these words.
      if (/unexpected endpoint or method/i.test(message ?? "") || (status === 404 && message === undefined)) {
        return { type: "no-route" };
      }
      return { type: "refused", status, message: message ?? `HTTP ${status}` };
    }
    default:
      return asked satisfies never;
  }
}
