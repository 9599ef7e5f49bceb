/** What is left of a reply where the request allows only so many tokens. */
import { partsOf } from "./answer.ts";
import type { SemanticReply } from "./script.ts";
import { splitTokens } from "./tokens.ts";

export function cutReply(reply: SemanticReply, mostTokens: number | null): SemanticReply {
  if (mostTokens === null || partsOf(reply, 0).length <= mostTokens) {
    return reply;
  }
  let left = mostTokens;
  const take = (text: string): string => {
    const tokens = splitTokens(text).slice(0, left);
    left -= tokens.length;
    return tokens.join("");
  };
  const { reasoning = "", text = "", calls = [], ...rest } = reply;
  // The tags around inline thinking are tokens, too.
  left -= reasoning !== "" && reply.inline_think ? 2 : 0;
  const cut: SemanticReply = { ...rest, reasoning: take(reasoning), text: take(text) };
  const cutCalls = calls.flatMap((call) => {
    // One for the name.
    left--;
    const written = typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments);
    return left < 0 ? [] : [{ ...call, arguments: take(written) }];
  });
  return { ...cut, ...(cutCalls.length > 0 ? { calls: cutCalls } : {}), finish: "length" };
}
