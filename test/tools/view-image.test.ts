import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createToolSet, type ToolContext, type ToolResult } from "../../src/tools/index.ts";
import { seesImages } from "../../src/tools/view-image/models.ts";
import { makeContext, makeFolder, prepare, realSandbox } from "./support.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000000d4948445200000001", "hex");
const JPEG = Buffer.from("ffd8ffe000104a4649460001", "hex");
const GIF = Buffer.from("GIF89a\x01\0\x01\0", "latin1");
const WEBP = Buffer.from("RIFF\x1a\0\0\0WEBPVP8L", "latin1");

async function view(path: string, context: ToolContext): Promise<ToolResult> {
  const tools = createToolSet({ model: "m", viewImage: true });
  const prepared = await tools.prepare({ name: "view_image", arguments: JSON.stringify({ path }) }, context);
  return prepared.kind === "ready" ? await prepared.run() : prepared;
}

test.each([
  ["png", PNG],
  ["jpeg", JPEG],
  ["gif", GIF],
  ["webp", WEBP],
])("%s, whatever its name says", async (format, bytes) => {
  const cwd = makeFolder({ "picture.txt": bytes });
  symlinkSync("picture.txt", join(cwd, "link"));
  expect(await view("link", makeContext(cwd))).toEqual({
    output: "attached local image path",
    outcome: { kind: "image-shown", format, bytes: bytes.length },
    images: [`data:image/${format};base64,${bytes.toString("base64")}`],
  });
});

describe("what is not shown", () => {
  const large = "make a smaller copy first, for example with: convert FILE -resize 1600x1600 /tmp/small.png";
  test.each([
    ["text.png", "text.png is no PNG, JPEG, GIF or WebP image"],
    ["empty.png", "empty.png is no PNG, JPEG, GIF or WebP image"],
    ["sound.webp", "sound.webp is no PNG, JPEG, GIF or WebP image"],
    ["picture.svg", "picture.svg is no PNG, JPEG, GIF or WebP image"],
    ["big.png", `big.png is too large (10485761 bytes, the limit is 10485760); ${large}`],
    ["huge.png", `huge.png is too large (16777217 bytes, the limit is 10485760); ${large}`],
    ["pictur.png", "pictur.png does not exist; in this directory there is picture.svg"],
    ["home/auth.json", "home/auth.json was not read: it holds keys"],
    ["link", "link was not read: it holds keys"],
    ["home", "home is a directory"],
    ["/dev/zero", "/dev/zero is not a regular file"],
  ])("%s", async (path, message) => {
    const cwd = makeFolder({
      "text.png": "no picture",
      "empty.png": "",
      "sound.webp": Buffer.from("RIFF\x1a\0\0\0WAVEfmt ", "latin1"),
      "picture.svg": "<svg/>",
      "home/auth.json": PNG,
    });
    symlinkSync("home/auth.json", join(cwd, "link"));
    for (const [name, size] of [
      ["big.png", 10 * 1024 * 1024 + 1],
      ["huge.png", 16 * 1024 * 1024 + 1],
    ] as const) {
      writeFileSync(join(cwd, name), PNG);
      truncateSync(join(cwd, name), size);
    }
    const hiddenFiles = [join(cwd, "home/auth.json")];
    const sandbox = realSandbox(cwd, { mode: "danger-full-access" }, { hiddenFiles });
    expect(await view(path, makeContext(cwd, { sandbox }))).toEqual({
      output: message,
      outcome: { kind: "failed", message },
    });
  });

  test("anything to a model that was not offered it", () => {
    expect(prepare("view_image", { path: "a.png" }, makeContext("/"))).toMatchObject({
      kind: "invalid",
      output: expect.stringMatching(/^unsupported call: view_image\n/),
    });
  });
});

test("an image is looked at, nothing else", async () => {
  const tools = createToolSet({ model: "m", viewImage: true });
  const call = { name: "view_image", arguments: '{"path":"shots/a.png"}' };
  expect(await tools.prepare(call, makeContext("/work"))).toMatchObject({
    kind: "ready",
    action: { kind: "image", path: "shots/a.png" },
    effect: { kind: "none" },
  });
});

