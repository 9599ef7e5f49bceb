import { expect, test } from "vitest";
import { contactLines } from "../../src/cli/contacts.ts";

const host = { host: "[::1]:1234", requests: 2 };

test.each([
  { contacted: [], text: "hosts contacted: none\n" },
  {
    contacted: [
      { ...host, bytesUp: 1, bytesDown: 999 },
      { host: "models.example", requests: 1, bytesUp: 1000, bytesDown: 999_949 },
      { ...host, bytesUp: 999_950, bytesDown: 12_345_678 },
    ],
    text: `hosts contacted:
  [::1]:1234: 2 requests, 1 byte up, 999 bytes down
  models.example: 1 request, 1.0 kB up, 999.9 kB down
  [::1]:1234: 2 requests, 1.0 MB up, 12.3 MB down
`,
  },
])("$text", ({ contacted, text }) => {
  expect(contactLines(contacted)).toBe(text);
});
