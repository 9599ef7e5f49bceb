import { type HttpResponse, sleep, TransportFailure } from "../../net/index.ts";
import { ask, urlOf } from "../ask.ts";
import { entries, fields, text } from "../fields.ts";
import type { ServedModel } from "../identity.ts";
import type { ControlAccess, ControlEnd, ModelControl, PullEnd, PullNews, PullOptions } from "./control.ts";
import { readEnd } from "./control-end.ts";
import { createOllamaPullDecoder, errorOf } from "./ollama-pull.ts";
import { pullRefusal } from "./pull-refusal.ts";
import { withRetries } from "./retries.ts";

export const ollamaControl: ModelControl = {
  // What has arrived stays on its disk, and the same request goes on from there.
  pull: (name, options) => withRetries(({ onNews }) => pullOnce(name, { ...options, onNews }), options),

  /** Without a prompt it only loads. How long the model stays is the server's setting, which is left alone. */
  async load({ id, isEmbedding }, access) {
    // A model that only embeds is refused by the route for text.
    const question =
      isEmbedding === true
        ? ({ route: "/api/embed", json: { model: id, input: [] } } as const)
        : ({ route: "/api/generate", json: { model: id, stream: false } } as const);
    return readEnd(await ask(access.address, question, access));
  },

  async unload(model, access) {
    const json = { model: model.id, keep_alive: 0, stream: false };
    const end = readEnd(await ask(access.address, { route: "/api/generate", json }, access));
    return end.type === "done" ? await untilGone(model, access) : end;
  },
};

/** Checking the digest of a large layer is silent for as long as the disk takes to read it. */
const LONGEST_SILENCE_MS = 900_000;

async function pullOnce(name: string, { address, http, signal, onNews }: PullOptions): Promise<PullEnd> {
  const url = urlOf(address, "/api/pull");
  try {
    const response = await http.post({
      url,
      headers: { ...address.headers, "content-type": "application/json" },
      body: JSON.stringify({ model: name, stream: true }),
      signal,
      idleTimeoutMs: LONGEST_SILENCE_MS,
    });
    return response.status === 200 ? await follow(response, url, onNews) : await refused(response);
  } catch (error) {
    if (signal.aborted) {
      return { type: "interrupted" };
    }
    if (error instanceof TransportFailure) {
      return { type: "broken", error: error.detail };
    }
    throw error;
  }
}

async function follow(
  response: HttpResponse,
  url: string,
  onNews: (news: PullNews) => void,
): Promise<PullEnd> {
  const decoder = createOllamaPullDecoder();
  let end: PullEnd | undefined;
  const take = (events: ReturnType<typeof decoder.push>) => {
    for (const event of events) {
      if (event.type === "succeeded") {
        end = { type: "pulled" };
      } else if (event.type === "failed") {
        end = { type: "refused", refusal: pullRefusal(event.message) };
      } else {
        onNews(event);
      }
    }
  };
  await response.read((bytes) => {
    take(decoder.push(bytes));
    return end === undefined ? "more" : "enough";
  });
  take(decoder.end());
  const message = "the stream ended without success";
  return end ?? { type: "broken", error: { kind: "incomplete", message, url } };
}

const MOST_ERROR_BYTES = 65_536;

async function refused(response: HttpResponse): Promise<PullEnd> {
  const { status } = response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  await response.read((bytes) => {
    size += bytes.length;
    chunks.push(Buffer.from(bytes));
    return size > MOST_ERROR_BYTES ? "enough" : "more";
  });
  const message = errorIn(Buffer.concat(chunks).toString("utf8")) ?? `HTTP ${status}`;
  return { type: "refused", refusal: pullRefusal(message, status) };
}

function errorIn(body: string): string | undefined {
  try {
    return errorOf(fields(JSON.parse(body)));
  } catch {
    return undefined;
  }
}

const GONE = { pauseMs: 100, mostTries: 20 };

/** Ollama answers before it has let go, and waits for a request the model still works on. */
async function untilGone({ id }: ServedModel, access: ControlAccess): Promise<ControlEnd> {
  for (let tries = 0; tries < GONE.mostTries; tries++) {
    const asked = await ask(access.address, { route: "/api/ps" }, access);
    if (asked.type === "aborted") {
      return { type: "interrupted" };
    }
    const running = asked.type === "answer" ? entries(fields(asked.answer.json)["models"]) : [];
    if (!running.some((model) => (text(model["name"]) ?? text(model["model"])) === id)) {
      return { type: "done" };
    }
    await sleep(GONE.pauseMs, access.signal);
  }
  return { type: "still-busy" };
}