describe("models that see", () => {
  test.each([
    ...[
      "gpt-4o",
      "gpt-4o-mini",
      "chatgpt-4o-latest",
      "gpt-4.1",
      "gpt-5",
      "gpt-5.1-codex",
      "openai/gpt-5-mini",
    ],
    ...["o1", "o3", "o4-mini", "o3:high"],
    ...["claude-3-5-sonnet", "claude-opus-4-1", "gemini-2.5-pro", "grok-4-fast"],
    ...[
      "gemma3",
      "gemma3:4b",
      "gemma-3-27b-it",
      "hf.co/unsloth/gemma-3-12b-it-GGUF:Q4_K_M",
      "gemma4:e4b",
      "google/gemma-4-31b-it",
    ],
    ...[
      "qwen2.5vl:7b",
      "Qwen/Qwen2.5-VL-7B-Instruct",
      "qwen/qwen3-vl-30b",
      "qwen2.5-omni-7b",
      "Qwen3.5-35B-A3B",
      "qwen3.6-27b",
      "qwen3.5:9b",
    ],
    ...[
      "pixtral-12b-2409",
      "mistral-small3.2:24b",
      "mistral-small-3.1-24b-instruct-2503",
      "mistral-small-2506",
    ],
    ...[
      "ministral-3:8b",
      "Ministral-3-14B-Instruct-2512",
      "ministral-8b-2512",
      "mistral-large-3",
      "mistral-medium-3.1",
    ],
    ...[
      "devstral-small-2:24b",
      "Devstral-Small-2-24B-Instruct-2512",
      "labs/devstral-small-2",
      "magistral-small-2509",
    ],
    ...[
      "llama3.2-vision:11b",
      "llama-3.2-90b-vision-instruct",
      "llama4:scout",
      "Llama-4-Maverick-17B-128E",
      "meta-llama/Llama-4-Scout",
    ],
    ...["glm-4.5v", "glm-4.6v-flash", "kimi-vl-a3b-thinking", "kimi-k2.5"],
    ...["llava:13b", "bakllava", "internvl3_5-8b", "minicpm-v:8b", "moondream", "smolvlm2"],
    ...[
      "phi-3.5-vision-instruct",
      "phi-4-multimodal-instruct",
      "granite3.2-vision:2b",
      "nemotron-nano-12b-v2-vl",
    ],
  ])("%s", (model) => expect(seesImages(model)).toBe(true));

  test.each([
    ...[
      "",
      "m",
      "gpt-oss:20b",
      "openai/gpt-oss-120b",
      "gpt-4",
      "gpt-3.5-turbo",
      "o1-mini",
      "o3-mini",
      "ollama",
    ],
    ...[
      "gemma3:1b",
      "gemma-3-1b-it",
      "gemma3:270m",
      "gemma-3-270m-it",
      "gemma3n:e4b",
      "gemma-3n-E4B-it",
      "gemma2:9b",
      "gemma-30b",
    ],
    ...["qwen3-coder-30b", "qwen3:8b", "qwen2.5-coder", "qwen3-next-80b"],
    ...[
      "mistral",
      "mistral-small-24b-instruct-2501",
      "mistral-small:24b",
      "ministral-3b-2410",
      "ministral-8b-2410",
      "mistral-large-2411",
    ],
    ...[
      "devstral",
      "devstral-small-2505",
      "devstral-small-2507",
      "devstral-2-123b",
      "magistral-small-2506",
      "codestral",
    ],
    ...[
      "llama3.2:3b",
      "llama-3.3-70b-instruct",
      "glm-4.6",
      "glm-4.5-air",
      "kimi-k2",
      "phi4",
      "granite4",
      "deepseek-v3",
      "revision-7b",
      "supervisor",
    ],
  ])("not %s", (model) => expect(seesImages(model)).toBe(false));
});
