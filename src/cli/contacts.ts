/** `leat exec -v`: whom leat has talked to. */
import type { HostTraffic } from "../net/index.ts";

export function contactLines(contacted: readonly HostTraffic[]): string {
  if (contacted.length === 0) {
    return "hosts contacted: none\n";
  }
  const rows = contacted.map(({ host, requests, bytesUp, bytesDown }) => [
    host,
    `${requests} ${requests === 1 ? "request" : "requests"}`,
    `${formatBytes(bytesUp)} up`,
    `${formatBytes(bytesDown)} down`,
  ]);
  const lines = rows.map(([host = "", ...cells]) => `  ${host}: ${cells.join(", ")}\n`);
  return `hosts contacted:\n${lines.join("")}`;
}

/** `940 bytes`, `12.3 kB`, `1.2 MB`. */
function formatBytes(bytes: number): string {
  if (bytes < 1000) {
    return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  }
  const isLarge = bytes >= 999_950;
  return `${(bytes / (isLarge ? 1e6 : 1000)).toFixed(1)} ${isLarge ? "MB" : "kB"}`;
}
