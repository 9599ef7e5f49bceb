import { expect, onTestFinished, test } from "vitest";
import type { Check } from "../../../src/cli/doctor/check.ts";
import { checkLive } from "../../../src/cli/doctor/live-checks.ts";
import { resolveEndpoint } from "../../../src/cli/endpoint.ts";
import { openEndpointMemory } from "../../../src/home/index.ts";
import { createHttpClient } from "../../../src/net/index.ts";
import { type Reply, startPracticeServer } from "../../../src/practice/index.ts";
import { configOf } from "../../config/support.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { withoutTimes } from "./support.ts";

const ANSWER: Reply = {
  text: "It is for finding north, on land and at sea.",
  pace: { tokens_per_second: 40 },
};
const DEATH: Reply = { chunks: [], end: "destroy" };
const SILENCE: Reply = { chunks: [], end: "hang" };

test.each<[string, readonly Reply[], readonly string[]]>([
  [
    "nothing comes at all",
    [SILENCE],
    [
      "unknown streaming: no answer within T",
      "unknown tool calls, thinking, system message, json_schema, cache and cancelling: not tried, since there was no answer",
    ],
  ],
  [
    "it stops answering: two late answers are enough",
    [ANSWER, SILENCE, SILENCE, ANSWER],
    [
      "ok streaming: the first token came after T, the answer in N pieces within T",
      "unknown tool call: no answer within T",
      "unknown parallel calls: no answer within T",
      "unknown the rest: not tried, since answers take too long",
    ],
  ],
  [
    "the server dies on the way",
    [ANSWER, DEATH],
    [
      "ok streaming: the first token came after T, the answer in N pieces within T",
      "fail tool call: nothing listens at URL (provider `h`).",
      "unknown the rest: not tried, since the server has gone",
    ],
  ],
])("a slow model, or none: %s", async (_name, replies, expected) => {
  const server = await startPracticeServer({
    pace: { tokens_per_second: 1000 },
    script: { replies },
    onRequest: ({ body }) => void (replies.includes(DEATH) && body.includes("locker") && server.stop()),
  });
  const http = createHttpClient(new Set());
  onTestFinished(async () => {
    http.close();
    await server.stop();
  });
  const home = tempFolder();
  const config = configOf(
    `model = "m"\nmodel_provider = "h"\n[model_providers.h]\nbase_url = "${server.url}"`,
  );
  const resolved = resolveEndpoint(config, {}, () => undefined);
  if (!resolved.ok) {
    throw new Error("no endpoint");
  }
  const checks: Check[] = [];
  await checkLive({
    config,
    endpoint: resolved.endpoint,
    server: { kind: "openai-like", models: [] },
    http,
    memory: openEndpointMemory(home),
    signal: new AbortController().signal,
    report: {
      begin: () => {},
      add: (...more) => checks.push(...more),
      during: (_what, work) => work(),
      end: () => false,
    },
    scope: "all",
    timeoutsMs: { first: replies[0] === SILENCE ? 100 : 10_000, each: 100 },
    onAnswered: async () => {},
  });
  const lines = checks.map(({ status, message }) => `${status} ${message.replace(/http\S+\w/, "URL")}`);
  expect(withoutTimes(lines)).toEqual(expected);
});
