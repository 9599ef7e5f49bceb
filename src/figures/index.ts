export { drawBar } from "./bar.ts";
export { formatCount, formatDuration, formatSeconds, formatSpeed } from "./format.ts";
export { type Signs, signsFor } from "./signs.ts";
