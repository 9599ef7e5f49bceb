export { createHttpClient } from "./client.ts";
export { TransportFailure } from "./failure.ts";
export { isLoopback } from "./hosts.ts";
export type { HttpClient, HttpRequest, HttpResponse } from "./http.ts";
export { parseRetryAfter, retryDelayMs, sleep } from "./retry.ts";
export { createTraffic, type HostTraffic, type Traffic } from "./traffic.ts";
