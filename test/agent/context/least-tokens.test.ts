import { expect, test } from "vitest";
import { leastOf, leastTokens } from "../../../src/agent/context/least-tokens.ts";
import { call, output, reasoning, user } from "../../support/items.ts";

/** Counted by the tokenizers of GPT-4o (o200k) and GPT-4 (cl100k): the smaller number. */
test.each([
  // what, text, tokens, at least
  [
    "English",
    "Every finished item is on disk before the next request leaves; a file that can't be written ends the turn.",
    22,
    22,
  ],
  [
    "German compounds",
    "Die Kontextfenstergröße bestimmt, wie viele Zeichen das Sprachmodell gleichzeitig verarbeiten kann.",
    18,
    14,
  ],
  ["Russian", "Локальные модели читают весь запрос заново, если сервер потерял кэш.", 18, 12],
  ["Chinese", "本地模型在服务器丢失缓存后会重新读取整个提示词，这需要很长时间。", 22, 11],
  ["Japanese", "サーバーがキャッシュを失うと、モデルはプロンプト全体を読み直します。", 23, 8],
  ["Korean", "서버가 캐시를 잃으면 모델은 전체 프롬프트를 다시 읽어야 합니다.", 23, 10],
  ["Hindi", "यदि सर्वर कैश खो देता है तो मॉडल को पूरा संकेत फिर से पढ़ना पड़ता है।", 21, 17],
  ["Thai", "หากเซิร์ฟเวอร์สูญเสียแคช โมเดลจะต้องอ่านข้อความทั้งหมดใหม่", 21, 9],
  [
    "TypeScript",
    'export function keep(turn: Turn, items: readonly HistoryItem[]): Step | undefined {\n  return items[0]?.type === "message" ? keepMessage(turn) : undefined;\n}\n',
    37,
    33,
  ],
  ["JSON", '{"a":{"b":[1,2,3],"name":"x","ok":true,"n":null},"list":[{"id":12345,"v":0.25}]}', 37, 36],
  ["a log", "2026-11-27T16:54:47.123Z INFO [worker-12] GET /api/v1/users/8812731 200 12.3ms\n", 39, 34],
  [
    "deep indentation",
    "                                        x\n                                        y\n",
    6,
    2,
  ],
  [
    "a line of signs",
    "================================================================================",
    1,
    1,
  ],
  ["short words", "a b c d e f g h i j", 10, 10],
  ["one long word", "internationalization internationalization", 4, 4],
  ["nothing but blanks", " \n\t \n", 2, 0],
  ["nothing", "", 0, 0],
])("%s", (_what, text, tokens, least) => {
  expect(leastOf(text)).toBe(least);
  expect(least).toBeLessThanOrEqual(tokens);
});

test("of a request: what every template sends as it is", () => {
  const items = [
    user("two words"),
    reasoning("left out by many templates"),
    call("1", "shell", '{"command":"written anew by some"}'),
    output("1", "three more words"),
    {
      type: "message",
      role: "user",
      content: [{ type: "input_image", image_url: "data:image/png;base64,AAAA" }],
    },
  ] as const;
  const tools = [{ name: "shell", description: "put in other words by some", parameters: {} }];
  expect(leastTokens({ model: "m", instructions: "Be brief.", tools, items })).toBe(3 + 2 + 1 + 3);
});
