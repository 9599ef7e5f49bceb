/** One request and its answer as a vector (fixtures/wire/README.md), with keys and what else is private made unreadable. Pure. */

export interface RecordedCall {
  readonly name: string;
  readonly program: string;
  readonly providerId: string;
  /** Where it went; only the path is written down. */
  readonly url: string;
  readonly body: string;
  readonly secrets: readonly string[];
  /** Undefined where no answer came. */
  readonly answer: { readonly status: number; readonly headers: Headers } | undefined;
  /** As the decoder got them: whatever the transport had compressed is unpacked. */
  readonly chunks: readonly { readonly bytes: Uint8Array; readonly atMs: number }[];
  readonly ended: string;
}

type Headers = Readonly<Record<string, string | undefined>>;

export function toVector(call: RecordedCall): object {
  const secrets = spellings(call.secrets);
  const body = parse(maskText(call.body, secrets));
  const path = new URL(call.url).pathname;
  const fields: Readonly<Record<string, unknown>> =
    typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return {
    name: call.name,
    family: "recorded",
    server: call.providerId,
    source: call.program,
    provenance: "capture",
    api: path.endsWith("/responses") ? "responses" : "chat",
    request: {
      stream: fields["stream"] === true,
      tools: Array.isArray(fields["tools"]) ? fields["tools"] : [],
      hints: { model: fields["model"] },
      url: maskText(path, secrets),
      body,
    },
    http: { status: call.answer?.status ?? 0, headers: keptHeaders(call.answer?.headers ?? {}, secrets) },
    encoding: "base64",
    chunks: maskBytes(
      call.chunks.map(({ bytes }) => bytes),
      secrets,
    ).map((bytes) => bytes.toString("base64")),
    times_ms: call.chunks.map(({ atMs }) => Math.round(atMs * 10) / 10),
    ended: maskText(call.ended, secrets),
  };
}

/** A key may come back inside JSON or a query. The longest first: one may be part of another. */
function spellings(secrets: readonly string[]): string[] {
  const all = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(all)].sort((one, other) => other.length - one.length);
}

function maskText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK.repeat(secret.length)), text);
}

const MASK = "*";

/** Over the seams of the chunks and without changing a length, so that every chunk stays what it was. */
function maskBytes(chunks: readonly Uint8Array[], secrets: readonly string[]): Buffer[] {
  const all = Buffer.concat(chunks);
  for (const secret of secrets) {
    const wanted = Buffer.from(secret);
    for (let at = all.indexOf(wanted); at !== -1; at = all.indexOf(wanted, at + wanted.length)) {
      all.fill(MASK, at, at + wanted.length);
    }
  }
  let start = 0;
  return chunks.map(({ length }) => {
    start += length;
    return all.subarray(start - length, start);
  });
}

/** What a decoder or a maintainer can use. Cookies, organisations and accounts stand in headers, too. */
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  "content-type",
  "retry-after",
  "server",
  "via",
  "x-powered-by",
  "x-request-id",
]);

function keptHeaders(headers: Headers, secrets: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && KEPT_HEADERS.has(name) ? [[name, maskText(value, secrets)] as const] : [],
    ),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
