import { describe, expect, test } from "vitest";
import type { HttpClient } from "../../src/net/index.ts";
import { generic } from "../../src/wire/dialects/generic.ts";
import { aggregate, type Endpoint, type ModelEvent, streamModel } from "../../src/wire/index.ts";
import { assistant } from "../support/items.ts";
import { delta, type Reply, scriptedHttp } from "../support/scripted-http.ts";
import { loadVectors, splits, type Vector } from "../support/vectors.ts";

const endpoint: Endpoint = {
  providerId: "fixture",
  baseUrl: "http://127.0.0.1:1/v1",
  queryParams: {},
  headers: {},
  dialect: generic,
  requestMaxRetries: 0,
  streamMaxRetries: 0,
  idleTimeoutMs: undefined,
};

function stream(http: HttpClient, tools: readonly string[] = []): AsyncIterable<ModelEvent> {
  let id = 0;
  const parameters = { type: "object" as const };
  return streamModel(
    {
      model: "m",
      instructions: "",
      items: [],
      tools: tools.map((name) => ({ name, description: "", parameters })),
    },
    endpoint,
    {
      http,
      memory: { get: () => ({ refusesStreamOptions: true }), put() {} },
      signal: new AbortController().signal,
      random: () => 0,
      newCallId: () => `made_${++id}`,
    },
  );
}

function replay(vector: Vector, cut: "given" | "whole" | "bytes"): AsyncIterable<ModelEvent> {
  const { status, headers } = vector.http;
  const http = scriptedHttp([{ status, headers, chunks: splits(vector)[cut] }]);
  return stream(
    http,
    vector.request.tools?.map((tool) => tool.function.name),
  );
}

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = [];
  for await (const event of events) {
    all.push(event);
  }
  return all;
}

const kept = new Set<ModelEvent["type"]>(["item", "notice", "completed", "interrupted", "failed"]);

// A model that is being loaded is waited for, for minutes: stream-model.test.ts plays that with a clock of its own.
describe.each(loadVectors().filter(({ expect: { error } }) => error?.kind !== "model_loading"))(
  "$name",
  (vector) => {
    test("aggregated, the response is the same, each item once and in its order", async () => {
      const streamed = await collect(replay(vector, "given"));
      const aggregated = await collect(aggregate(replay(vector, "given")));
      expect(aggregated).toEqual(streamed.filter((event) => kept.has(event.type)));
      const items = aggregated.flatMap((event) => (event.type === "item" ? [event.item] : []));
      expect(new Set(items).size).toBe(items.length);
      const places = items.map((item) => (item.type === "function_call" ? "call" : "other"));
      expect(places).toEqual([...places].sort().reverse());
    });

    test.each(["whole", "bytes"] as const)(
      "the response does not depend on how it is cut: %s",
      async (cut) => {
        expect(await collect(aggregate(replay(vector, cut)))).toEqual(
          await collect(aggregate(replay(vector, "given"))),
        );
      },
    );
  },
);

test("text before and after calls, and thinking between, stay in the order of the model", async () => {
  const part = (name: string, index: number) =>
    delta({ tool_calls: [{ index, id: name, function: { name, arguments: "{}" } }] });
  const reply: Reply = {
    chunks: [
      delta({ reasoning: "one" }),
      delta({ content: "two" }),
      part("three", 0),
      part("four", 1),
      delta({ content: "five" }),
      delta({ reasoning: "six" }),
      delta({}, "tool_calls"),
    ],
  };
  const events = await collect(aggregate(stream(scriptedHttp([reply]))));
  const words = events.flatMap((event) => (event.type === "item" ? [event.item] : []));
  expect(
    words.map((item) => ("content" in item ? item.content[0]?.text : "name" in item && item.name)),
  ).toEqual(["one", "two", "three", "four", "five", "six"]);
});

test("of a broken stream nothing is yielded but the failure with what had come", async () => {
  const reply: Reply = { chunks: [delta({ content: "half" }), { break: "disconnected" }] };
  expect(await collect(aggregate(stream(scriptedHttp([reply]))))).toEqual([
    {
      type: "failed",
      error: {
        kind: "disconnected",
        message: "played: disconnected",
        url: "http://127.0.0.1:1/v1/chat/completions",
        attempts: 1,
      },
      partial: [assistant("half")],
    },
  ]);
});
