import type { ModelError } from "../../protocol/index.ts";

/**
 * Which API the server names as the one that works. Newer models of OpenAI and of Copilot are served on the
 * Responses API alone, and gateways of local servers often on Chat Completions alone. First match wins: what
 * is recommended comes before what is refused, since most sentences hold both.
 */
export function wantedApi(message: string): ModelError["wants"] {
  return WANTED.find(([, pattern]) => pattern.test(message))?.[0];
}

const WANTED: readonly (readonly [NonNullable<ModelError["wants"]>, RegExp])[] = [
  [
    "responses",
    /only (?:be )?(?:supported|available|accessible|served|used)(?:(?!chat)[^.\n]){0,40}(?:\/responses\b|\bresponses (?:api|endpoint))/i,
  ],
  [
    "chat",
    /only (?:be )?(?:supported|available|accessible|served|used)[^.\n]{0,40}\bchat[/ _-]completions?/i,
  ],
  [
    "responses",
    /\b(?:use|try|switch to|migrate to|call)\b[^.\n]{0,40}(?:\/responses\b|\bresponses (?:api|endpoint))/i,
  ],
  ["chat", /\b(?:use|try|switch to|migrate to|call)\b[^.\n]{0,40}\bchat[/ _-]completions?/i],
  // OpenAI, also where it goes on to name v1/completions, which serves none of today's models.
  ["responses", /not a chat model/i],
  [
    "responses",
    /not (?:supported|accessible|available)[^.\n]{0,30}(?:in|via|through|by|at|on|with) (?:the )?(?:\/?v1)?\/?chat\/completions/i,
  ],
  ["responses", /only supports? (?:the )?(?:\/?v1)?(?:\/responses\b|responses (?:api|endpoint))/i],
  ["chat", /only supports? (?:the )?(?:\/?v1\/)?chat[/ _-]completions?/i],
  [
    "chat",
    /not (?:supported|accessible|available)[^.\n]{0,30}(?:in|via|through|by|at|on|with) (?:the )?(?:\/?v1)?\/responses\b/i,
  ],
  ["chat", /\bresponses (?:api|endpoint)[^.\n]{0,30} not (?:supported|available|implemented|enabled)/i],
  ["chat", /not support (?:the )?(?:openai )?(?:\/?v1\/responses\b|responses (?:api|endpoint))/i],
];
