import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorkbench, messagesOf } from "./support.ts";

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("a picture that the model asks for follows its call, and stays in the prompt", async () => {
  const bench = await createWorkbench([
    { calls: [{ name: "view_image", arguments: { path: "dot.png" } }] },
    { calls: [{ name: "shell", arguments: { command: "ls" } }] },
    { text: "A dot." },
  ]);
  writeFileSync(join(bench.project, "dot.png"), Buffer.from(PIXEL, "base64"));
  const run = await bench.leat(["exec", "-m", "qwen3-vl", "what is it?"]);
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: "A dot.\n" });
  const [, second, third] = messagesOf(bench.server);
  expect(second?.slice(-2)).toMatchObject([
    { role: "tool", content: "attached local image path" },
    { role: "user", content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } }] },
  ]);
  expect(JSON.stringify(third)).toContain(JSON.stringify(second).slice(1, -1));
});

test("a model that does not see is not offered it", async () => {
  const bench = await createWorkbench([{ text: "No." }]);
  await bench.leat(["exec", "-m", "mistral", "hi"]);
  expect(bench.server.requests[0]?.body).not.toContain("view_image");
});
