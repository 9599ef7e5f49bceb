import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { openBody } from "./body.ts";
import { describeSocketError, idleFailure, TransportFailure } from "./failure.ts";
import { canonicalHost, isAllowedHost, isLoopback, lookUpLoopback } from "./hosts.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "./http.ts";
import { createSilenceTimer } from "./silence.ts";
import type { Traffic } from "./traffic.ts";

/**
 * Long enough for a far server, short enough that two attempts and the pause between them end within the
 * five seconds after which a user should read why nothing happens.
 */
const CONNECT_TIMEOUT_MS = 2200;

/**
 * Connections are kept alive: the next request of a turn starts without a handshake. They go to the host itself: proxies
 * that the environment names are not asked, since that would be one host more.
 */
export function createHttpClient(
  configuredHosts: ReadonlySet<string>,
  { traffic }: { readonly traffic?: Traffic | undefined } = {},
): HttpClient {
  const allowed = new Set([...configuredHosts].map(canonicalHost));
  const plain = new Agent({ keepAlive: true });
  let secure: import("node:https").Agent | undefined;

  async function open(request: Outgoing, url: URL): Promise<ClientRequest> {
    const options = {
      method: request.method,
      headers: request.headers,
      ...(isLoopback(url.hostname) && { lookup: lookUpLoopback }),
    };
    try {
      if (url.protocol === "http:") {
        return watched(requestHttp(url, { ...options, agent: plain }), url);
      }
      const https = await import("node:https");
      secure ??= new https.Agent({ keepAlive: true });
      return watched(https.request(url, { ...options, agent: secure }), url);
    } catch (error) {
      throw unsendable(error, request.url);
    }
  }

  function watched(outgoing: ClientRequest, { host }: URL): ClientRequest {
    traffic?.watch(outgoing, host);
    return outgoing;
  }

  async function ask(request: Outgoing): Promise<HttpResponse> {
    const url = new URL(request.url);
    if (!isAllowedHost(url.hostname, allowed)) {
      throw new TransportFailure({
        kind: "host_not_allowed",
        message: `${url.hostname} is not a configured host`,
        url: request.url,
      });
    }
    return send(request, () => open(request, url));
  }

  return {
    post: (request) => ask({ ...request, method: "POST" }),
    get: (request) => ask({ ...request, method: "GET", body: undefined }),
    close() {
      plain.destroy();
      secure?.destroy();
    },
  };
}

interface Outgoing extends Omit<HttpRequest, "body"> {
  readonly method: "GET" | "POST";
  readonly body: string | undefined;
}

/** A configured header, such as a key with a line break in it, can't be sent. Node names the header, not its value. */
function unsendable(error: unknown, url: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_INVALID_CHAR" || code === "ERR_INVALID_HTTP_TOKEN"
    ? new TransportFailure({ kind: "bad_request", message, url }, { cause: error })
    : error;
}

/**
 * A connection kept alive may have been closed by the server just as we use it. Node reports that as a
 * reset of a reused socket; nothing was answered, so the same request goes out once more on a new one.
 */
async function send(request: Outgoing, open: () => Promise<ClientRequest>): Promise<HttpResponse> {
  for (;;) {
    request.signal.throwIfAborted();
    const outgoing = await open();
    try {
      return await exchange(request, outgoing);
    } catch (error) {
      const stale = error instanceof TransportFailure && error.detail.kind === "disconnected";
      if (!(stale && outgoing.reusedSocket)) {
        throw error;
      }
    }
  }
}

function exchange(request: Outgoing, outgoing: ClientRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const abort = () => outgoing.destroy();
    request.signal.addEventListener("abort", abort, { once: true });
    // The signal may have fired while node:https was loaded.
    if (request.signal.aborted) {
      abort();
    }
    // Node may report a failure before the response and again after it; the promise takes the first.
    outgoing.on("error", (error) => {
      request.signal.removeEventListener("abort", abort);
      if (request.signal.aborted) {
        reject(request.signal.reason);
      } else if (error instanceof TransportFailure) {
        reject(error);
      } else {
        reject(new TransportFailure(describeSocketError(error, request.url), { cause: error }));
      }
    });
    watchConnect(outgoing, request.url);
    watchSilence(outgoing, request);
    // An answer that is none: protocols are not changed here, and a promise left open would end the process in silence.
    outgoing.on("upgrade", (_incoming, socket) => {
      socket.destroy();
      reject(
        new TransportFailure({
          kind: "disconnected",
          message: "the server asked for another protocol",
          url: request.url,
        }),
      );
    });
    outgoing.on("close", () => {
      reject(
        new TransportFailure({ kind: "disconnected", message: "closed without an answer", url: request.url }),
      );
    });
    outgoing.on("response", (incoming) => {
      resolve({
        status: incoming.statusCode ?? 0,
        headers: singleHeaders(incoming),
        ...openBody(incoming, {
          request,
          release: () => request.signal.removeEventListener("abort", abort),
        }),
      });
    });
    outgoing.end(request.body);
  });
}

/**
 * Covers the name look-up, the TCP handshake, and that of TLS: a server that waits for something else on its port
 * says nothing to it, for ever. A reused socket is connected already.
 */
function watchConnect(outgoing: ClientRequest, url: string): void {
  const { refresh, stop } = createSilenceTimer(CONNECT_TIMEOUT_MS, () => {
    outgoing.destroy(
      new TransportFailure({
        kind: "unreachable",
        message: `no connection within ${CONNECT_TIMEOUT_MS / 1000} s`,
        url,
      }),
    );
  });
  outgoing.on("socket", (socket) => {
    if (!socket.connecting) {
      stop();
    } else if (outgoing.protocol === "https:") {
      socket.once("connect", refresh);
      socket.once("secureConnect", stop);
    } else {
      socket.once("connect", stop);
    }
  });
  outgoing.once("close", stop);
}

function watchSilence(outgoing: ClientRequest, request: Outgoing): void {
  if (request.idleTimeoutMs === undefined) {
    return;
  }
  const { stop } = createSilenceTimer(request.idleTimeoutMs, () => {
    outgoing.destroy(idleFailure(request.url, request.idleTimeoutMs ?? 0));
  });
  outgoing.once("response", stop);
  outgoing.once("close", stop);
}

function singleHeaders(incoming: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = Array.isArray(value) ? value[0] : value;
  }
  return headers;
}
