/** The page of `leat stats --html`: one file, drawn without a script, which opens without a network. */
import { formatCount, formatDuration, formatSpeed } from "../../figures/index.ts";
import { type Point, plot } from "./plot.ts";
import type { Bucket, ModelSummary } from "./summarise.ts";

export function statsAsPage(summaries: readonly ModelSummary[], now: Date): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>leat stats</title>
<style>${STYLE}</style>
</head>
<body>
<h1>leat stats</h1>
<p>${now.toISOString().slice(0, 16).replace("T", " ")} UTC. Figures marked ≈ are by leat's clock; the others are the server's own.</p>
${table(summaries)}
${summaries.map(section).join("\n")}
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --line: #2a6fbb; --grid: #8885; }
@media (prefers-color-scheme: dark) { :root { --line: #7db7ff; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--grid); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figcaption { font-size: 13px; opacity: .8; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; }
svg .grid { stroke: var(--grid); } svg .line { fill: none; stroke: var(--line); stroke-width: 1.5; } svg circle { fill: var(--line); }
`;

function table(summaries: readonly ModelSummary[]): string {
  const head = ["model", "answers", "first token", "prefill", "decode", "cached", "in", "out"];
  return `<table>
<tr>${head.map((name) => `<th>${name}</th>`).join("")}</tr>
${summaries
  .map(
    (summary) =>
      `<tr>${cells(summary)
        .map((cell) => `<td>${escaped(cell)}</td>`)
        .join("")}</tr>`,
  )
  .join("\n")}
</table>`;
}

function cells(summary: ModelSummary): string[] {
  const { firstTokenMs, prefill, decode, cachedShare } = summary;
  const speed = ({ median, byClock }: ModelSummary["prefill"]) =>
    median === undefined ? "–" : `${byClock ? "≈" : ""}${formatSpeed(median)}`;
  return [
    title(summary),
    formatCount(summary.responses),
    firstTokenMs.median === undefined ? "–" : formatDuration(firstTokenMs.median),
    speed(prefill),
    speed(decode),
    cachedShare === undefined ? "–" : `${Math.round(cachedShare * 100)} %`,
    formatCount(summary.inputTokens),
    formatCount(summary.outputTokens),
  ];
}

function title({ model, provider, host }: ModelSummary): string {
  return [model, provider, host].filter((name) => name !== undefined).join(" · ");
}

function section(summary: ModelSummary): string {
  return `<section>
<h2>${escaped(title(summary))}</h2>
${figure("time to first token", summary.buckets, "firstTokenMs", formatDuration)}
${figure("decode speed", summary.buckets, "decode", formatSpeed)}
${figure("prefill speed", summary.buckets, "prefill", formatSpeed)}
</section>`;
}

function figure(
  name: string,
  buckets: readonly Bucket[],
  field: "firstTokenMs" | "decode" | "prefill",
  format: (value: number) => string,
): string {
  const points = buckets.flatMap((bucket): Point[] => {
    const value = bucket[field];
    const day = bucket.at.slice(0, 16).replace("T", " ");
    return value === undefined
      ? []
      : [
          {
            at: Date.parse(bucket.at),
            value,
            label: escaped(`${day}: ${format(value)}, ${bucket.responses} answers`),
          },
        ];
  });
  return points.length === 0
    ? ""
    : `<figure>${plot(points, { format })}<figcaption>${name}, median by day or session</figcaption></figure>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
