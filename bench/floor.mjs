/** The least a client can do: a bare node:http loop, SSE split by hand, JSON.parse, one write a token. */
import { request } from "node:http";

const [url, model] = process.argv.slice(2);
const body = JSON.stringify({ model, messages: [{ role: "user", content: "hi" }], stream: true });
const outgoing = request(
  url,
  { method: "POST", headers: { "content-type": "application/json" } },
  (response) => {
    response.setEncoding("utf8");
    let rest = "";
    response.on("data", (text) => {
      rest += text;
      let start = 0;
      for (let end = rest.indexOf("\n\n", start); end !== -1; end = rest.indexOf("\n\n", start)) {
        const data = rest.slice(start + 6, end);
        start = end + 2;
        if (data === "[DONE]") {
          continue;
        }
        const content = JSON.parse(data).choices[0]?.delta.content;
        if (content) {
          process.stdout.write(content);
        }
      }
      rest = rest.slice(start);
    });
  },
);
outgoing.end(body);
