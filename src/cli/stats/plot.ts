/** A line over time as SVG. */
export interface Point {
  /** Unix milliseconds. */
  readonly at: number;
  readonly value: number;
  /** Shown where the mouse rests; safe as HTML. */
  readonly label: string;
}

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 80;
const [TOP, BOTTOM] = [10, 24];

/** The scale begins at nothing, so that twice as high is twice as much. */
export function plot(
  points: readonly Point[],
  { format }: { readonly format: (value: number) => string },
): string {
  const times = points.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const most = Math.max(...points.map(({ value }) => value)) * 1.1 || 1;
  const x = (at: number) =>
    to === from ? (LEFT + WIDTH) / 2 : LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - 10);
  const y = (value: number) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
  const grid = [0, 0.5, 1].map((share) => {
    const height = y(most * share).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${height}" y2="${height}"/><text x="${LEFT - 6}" y="${height}" text-anchor="end" dominant-baseline="middle">${format(most * share)}</text>`;
  });
  const path = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const marks = points.map(
    ({ at, value, label }) =>
      `<circle cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3"><title>${label}</title></circle>`,
  );
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const ends = `<text x="${LEFT}" y="${HEIGHT - 4}">${day(from)}</text><text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">${day(to)}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${grid.join("")}<polyline class="line" points="${path}"/>${marks.join("")}${ends}</svg>`;
}
