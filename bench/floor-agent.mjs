/** The least an agent can do: ask, run the command of each call as it is, ask again until there is none. */
import { spawn } from "node:child_process";
import { Agent, request } from "node:http";

const [url, model] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const messages = [{ role: "user", content: "hi" }];

for (let call = await ask(); call !== undefined; call = await ask()) {
  messages.push({ role: "assistant", content: null, tool_calls: [call] });
  messages.push({
    role: "tool",
    tool_call_id: call.id,
    content: await run(JSON.parse(call.function.arguments)),
  });
}
agent.destroy();

function ask() {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json" };
    const outgoing = request(url, { method: "POST", headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => {
        const events = text.split("\n\n").filter((event) => event.startsWith("data: {"));
        const deltas = events.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta ?? {});
        resolve(deltas.find((delta) => delta.tool_calls !== undefined)?.tool_calls[0]);
      });
    });
    outgoing.end(JSON.stringify({ model, messages, stream: true }));
  });
}

function run({ command }) {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        output += part;
      });
    }
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}
