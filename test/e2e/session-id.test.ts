import { expect, test } from "vitest";
import { createWorkbench, localConfig } from "./support.ts";

const TWO_REQUESTS = [
  { calls: [{ name: "shell", arguments: { command: "true" } }] },
  { text: "Done." },
] as const;

async function sessionIds(fields: string) {
  const bench = await createWorkbench(TWO_REQUESTS);
  bench.writeConfig(localConfig(bench.server.url, "model_context_window = 32768") + fields);
  const run = await bench.leat(["exec", "--yolo", "go"]);
  expect(run.code).toBe(0);
  const id = String(bench.sessionLines()[0]?.payload["id"]);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const requests = bench.server.requests.map(({ headers, json }) => ({ headers, body: json as object }));
  expect(requests).toHaveLength(2);
  return { id, requests };
}

test("each request of a session carries its id, which is that of the session file", async () => {
  const { id, requests } = await sessionIds("");
  for (const { headers } of requests) {
    expect(headers).toMatchObject({ "session-id": id, "x-session-id": id });
  }
});

test("the headers have the configured names, one's own value wins, and the body may hold the id", async () => {
  const { id, requests } = await sessionIds(`
session_id_headers = ["X-Route", "X-Mine"]
http_headers = { "x-mine" = "fixed" }
extra_body = { prompt_cache_key = "leat-{session_id}", user = "me" }
`);
  for (const { headers, body } of requests) {
    expect(headers).toMatchObject({ "x-route": id, "x-mine": "fixed" });
    expect(headers).not.toHaveProperty("session-id");
    expect(body).toMatchObject({ prompt_cache_key: `leat-${id}`, user: "me" });
  }
});
