import type { ModelError } from "../../protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { askedWith, type Lesson } from "./lesson.ts";
import { LESSONS } from "./lessons.ts";
import { droppedParameter } from "./refused-parameter.ts";

/**
 * What a rejection teaches of server and model, so that the request can be put another way at once. Never the
 * same twice: every lesson changes the dialect in one direction only, so asking again comes to an end.
 *
 * `body` is the request as it was sent, `dialect` the one it was written in.
 */
export function learn(refusal: ModelError, body: string, dialect: Dialect): Lesson | undefined {
  const asked = askedWith(body, dialect);
  const api = asked.parameters.includes("messages") ? "chat" : "responses";
  const error = { ...refusal, message: refusal.message.replace(/\s+/g, " ") };
  if (!mayTeach(error)) {
    return undefined;
  }
  for (const { lesson, teaches, apis } of LESSONS) {
    const facts = apis.includes(api) ? teaches(error, asked) : undefined;
    if (facts !== undefined) {
      return { facts, notice: { kind: "dialect-learnt", lesson } };
    }
  }
  return droppedParameter(error, asked);
}

/** Only a request that was refused for how it was put; an overloaded server may say anything. */
function mayTeach({ kind }: ModelError): boolean {
  switch (kind) {
    case "template":
    case "tools_unsupported":
    case "unsupported_parameter":
    case "reasoning_replay_required":
    case "bad_request":
    // MLX-LM answers 404 to whatever goes wrong, templates of other servers fail with 500.
    case "not_found":
    case "server":
      return true;
    default:
      return false;
  }
}
