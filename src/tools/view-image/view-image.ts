import { unreadResult } from "../files/missing.ts";
import { displayPath, readPath } from "../files/paths.ts";
import { readSnapshot } from "../files/snapshot.ts";
import { failedResult, type Tool } from "../tool.ts";
import { viewImageSpec } from "./spec.ts";

/** Servers refuse more, and a model is shown it made smaller anyway. */
const MAX_BYTES = 10 * 1024 * 1024;

export const viewImage: Tool = {
  spec: viewImageSpec,
  aliases: ["read_image", "open_image", "image_view"],
  onlyWhereOffered: true,
  prepare(args, context) {
    const named = readPath(args, viewImageSpec, context);
    if (named.kind === "invalid") {
      return named;
    }
    const { path, shown } = named;
    return {
      kind: "ready",
      action: { kind: "image", path: shown },
      effect: { kind: "none" },
      async run() {
        const read = await readSnapshot(path, context);
        if (read.kind === "too-large" || (read.kind === "file" && read.file.bytes.length > MAX_BYTES)) {
          const bytes = read.kind === "file" ? read.file.bytes.length : read.bytes;
          return failedResult(
            `${shown} is too large (${bytes} bytes, the limit is ${MAX_BYTES}); make a smaller copy first, for example with: convert FILE -resize 1600x1600 /tmp/small.png`,
          );
        }
        if (read.kind !== "file") {
          return unreadResult(read, path, context);
        }
        const { bytes } = read.file;
        const format = imageFormat(bytes);
        if (format === undefined) {
          return failedResult(`${displayPath(context.cwd, path)} is no PNG, JPEG, GIF or WebP image`);
        }
        return {
          output: "attached local image path",
          outcome: { kind: "image-shown", format, bytes: bytes.length },
          images: [`data:image/${format};base64,${bytes.toString("base64")}`],
        };
      },
    };
  },
};

/** By its first bytes: the name may lie. */
function imageFormat(bytes: Buffer): "png" | "jpeg" | "gif" | "webp" | undefined {
  const head = bytes.toString("latin1", 0, 12);
  if (head.startsWith("\x89PNG\r\n\x1a\n")) {
    return "png";
  }
  if (head.startsWith("\xff\xd8\xff")) {
    return "jpeg";
  }
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
    return "gif";
  }
  return head.startsWith("RIFF") && head.slice(8) === "WEBP" ? "webp" : undefined;
}
