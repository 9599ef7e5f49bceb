/** Ollama's answer to `POST /api/pull`: lines of JSON, one for each step of each layer. Pure. */
import { type Fields, fields, text } from "../fields.ts";
import type { PullEvent } from "./pull-event.ts";

export interface PullDecoder {
  push(chunk: Uint8Array): PullEvent[];
  /** What is left when the stream has ended. */
  end(): PullEvent[];
}

/** A line is some hundred bytes long; what is longer is no line of Ollama's. */
const LONGEST_LINE = 65_536;
/** A model has about ten layers. */
const MOST_LAYERS = 10_000;

export function createOllamaPullDecoder(): PullDecoder {
  const decoder = new TextDecoder();
  const layers = new Map<string, { readonly total: number; readonly done: number }>();
  let rest = "";
  let isOver = false;

  function decode(more: string): PullEvent[] {
    const lines = `${rest}${more}`.split("\n");
    rest = lines.pop() ?? "";
    const events = lines.flatMap(decodeLine);
    if (rest.length > LONGEST_LINE) {
      rest = "";
      events.push(...over({ type: "failed", message: "what came is no progress of a pull" }));
    }
    return events;
  }

  function decodeLine(line: string): PullEvent[] {
    const value = isOver || line.trim() === "" ? undefined : parse(line);
    return value === undefined ? [] : read(fields(value));
  }

  function read(line: Fields): PullEvent[] {
    const message = errorOf(line);
    if (message !== undefined) {
      return over({ type: "failed", message });
    }
    const digest = text(line["digest"]);
    const total = bytes(line["total"]);
    if (digest !== undefined && total !== undefined && total > 0) {
      return measured(digest, total, bytes(line["completed"]) ?? 0);
    }
    const status = text(line["status"]);
    if (status === "success") {
      return over({ type: "succeeded" });
    }
    return status === undefined ? [] : [{ type: "stage", text: status }];
  }

  function measured(digest: string, total: number, done: number): PullEvent[] {
    if (!layers.has(digest) && layers.size >= MOST_LAYERS) {
      return [];
    }
    layers.set(digest, { total, done: Math.min(done, total) });
    let [doneBytes, totalBytes] = [0, 0];
    for (const layer of layers.values()) {
      doneBytes += layer.done;
      totalBytes += layer.total;
    }
    return [{ type: "progress", progress: { doneBytes, totalBytes } }];
  }

  function over(event: PullEvent): PullEvent[] {
    isOver = true;
    return [event];
  }

  return {
    push: (chunk) => (isOver ? [] : decode(decoder.decode(chunk, { stream: true }))),
    end: () => (isOver ? [] : decode(`${decoder.decode()}\n`)),
  };
}

/** What is no JSON tells nothing; that no success came will be said at the end. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** As text, or as an object with a message, as proxies before it write errors. */
export function errorOf(body: Fields): string | undefined {
  const { error } = body;
  return text(error) ?? text(fields(error)["message"]);
}

export function bytes(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
