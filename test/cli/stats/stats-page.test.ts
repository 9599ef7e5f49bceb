import { expect, test } from "vitest";
import { statsAsPage } from "../../../src/cli/stats/stats-page.ts";
import { summarise } from "../../../src/cli/stats/summarise.ts";
import { response } from "./records.ts";

const NOW = new Date("2026-11-27T12:00:00Z");

function page(model: string): string {
  return statsAsPage(summarise([response(1, { model }), response(2, { model })], {}), NOW);
}

test("each opened element is closed, and there is a plot for each figure", () => {
  const html = page("qwen3-30b");
  const open: string[] = [];
  for (const [, closing, name = "", rest = ""] of html.matchAll(/<(\/?)([a-z0-9]+)((?:"[^"]*"|[^>"])*)>/g)) {
    if (closing === "/") {
      expect(open.pop()).toBe(name);
    } else if (!rest.endsWith("/") && name !== "meta") {
      open.push(name);
    }
  }
  expect(open).toEqual([]);
  expect(html.match(/<svg/g)).toHaveLength(3);
  expect(html.match(/<circle/g)).toHaveLength(6);
});

test("nothing is fetched and nothing is run, whatever a model is called", () => {
  const html = page(`<script>alert("&'")</script>`);
  expect(html).not.toMatch(/<script|https?:|\bsrc=|\bhref=|@import|url\(/i);
  expect(html).toContain("&#60;script&#62;alert(&#34;&#38;&#39;&#34;)");
  expect(html).toContain("default-src 'none'");
});

test("a single answer, and one without figures", () => {
  const bare = { at: "2026-11-01T10:00:00.000Z", model: "m" };
  const html = statsAsPage(summarise([bare], {}), NOW);
  expect(html).toContain("<td>m</td><td>1</td><td>–</td>");
  expect(html).not.toContain("NaN");
  expect(statsAsPage(summarise([response(1)], {}), NOW)).not.toContain("NaN");
});
