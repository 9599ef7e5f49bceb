/** Hands out a script's replies: the first that fits the request is taken, those before it stay. */
import type { Reply, ReplyCondition, Script } from "./script.ts";

export interface ReplyQueue {
  /** Null: the script has no reply for this request. */
  take(body: string): Reply | null;
  /** Only one that has a condition, which the request meets. */
  takeMeant(body: string): Reply | null;
}

export function createReplyQueue(script: Script): ReplyQueue {
  const waiting = [...script.replies];
  let last: Reply | null = null;
  return {
    take(body) {
      const index = waiting.findIndex((reply) => fits(reply.when, body));
      const [taken] = index < 0 ? [] : waiting.splice(index, 1);
      if (taken === undefined) {
        return script.after === "repeat-last" ? last : null;
      }
      last = taken;
      return taken;
    },
    takeMeant(body) {
      const index = waiting.findIndex((reply) => reply.when !== undefined && fits(reply.when, body));
      const [taken] = index < 0 ? [] : waiting.splice(index, 1);
      return taken ?? null;
    },
  };
}

function fits(condition: ReplyCondition = {}, body: string): boolean {
  const { body_has: has, body_lacks: lacks } = condition;
  return (has === undefined || body.includes(has)) && (lacks === undefined || !body.includes(lacks));
}
